#include "views/service/logs_tab.h"

#include "models/base/words.h"
#include "views/widgets/buttons.h"
#include "views/widgets/card.h"
#include "views/widgets/data_table.h"
#include "views/widgets/log_view.h"
#include "views/widgets/navigator.h"
#include "views/widgets/search_field.h"
#include "views/widgets/segmented_control.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QScrollBar>
#include <QSplitter>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using Column = models::InstanceModel::Column;

namespace
{

constexpr int kLogDelayMs = 120;
constexpr int kLogInset = 4; // square corners stay within the card's round ones
constexpr int kLogFilterWidth = 240;
constexpr int kLogFilterWidthMin = 120;
constexpr std::uint32_t kTailLines = 5000;

} // namespace

LogsTab::LogsTab(PageContext &context, ServiceModels &models, QWidget *parent)
    : QWidget(parent), m_context(context), m_models(models), m_log(context.session)
{
    buildTools();
    auto *splitter = new QSplitter(Qt::Horizontal);
    splitter->setHandleWidth(space::kCardGap);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeChooser());
    splitter->addWidget(makeLog());
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({280, 880});
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(splitter);
    m_delay.setSingleShot(true);
    m_delay.setInterval(kLogDelayMs);
    connectParts();
    if (models.production.isEmpty() && !models.staging.isEmpty()) {
        m_slot->setCurrent(1);
    }
    applySlot();
    updateFollow();
    updateCount();
}

void LogsTab::buildTools()
{
    m_tools = new QWidget;
    m_slot = new SegmentedControl(m_context.theme, {tr("Production"), tr("Staging")});
    m_slot->setObjectName(u"logSlot"_s);
    m_slot->setAccessibleName(tr("Logs of which slot"));
    m_filter = new SearchField(m_context.theme, tr("Filter lines"));
    m_filter->setObjectName(u"logFilter"_s);
    m_filter->setHint(u"/"_s);
    m_filter->setMinimumWidth(kLogFilterWidthMin);
    m_filter->setMaximumWidth(kLogFilterWidth);
    auto *row = new QHBoxLayout(m_tools);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addStretch(1);
    row->addWidget(m_slot);
    row->addWidget(m_filter);
}

QWidget *LogsTab::makeChooser()
{
    auto *card = new Card(m_context.theme);
    card->setBodyMargins(kLogInset);
    m_instances = new DataTable(m_context.theme);
    m_instances->setObjectName(u"logInstances"_s);
    m_instances->setAccessibleName(tr("Whose log; nothing selected: all of the slot"));
    m_instances->show(m_models.instances,
                      {{int(Column::Name), CellKind::Strong, 130, true},
                       {int(Column::State), CellKind::State, 108}},
                      [this] { return m_context.session.nowMs(); });
    m_instances->setEmptyText(tr("No instances in this slot"));
    card->body()->addWidget(m_instances);
    return card;
}

QWidget *LogsTab::makeLog()
{
    const auto &theme = m_context.theme;
    auto *card = new Card(theme);
    card->setBodyMargins(kLogInset);
    card->body()->setSpacing(0);
    m_view = new LogView(theme, m_log);
    m_view->setObjectName(u"log"_s);
    m_count = Label::secondary(theme, TextRole::Label);
    m_count->setObjectName(u"logCount"_s);
    m_follow = makeButton(theme, ButtonKind::Link, tr("Pause"), u"pause"_s);
    m_follow->setObjectName(u"logFollow"_s);
    m_copy = makeButton(theme, ButtonKind::Link, tr("Copy"), u"copy"_s);
    m_copy->setObjectName(u"logCopy"_s);
    m_copy->setToolTip(tr("The selected lines; without a selection all that fit the filter"));
    m_end = makeButton(theme, ButtonKind::Link, tr("Jump to the end"), u"chevron-down"_s);
    m_end->setObjectName(u"logEnd"_s);
    auto *row = new QHBoxLayout;
    row->setContentsMargins(12, 6, 8, 6);
    row->setSpacing(8);
    row->addWidget(m_count);
    row->addStretch(1);
    row->addWidget(m_copy);
    row->addWidget(m_follow);
    row->addWidget(m_end);
    card->body()->addLayout(row);
    card->body()->addWidget(makeLine());
    card->body()->addWidget(m_view, 1);
    return card;
}

