#include "views/overview/figures.h"

#include "models/base/words.h"
#include "models/hosts/isolation.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

HeadlineNumber *makeNumber(const Theme &theme, const QString &label, const QString &name)
{
    auto *number = new HeadlineNumber(theme, label);
    number->setObjectName(name);
    number->setMinimumWidth(96);
    return number;
}

} // namespace

Figures::Figures(const Theme &theme, const models::FabricStore &store, const Traffic &traffic,
                 QWidget *parent)
    : Card(theme, {}, parent), m_theme(theme), m_store(store), m_traffic(traffic),
      m_services(makeNumber(theme, tr("Services"), u"figureServices"_s)),
      m_instances(makeNumber(theme, tr("Instances ready"), u"figureInstances"_s)),
      m_hosts(makeNumber(theme, tr("Hosts ready"), u"figureHosts"_s)),
      m_requests(makeNumber(theme, tr("Requests/s"), u"figureRequests"_s)),
      m_errors(makeNumber(theme, tr("Errors/s"), u"figureErrors"_s)), m_states(new StateBar(theme))
{
    m_states->setObjectName(u"instanceStates"_s);
    auto *numbers = new QHBoxLayout;
    numbers->setSpacing(24);
    for (auto *number : {m_services, m_instances, m_hosts, m_requests, m_errors}) {
        numbers->addWidget(number, 1);
    }
    body()->setSpacing(12);
    body()->addLayout(numbers);
    body()->addWidget(m_states);
    connect(&traffic, &Traffic::changed, this, &Figures::refreshTraffic);
    connect(&theme, &Theme::changed, this, &Figures::refreshTraffic);
    refresh();
    refreshTraffic();
}

void Figures::refresh()
{
    models::Tally tally;
    for (const auto &[id, deployment] : m_store.deployments()) {
        tally += m_store.tally(id);
    }
    std::uint64_t ready_hosts = 0;
    for (const auto &[id, host] : m_store.hosts()) {
        ready_hosts += models::conditionOf(*host) == models::Condition::Ready ? 1 : 0;
    }
    const bool known = m_store.revision() > 0;
    const auto of = [known](std::uint64_t part, std::uint64_t whole) {
        return known ? tr("%1 / %2").arg(models::countWords(part), models::countWords(whole))
                     : u"–"_s;
    };
    m_services->setValue(known ? models::countWords(m_store.services().size()) : u"–"_s);
    m_instances->setValue(of(tally.ready(), tally.total));
    m_hosts->setValue(of(ready_hosts, m_store.hosts().size()));
    m_states->setTally(tally);
}

void Figures::refreshTraffic()
{
    const bool measured = !m_traffic.points().isEmpty();
    const auto now = m_traffic.now();
    m_requests->setValue(measured ? models::rateWords(now.requests_per_s) : u"–"_s);
    m_errors->setValue(measured ? models::rateWords(now.errors_per_s) : u"–"_s);
    m_errors->setColor(now.errors_per_s > 0 ? m_theme.tokens().bad : QColor());
}

} // namespace slipway::views
