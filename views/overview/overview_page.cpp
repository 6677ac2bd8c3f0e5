#include "views/overview/overview_page.h"

#include "models/base/words.h"
#include "views/overview/attention_list.h"
#include "views/overview/figures.h"
#include "views/overview/running_list.h"
#include "views/overview/traffic_chart.h"
#include "views/widgets/buttons.h"
#include "views/widgets/empty_state.h"
#include "views/widgets/isolation_note.h"
#include "views/widgets/navigator.h"
#include "views/widgets/state_pill.h"
#include "views/widgets/timeline_list.h"

#include <QHBoxLayout>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;
using models::text;

namespace
{

constexpr int kRefreshMs = 200;

enum Part { Loading, Empty, Full };

// "3 things need a person", with the worst one's condition.
models::Health healthOf(const QList<AttentionItem> &items)
{
    if (items.isEmpty()) {
        return {Condition::Ready, OverviewPage::tr("All is well"), {}};
    }
    return {
        items.constFirst().condition,
        models::plural(std::uint64_t(items.size()), "thing needs a person", "things need a person"),
        {}};
}

} // namespace

OverviewPage::OverviewPage(PageContext &context)
    : m_context(context), m_events(context.session), m_traffic(context.session, context.metrics),
      m_parts(new QStackedWidget)
{
    m_parts->addWidget(new EmptyState(context.theme, u"overview"_s, tr("Connecting …"),
                                      tr("The fabric appears as soon as it answers.")));
    m_parts->addWidget(makeEmpty());
    m_parts->addWidget(makeFull());
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(space::kPageMargin, space::kPageMargin, space::kPageMargin,
                               space::kPageMargin);
    column->addWidget(m_parts);
    m_soon.setSingleShot(true);
    m_soon.setInterval(kRefreshMs);
    connect(&m_soon, &QTimer::timeout, this, &OverviewPage::refresh);
    const auto soon = [this] {
        if (m_shown && !m_soon.isActive()) {
            m_soon.start();
        }
    };
    connect(&context.store, &models::FabricStore::changed, this, soon);
    connect(&context.session, &models::Session::statusChanged, this, soon);
}

QWidget *OverviewPage::makeEmpty()
{
    auto *empty = new EmptyState(m_context.theme, u"rocket"_s, tr("The fabric is ready"),
                                 tr("Nothing runs on it yet. The sample shows in a minute how a "
                                    "package becomes a service that answers."));
    empty->setObjectName(u"overviewEmpty"_s);
    auto *sample = empty->addAction(tr("Try the sample"), u"rocket"_s);
    sample->setObjectName(u"overviewSample"_s);
    auto *create = empty->addAction(tr("Create a service"), u"plus"_s);
    create->setObjectName(u"overviewCreate"_s);
    connect(sample, &QPushButton::clicked, this, [this] {
        m_context.navigator.open({PageId::FirstRun, {}, u"sample"_s});
    });
    connect(create, &QPushButton::clicked, this, [this] {
        m_context.navigator.open({PageId::Services, {}, u"create"_s});
    });
    empty->addNote(new IsolationNote(m_context.theme, m_context.store));
    return empty;
}

QWidget *OverviewPage::makeFull()
{
    auto *full = new QWidget;
    auto *column = new QVBoxLayout(full);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::kCardGap);
    m_figures = new Figures(m_context.theme, m_context.store, m_traffic);
    auto *left = new QVBoxLayout;
    left->setSpacing(space::kCardGap);
    left->addWidget(makeAttention());
    left->addWidget(makeTraffic(), 1);
    auto *right = new QVBoxLayout;
    right->setSpacing(space::kCardGap);
    right->addWidget(makeRunning());
    right->addWidget(makeTimeline(), 1);
    auto *row = new QHBoxLayout;
    row->setSpacing(space::kCardGap);
    row->addLayout(left, 3);
    row->addLayout(right, 2);
    column->addWidget(makeHead());
    column->addWidget(m_figures);
    column->addLayout(row, 1);
    return full;
}