void LogsTab::connectParts()
{
    connect(&m_delay, &QTimer::timeout, this, &LogsTab::reopen);
    connect(m_slot, &SegmentedControl::currentChanged, this, &LogsTab::applySlot);
    connect(m_filter, &QLineEdit::textChanged, &m_log, &models::LogModel::setFilter);
    connect(m_instances, &DataTable::selectedKeysChanged, &m_delay, qOverload<>(&QTimer::start));
    connect(&m_models.production, &models::DeploymentSummary::changed, this, &LogsTab::applySlot);
    connect(&m_models.staging, &models::DeploymentSummary::changed, this, &LogsTab::applySlot);
    connect(&m_context.session, &models::Session::stateChanged, this, [this] {
        m_opened.Clear(); // a stream that broke is asked for again
        m_delay.start();
    });
    connect(&m_log, &models::LogModel::changed, this, &LogsTab::updateCount);
    connect(&m_log, &models::LogModel::problemChanged, this, &LogsTab::updateCount);
    connect(m_view, &LogView::followingChanged, this, &LogsTab::updateFollow);
    connect(&m_context.theme, &Theme::changed, this, &LogsTab::updateFollow);
    connect(m_follow, &QPushButton::clicked, this,
            [this] { m_view->setFollowing(!m_view->isFollowing()); });
    connect(m_end, &QPushButton::clicked, this, [this] { m_view->setFollowing(true); });
    connect(m_copy, &QPushButton::clicked, this, &LogsTab::copy);
}

void LogsTab::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void LogsTab::choose(const models::InstanceId &id)
{
    m_slot->setCurrent(id.deployment == m_models.staging.deploymentId() ? 1 : 0);
    m_instances->clearSelection();
    m_instances->selectKey(id.toString());
}

void LogsTab::setWatched(bool watched)
{
    m_watched = watched;
    if (watched) {
        m_delay.start();
    } else {
        m_delay.stop();
        m_opened.Clear();
        m_log.close();
    }
}

void LogsTab::applySlot()
{
    const auto wanted =
        m_models.slot(m_slot->current() == 1 ? v1::STAGING : v1::PRODUCTION).deploymentId();
    if (m_applied != wanted) {
        m_applied = wanted;
        m_instances->proxy().setCondition([this, wanted](int row) {
            return m_models.instances.rowAt(row)->deployment_id() == wanted;
        });
    }
    m_delay.start();
}

void LogsTab::reopen()
{
    if (!m_watched || !m_context.session.isLive()) {
        return;
    }
    const auto deployment =
        m_models.slot(m_slot->current() == 1 ? v1::STAGING : v1::PRODUCTION).deploymentId();
    if (deployment.empty()) {
        m_opened.Clear();
        m_log.close();
        return;
    }
    v1::LogRequest request;
    request.set_deployment_id(deployment);
    request.set_follow(true);
    request.set_tail_lines(kTailLines);
    for (const auto &key : m_instances->selectedKeys()) {
        request.add_instances(models::InstanceId::fromString(key).name);
    }
    if (request.SerializeAsString() != m_opened.SerializeAsString()) {
        m_opened = request;
        m_log.open(request);
        m_view->setInstanceShown(request.instances_size() != 1);
        m_view->setFollowing(true);
    }
}

void LogsTab::copy()
{
    auto text = m_view->selectedText();
    if (text.isEmpty()) {
        m_view->selectAll();
        text = m_view->selectedText();
    }
    QGuiApplication::clipboard()->setText(text);
    m_context.navigator.notify(
        models::Condition::Ready,
        tr("%1 copied")
            .arg(models::plural(std::uint64_t(text.isEmpty() ? 0 : text.count(u'\n') + 1),
                                QT_TR_NOOP("line"), QT_TR_NOOP("lines"))));
}

void LogsTab::updateFollow()
{
    const bool following = m_view->isFollowing();
    m_follow->setText(following ? tr("Pause") : tr("Follow"));
    m_follow->setIcon(
        m_context.theme.icon(following ? u"pause"_s : u"play"_s, m_context.theme.tokens().accent));
    m_follow->setToolTip(following ? tr("Stand still while new lines come")
                                   : tr("Go to the end and move with new lines"));
    m_end->setVisible(!following);
}

void LogsTab::updateCount()
{
    const auto all = m_log.lineCount();
    const auto shown = m_log.rowCount();
    auto words = models::plural(all, QT_TR_NOOP("line"), QT_TR_NOOP("lines"));
    if (shown != all) {
        words = tr("%1 of %2").arg(models::countWords(shown), words);
    }
    if (m_log.leftOut() > 0) {
        words = tr("%1 · %2 left out")
                    .arg(words,
                         models::plural(m_log.leftOut(), QT_TR_NOOP("line"), QT_TR_NOOP("lines")));
    }
    m_count->setText(m_log.problem().isEmpty() ? words : m_log.problem());
    m_copy->setEnabled(shown > 0);
}

} // namespace slipway::views
