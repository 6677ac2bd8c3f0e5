#include "views/service/instance_panel.h"

#include "models/base/words.h"
#include "views/service/chart_stack.h"
#include "views/service/instance_details.h"
#include "views/widgets/buttons.h"
#include "views/widgets/segmented_control.h"
#include "views/widgets/state_pill.h"
#include "views/widgets/timeline_list.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QPushButton>
#include <QStackedWidget>
#include <algorithm>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kMarksMax = 12;
constexpr int kWidthMin = 332;
constexpr int kWidthForARow = 420;

// What is worth a mark in a chart; empty: nothing.
QString markOf(const v1::Event &event)
{
    static const std::pair<const char *, const char *> kWords[] = {
        {"SwapFinished", QT_TRANSLATE_NOOP("ChartMarks", "swap")},
        {"Swap", QT_TRANSLATE_NOOP("ChartMarks", "swap")},
        {"Deploy", QT_TRANSLATE_NOOP("ChartMarks", "deploy")},
        {"ChangeRoles", QT_TRANSLATE_NOOP("ChartMarks", "scale")},
        {"HostLost", QT_TRANSLATE_NOOP("ChartMarks", "healing")},
    };
    for (const auto &[kind, word] : kWords) {
        if (event.kind().starts_with(kind)) {
            return QCoreApplication::translate("ChartMarks", word);
        }
    }
    return {};
}

} // namespace

InstancePanel::InstancePanel(PageContext &context, ServiceModels &models, QWidget *parent)
    : Card(context.theme, {}, parent), m_context(context), m_models(models),
      m_events(context.session,
               {.service = models.key, .deployment = {}, .instance = {}, .host = {}})
{
    setObjectName(u"instancePanel"_s);
    body()->setContentsMargins(16, 12, 16, 12);
    body()->setSpacing(8);
    buildTop();
    buildPages();
    connect(&context.store, &models::FabricStore::changed, this, &InstancePanel::refresh);
    connect(&context.metrics, &models::MetricHub::pausedChanged, this,
            &InstancePanel::refreshPause);
    connect(&context.theme, &Theme::changed, this, &InstancePanel::refreshPause);
    refreshPause();
    refreshEvents();
    refresh();
}

void InstancePanel::buildTop()
{
    m_title = new Label(m_context.theme, TextRole::Headline);
    m_title->setObjectName(u"panelTitle"_s);
    m_title->setElided(true, Qt::ElideMiddle);
    m_pill = new StatePill(m_context.theme);
    m_log = makeButton(m_context.theme, ButtonKind::Link, tr("Log"), u"logs"_s);
    m_log->setObjectName(u"showLog"_s);
    m_log->setToolTip(tr("Show this instance's log"));
    m_pause = makeButton(m_context.theme, ButtonKind::Link, tr("Pause"), u"pause"_s);
    m_pause->setObjectName(u"pauseCharts"_s);
    m_pause->setToolTip(tr("Charts stand still; measuring goes on"));
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_title, 1);
    row->addWidget(m_pill);
    row->addWidget(m_log);
    row->addWidget(m_pause);
    m_reason = Label::secondary(m_context.theme, TextRole::Body);
    m_reason->setObjectName(u"panelReason"_s);
    m_reason->setWordWrap(true);
    m_choice = new SegmentedControl(m_context.theme, {tr("Charts"), tr("Details"), tr("Events")});
    m_choice->setObjectName(u"panelChoice"_s);
    m_choice->setAccessibleName(tr("What to show of it"));
    body()->addLayout(row);
    body()->addWidget(m_reason);
    connect(m_pause, &QPushButton::clicked, this,
            [this] { m_context.metrics.setPaused(!m_context.metrics.isPaused()); });
    connect(m_log, &QPushButton::clicked, this, [this] {
        if (m_ids.size() == 1) {
            Q_EMIT logRequested(m_ids.front());
        }
    });
}

void InstancePanel::buildPages()
{
    m_charts = new ChartStack(m_context);
    m_details = new InstanceDetails(m_context);
    m_details->setObjectName(u"instanceDetails"_s);
    m_timeline = new TimelineList(m_context.theme, m_events);
    m_timeline->setObjectName(u"instanceEvents"_s);
    m_pages = new QStackedWidget;
    setMinimumWidth(kWidthMin);
    m_pages->addWidget(m_charts);
    m_pages->addWidget(m_details);
    m_pages->addWidget(m_timeline);
    m_choices = new QBoxLayout(QBoxLayout::LeftToRight);
    m_choices->setSpacing(8);
    m_choices->addWidget(m_choice);
    m_choices->addStretch(1);
    m_choices->addWidget(m_charts->ranges());
    body()->addLayout(m_choices);
    body()->addWidget(m_pages, 1);
    connect(m_choice, &SegmentedControl::currentChanged, this, [this](int index) {
        m_pages->setCurrentIndex(index);
        m_charts->ranges()->setVisible(index == 0);
        refresh();
    });
}