QWidget *OverviewPage::makeHead()
{
    auto *head = new QWidget;
    auto *row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(12);
    m_health = new StatePill(m_context.theme);
    m_health->setObjectName(u"overviewHealth"_s);
    row->addWidget(new Label(m_context.theme, TextRole::PageTitle, title()));
    row->addWidget(m_health);
    row->addStretch(1);
    return head;
}

Card *OverviewPage::makeAttention()
{
    auto *card = new Card(m_context.theme, tr("Needs a person"));
    m_attention = new AttentionList(m_context.theme, [this] { return m_context.session.nowMs(); });
    m_attention->setObjectName(u"attentionList"_s);
    card->body()->setContentsMargins(10, 4, 10, 10);
    card->body()->addWidget(m_attention);
    connect(m_attention, &AttentionList::placeChosen, this,
            [this](const Place &place) { m_context.navigator.open(place); });
    return card;
}

Card *OverviewPage::makeTraffic()
{
    auto *card = new Card(m_context.theme, tr("Traffic of all services"));
    auto *chart = new TrafficChart(m_context.theme, m_traffic);
    chart->setObjectName(u"trafficChart"_s);
    card->body()->setContentsMargins(space::kCardPadding, 4, space::kCardPadding, 14);
    card->body()->addWidget(chart);
    return card;
}

Card *OverviewPage::makeRunning()
{
    auto *card = new Card(m_context.theme, tr("Running operations"));
    auto *running = new RunningList(m_context.theme, m_context.session, m_context.operations);
    running->setObjectName(u"runningOperations"_s);
    card->body()->setContentsMargins(space::kCardPadding, 4, space::kCardPadding, 16);
    card->body()->addWidget(running);
    return card;
}

Card *OverviewPage::makeTimeline()
{
    auto *card = new Card(m_context.theme, tr("Latest"));
    auto *all = makeButton(m_context.theme, ButtonKind::Link, tr("All activity"));
    all->setObjectName(u"allActivity"_s);
    card->titleRow()->addWidget(all);
    auto *timeline = new TimelineList(m_context.theme, m_events);
    timeline->setObjectName(u"overviewTimeline"_s);
    timeline->setAccessibleName(tr("Latest events"));
    timeline->setLoadsOlder(false);
    card->body()->setContentsMargins(14, 4, 10, 10);
    card->body()->addWidget(timeline);
    connect(all, &QPushButton::clicked, this, [this] {
        m_context.navigator.open({PageId::Activity, {}, {}});
    });
    connect(timeline, &TimelineList::eventActivated, this, &OverviewPage::openEvent);
    return card;
}

void OverviewPage::openEvent(const v1::Event &event)
{
    const models::InstanceId id{event.deployment_id(), event.instance()};
    if (m_context.store.instance(id) != nullptr) {
        m_context.navigator.openInstance(id);
    } else if (m_context.store.service(event.service()) != nullptr) {
        m_context.navigator.openService(text(event.service()));
    } else if (m_context.store.host(event.host()) != nullptr) {
        m_context.navigator.openHost(text(event.host()));
    } else {
        m_context.navigator.open({PageId::Activity, text(event.operation_id()), {}});
    }
}

void OverviewPage::onShown()
{
    m_shown = true;
    m_traffic.start();
    refresh();
}

void OverviewPage::onHidden()
{
    m_shown = false;
    m_traffic.stop();
}

void OverviewPage::refresh()
{
    const bool known = m_context.store.revision() > 0;
    const bool empty = m_context.store.services().empty();
    m_parts->setCurrentIndex(!known ? Loading : empty ? Empty : Full);
    const auto items = whatNeedsAPerson(m_context.session);
    m_attention->setItems(items);
    m_health->setHealth(healthOf(items));
    m_figures->refresh();
}

} // namespace slipway::views
