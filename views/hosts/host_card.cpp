#include "views/hosts/host_card.h"

#include "models/base/words.h"
#include "models/hosts/isolation.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

namespace
{

constexpr int kWide = 420;

double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

Label *named(Label *label, const QString &name)
{
    label->setObjectName(name);
    return label;
}

} // namespace

HostCard::HostCard(const Theme &theme, QWidget *parent)
    : Card(theme, {}, parent), m_theme(theme),
      m_name(named(new Label(theme, TextRole::Strong), u"hostName"_s)),
      m_state(new StatePill(theme)),
      m_since(named(Label::secondary(theme, TextRole::Label), u"hostSince"_s)),
      m_cores(new CapacityBar(theme, tr("Cores"))), m_memory(new CapacityBar(theme, tr("Memory"))),
      m_isolation(named(Label::secondary(theme, TextRole::Label), u"hostIsolation"_s)),
      m_advice(named(new Label(theme, TextRole::Label), u"hostAdvice"_s)),
      m_dots(new InstanceDots(theme))
{
    m_cores->setObjectName(u"hostCores"_s);
    m_memory->setObjectName(u"hostMemory"_s);
    m_dots->setObjectName(u"hostInstances"_s);
    m_dots->setAccessibleName(tr("Instances on this host"));
    m_name->setElided(true, Qt::ElideMiddle);
    m_advice->setWordWrap(true);
    m_advice->setTone(u"warning"_s);
    m_since->setWordWrap(true);
    arrange();
    setFocusPolicy(Qt::StrongFocus);
    connect(&theme, &Theme::changed, this, &HostCard::showEdge);
}

void HostCard::arrange()
{
    auto *head = new QHBoxLayout;
    head->setSpacing(8);
    head->setContentsMargins(InstanceDots::kInset, 0, 0, 0);
    head->addWidget(m_name, 1);
    head->addWidget(m_state);
    m_facts = new QBoxLayout(QBoxLayout::LeftToRight);
    m_facts->setSpacing(4);
    m_facts->setContentsMargins(InstanceDots::kInset, 0, 0, 0);
    m_facts->addWidget(m_since, 1);
    m_facts->addWidget(m_isolation);
    m_capacity = new QBoxLayout(QBoxLayout::LeftToRight);
    m_capacity->setSpacing(24);
    m_capacity->setContentsMargins(InstanceDots::kInset, 0, 0, 0);
    m_capacity->addWidget(m_cores, 1);
    m_capacity->addWidget(m_memory, 1);
    m_advice->setContentsMargins(InstanceDots::kInset, 0, 0, 0);
    // A dot's ground reaches beyond it: the dots themselves stand under the words.
    body()->setContentsMargins(16 - InstanceDots::kInset, 14, 16, 12);
    body()->setSpacing(6);
    body()->addLayout(head);
    body()->addLayout(m_facts);
    body()->addSpacing(2);
    body()->addLayout(m_capacity);
    body()->addWidget(m_advice);
    body()->addWidget(m_dots);
}

void HostCard::resizeEvent(QResizeEvent *event)
{
    Card::resizeEvent(event);
    const bool wide = width() >= kWide;
    m_facts->setDirection(wide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_capacity->setDirection(wide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_capacity->setSpacing(wide ? 24 : 6);
    m_isolation->setWordWrap(!wide);
}

void HostCard::present(const models::HostRow &row,
                       std::vector<models::Ref<v1::RoleInstance>> instances, std::int64_t now_ms)
{
    const auto &host = *row.host;
    m_name->setText(text(host.id()));
    setAccessibleName(tr("Host %1, %2").arg(text(host.id()), models::stateWord(host)));
    presentState(host, now_ms);
    presentCapacity(row);
    m_isolation->setText(host.isolation().empty() ? u"–"_s : text(host.isolation()));
    presentAdvice(host);
    m_dots->setInstances(std::move(instances));
}

void HostCard::presentState(const v1::Host &host, std::int64_t now_ms)
{
    m_state->setState(models::conditionOf(host), models::stateWord(host));
    QStringList parts;
    if (host.state_time_ms() > 0) {
        parts << tr("for %1").arg(models::durationWords(now_ms - host.state_time_ms()));
    }
    if (host.pid() > 0) {
        parts << tr("pid %1").arg(host.pid());
    }
    if (const QString reason = models::reasonOf(host); !reason.isEmpty()) {
        parts << reason;
    }
    m_since->setText(parts.isEmpty() ? u"–"_s : parts.join(u" · "_s));
}

void HostCard::presentAdvice(const v1::Host &host)
{
    QStringList lines;
    if (!host.unfit_reason().empty()) {
        lines << text(host.unfit_reason());
    }
    if (!host.isolation_advice().empty()) {
        lines << text(host.isolation_advice());
    }
    if (!host.outside_problem().empty()) {
        lines << tr("No access to the outside: %1").arg(text(host.outside_problem()));
    }
    m_advice->setText(lines.join(u'\n'));
    m_advice->setVisible(!lines.isEmpty());
}

void HostCard::presentCapacity(const models::HostRow &row)
{
    const auto &host = *row.host;
    m_cores->setUsage(
        ratio(row.used_cores, host.cores()), tr("%1 of %2").arg(row.used_cores).arg(host.cores()),
        realWords(QString::number(host.real_cores()), ratio(host.cores(), host.real_cores())));
    m_memory->setUsage(
        ratio(double(row.used_memory_bytes), double(host.memory_bytes())),
        tr("%1 of %2")
            .arg(models::bytesWords(row.used_memory_bytes),
                 models::bytesWords(host.memory_bytes())),
        realWords(models::bytesWords(host.real_memory_bytes()),
                  ratio(double(host.memory_bytes()), double(host.real_memory_bytes()))));
}

void HostCard::setChosen(bool chosen)
{
    m_chosen = chosen;
    showEdge();
}

void HostCard::showEdge()
{
    const auto &tokens = m_theme.tokens();
    setEdge(m_chosen ? tokens.accent : hasFocus() ? tokens.between : QColor());
}

void HostCard::mousePressEvent(QMouseEvent *event)
{
    Card::mousePressEvent(event);
    Q_EMIT clicked();
}

void HostCard::keyPressEvent(QKeyEvent *event)
{
    const int key = event->key();
    if (key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space) {
        Q_EMIT clicked();
        return;
    }
    Card::keyPressEvent(event);
}

void HostCard::focusInEvent(QFocusEvent *event)
{
    Card::focusInEvent(event);
    showEdge();
}

void HostCard::focusOutEvent(QFocusEvent *event)
{
    Card::focusOutEvent(event);
    showEdge();
}

} // namespace slipway::views