// Where both choices do not fit beside each other they stand below each other.
void InstancePanel::resizeEvent(QResizeEvent *event)
{
    Card::resizeEvent(event);
    m_choices->setDirection(width() < kWidthForARow ? QBoxLayout::TopToBottom
                                                    : QBoxLayout::LeftToRight);
}

void InstancePanel::setSelection(const std::vector<models::InstanceId> &ids)
{
    if (ids != m_ids) {
        m_ids = ids;
        refreshEvents();
        refresh();
    }
}

void InstancePanel::setSlot(v1::SlotKind slot)
{
    m_slot = slot;
    refresh();
}

std::vector<models::Ref<v1::RoleInstance>> InstancePanel::present() const
{
    std::vector<models::Ref<v1::RoleInstance>> found;
    for (const auto &id : m_ids) {
        if (auto instance = m_context.store.instance(id)) {
            found.push_back(std::move(instance));
        }
    }
    return found;
}

QString InstancePanel::heading() const
{
    if (m_ids.empty()) {
        return tr("%1 as a whole").arg(models::slotWord(m_slot));
    }
    return m_ids.size() == 1
               ? models::text(m_ids.front().name)
               : models::plural(m_ids.size(), QT_TR_NOOP("instance"), QT_TR_NOOP("instances"));
}

void InstancePanel::refresh()
{
    if (m_ids.empty() && m_scope_slot != m_models.slot(m_slot).deploymentId()) {
        refreshEvents(); // the other slot, or another deployment in it
    }
    if (m_pages->currentWidget() == m_details) {
        m_details->show(m_ids.empty()
                            ? m_context.store.instancesOf(m_models.slot(m_slot).deploymentId())
                            : present());
    }
    refreshTop();
    refreshCharts();
    refreshMarks();
}

void InstancePanel::refreshTop()
{
    const auto instances = present();
    m_title->setText(heading());
    m_log->setVisible(m_ids.size() == 1);
    m_pause->setVisible(m_choice->current() == 0);
    m_pill->setVisible(m_ids.size() <= 1);
    m_reason->clear();
    if (m_ids.empty()) {
        const auto health = m_models.slot(m_slot).health();
        m_pill->setState(health.condition, health.word);
    } else if (instances.size() == 1) {
        const auto &instance = *instances.front();
        m_pill->setState(models::conditionOf(instance.state()),
                         models::stateWord(instance.state()));
        m_reason->setText(models::text(instance.reason()));
    } else if (instances.empty()) {
        m_pill->setState(models::Condition::Stopped, tr("Gone"));
    } else if (m_ids.size() > std::size_t(ChartStack::kKeysMax)) {
        m_reason->setText(tr("The charts show the first %1.").arg(ChartStack::kKeysMax));
    }
    m_reason->setVisible(!m_reason->text().isEmpty());
}

void InstancePanel::refreshPause()
{
    const bool paused = m_context.metrics.isPaused();
    m_pause->setText(paused ? tr("Resume") : tr("Pause"));
    m_pause->setIcon(
        m_context.theme.icon(paused ? u"play"_s : u"pause"_s, m_context.theme.tokens().accent));
}

void InstancePanel::refreshCharts()
{
    QList<models::MetricKey> keys;
    QStringList names;
    for (const auto &id : m_ids) {
        keys << id;
        names << models::text(id.name);
    }
    const auto deployment = m_models.slot(m_slot).deploymentId();
    if (m_ids.empty() && !deployment.empty()) {
        keys << models::MetricKey{deployment, {}};
        names << heading();
    }
    m_charts->setKeys(keys, names);
}

void InstancePanel::refreshEvents()
{
    models::EventModel::Scope scope;
    scope.service = m_models.key;
    if (m_ids.empty()) {
        scope.deployment = m_models.slot(m_slot).deploymentId();
    } else if (m_ids.size() == 1) {
        scope.deployment = m_ids.front().deployment;
        scope.instance = m_ids.front().name;
    }
    m_scope_slot = m_ids.empty() ? scope.deployment : std::string();
    m_events.setScope(scope);
    if (m_ids.size() < 2) {
        m_timeline->proxy().setCondition(nullptr);
        return;
    }
    m_timeline->proxy().setCondition([this, ids = m_ids](int row) {
        const auto &event = m_events.rowAt(row);
        return std::find(ids.begin(), ids.end(),
                         models::InstanceId{event.deployment_id(), event.instance()}) != ids.end();
    });
}

void InstancePanel::refreshMarks()
{
    QList<ChartMark> marks;
    const auto &events = m_context.store.events();
    for (auto event = events.rbegin(); event != events.rend() && marks.size() < kMarksMax;
         ++event) {
        const auto word = event->service() == m_models.key ? markOf(*event) : QString();
        if (!word.isEmpty()) {
            marks << ChartMark{event->time_ms(), word};
        }
    }
    m_charts->setMarks(marks);
}

} // namespace slipway::views
