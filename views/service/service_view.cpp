#include "views/service/service_view.h"

#include "views/service/activity_tab.h"
#include "views/service/deploy_panel.h"
#include "views/service/edit_panel.h"
#include "views/service/instances_tab.h"
#include "views/service/logs_tab.h"
#include "views/service/roles_tab.h"
#include "views/service/service_actions.h"
#include "views/service/service_header.h"
#include "views/service/slot_board.h"
#include "views/service/swap_panel.h"
#include "views/theme/tokens.h"

#include <QAction>
#include <QDropEvent>
#include <QHBoxLayout>
#include <QMimeData>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTabBar>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr std::array<const char *, 4> kParts{"instances", "roles", "logs", "activity"};

} // namespace

ServiceView::ServiceView(PageContext &context, const QString &name, QWidget *parent)
    : QWidget(parent), m_context(context), m_models(context, name),
      m_actions(new ServiceActions(context, m_models, this)),
      m_board(new SlotBoard(context, m_models))
{
    auto *header = new ServiceHeader(context, m_models, *m_actions);
    auto *content = new QWidget;
    content->setObjectName(u"scrolled"_s);
    auto *column = new QVBoxLayout(content);
    column->setContentsMargins(space::kPageMargin, space::kPageMargin, space::kPageMargin, 16);
    column->setSpacing(12);
    column->addWidget(header);
    column->addWidget(m_board);
    column->addWidget(makeTabs(), 1);
    addScrolled(content);
    setAcceptDrops(true);
    connect(header, &ServiceHeader::deployRequested, this, [this] { openDeploy(v1::STAGING); });
    connectParts();
    addPageActions();
}

// A low window scrolls: slots and tabs keep the height that they need. Panels lie over all of it.
void ServiceView::addScrolled(QWidget *content)
{
    auto *scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setWidget(content);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(scroll);
}

// Children look at the models: they go first.
ServiceView::~ServiceView()
{
    const auto children = findChildren<QWidget *>(Qt::FindDirectChildrenOnly);
    qDeleteAll(children);
    delete m_actions;
}

QWidget *ServiceView::makeTabs()
{
    m_instances = new InstancesTab(m_context, m_models);
    m_roles = new RolesTab(m_context, m_models);
    m_logs = new LogsTab(m_context, m_models);
    m_activity = new ActivityTab(m_context, m_models);
    m_tabs = new QTabBar;
    m_tabs->setObjectName(u"serviceTabs"_s);
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->setUsesScrollButtons(false);
    m_tabs->setElideMode(Qt::ElideNone);
    m_tools = new QStackedWidget;
    m_tools->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    m_pages = new QStackedWidget;
    const auto add = [this](const QString &title, QWidget *page, QWidget *tools) {
        m_tabs->addTab(title);
        m_pages->addWidget(page);
        m_tools->addWidget(tools);
    };
    add(tr("Instances"), m_instances, m_instances->tools());
    add(tr("Roles"), m_roles, m_roles->tools());
    add(tr("Logs"), m_logs, m_logs->tools());
    add(tr("Activity"), m_activity, m_activity->tools());
    auto *whole = new QWidget;
    auto *row = new QHBoxLayout;
    row->addWidget(m_tabs);
    row->addStretch(1);
    row->addWidget(m_tools);
    auto *column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(12);
    column->addLayout(row);
    column->addWidget(m_pages, 1);
    return whole;
}

void ServiceView::connectParts()
{
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        m_pages->setCurrentIndex(tab);
        m_tools->setCurrentIndex(tab);
        watchParts();
        Q_EMIT partChanged(part());
    });
    connect(m_instances, &InstancesTab::selectionChanged, this, [this](const QString &key) {
        m_instance = key;
        Q_EMIT partChanged(part());
    });
    connect(m_instances, &InstancesTab::logRequested, this, [this](const models::InstanceId &id) {
        showTab(Logs);
        m_logs->choose(id);
    });
    connect(m_board, &SlotBoard::deployRequested, this, &ServiceView::openDeploy);
    connect(m_board, &SlotBoard::swapRequested, this, &ServiceView::openSwap);
    connect(m_actions, &ServiceActions::editRequested, this, &ServiceView::openEdit);
    connect(m_activity, &ActivityTab::instanceChosen, this,
            [this](const models::InstanceId &id) { showPart(id.toString()); });
}

void ServiceView::addPageActions()
{
    const auto add = [this](const QString &name, const QString &text, const QKeySequence &keys,
                            auto act) {
        auto *action = new QAction(text, this);
        action->setObjectName(name);
        action->setShortcut(keys);
        // Counts while this view is seen, wherever the keys are; Ctrl and a digit are the pages'.
        action->setShortcutContext(Qt::WindowShortcut);
        connect(action, &QAction::triggered, this, act);
        addAction(action);
        m_page_actions << action;
    };
    add(u"actionDeploy"_s, tr("Deploy a package…"), QKeySequence(u"Ctrl+D"_s),
        [this] { openDeploy(v1::STAGING); });
    add(u"actionSwap"_s, tr("Swap production and staging…"), QKeySequence(u"Ctrl+Shift+S"_s),
        [this] { openSwap(); });
    for (int tab = 0; tab < m_tabs->count(); ++tab) {
        add(u"actionTab%1"_s.arg(tab + 1), tr("Show %1").arg(m_tabs->tabText(tab).toLower()),
            QKeySequence(u"Alt+%1"_s.arg(tab + 1)), [this, tab] { showTab(tab); });
    }
    m_page_actions << m_actions->all();
}

DeployPanel &ServiceView::deployPanel()
{
    if (m_deploy_panel == nullptr) {
        m_deploy_panel = new DeployPanel(m_context, m_models, this);
    }
    return *m_deploy_panel;
}

void ServiceView::openDeploy(v1::SlotKind slot)
{
    deployPanel().openFor(slot);
}

void ServiceView::openSwap()
{
    if (m_swap_panel == nullptr) {
        m_swap_panel = new SwapPanel(m_context, m_models, this);
    }
    m_swap_panel->openForSwap();
}

void ServiceView::openEdit()
{
    if (m_edit_panel == nullptr) {
        m_edit_panel = new EditPanel(m_context, m_models, this);
    }
    m_edit_panel->openForEdit();
}

void ServiceView::dragEnterEvent(QDragEnterEvent *event)
{
    if (DeployPanel::takes(*event->mimeData())) {
        event->acceptProposedAction();
    }
}

// Dropped on the page: the panel opens with it.
void ServiceView::dropEvent(QDropEvent *event)
{
    event->acceptProposedAction();
    if (!deployPanel().isOpen()) {
        openDeploy(v1::STAGING);
    }
    for (const auto &url : event->mimeData()->urls()) {
        if (url.isLocalFile()) {
            deployPanel().takeFile(url.toLocalFile());
            break;
        }
    }
}

void ServiceView::showTab(int tab)
{
    m_tabs->setCurrentIndex(tab);
}

void ServiceView::showPart(const QString &part)
{
    if (part.contains(u'/')) {
        showTab(Instances);
        m_instances->select(models::InstanceId::fromString(part));
        return;
    }
    if (part == u"deploy"_s) {
        openDeploy(v1::STAGING);
    } else if (part == u"swap"_s) {
        openSwap();
    }
    for (std::size_t tab = 0; tab < kParts.size(); ++tab) {
        if (part == QLatin1StringView(kParts[tab])) {
            showTab(int(tab));
        }
    }
}

QString ServiceView::part() const
{
    const int tab = m_tabs->currentIndex();
    return tab == Instances && !m_instance.isEmpty()
               ? m_instance
               : QString::fromLatin1(kParts[std::size_t(tab)]);
}

void ServiceView::setWatched(bool watched)
{
    m_interest = watched ? m_context.metrics.listen() : nullptr;
    m_board->setWatched(watched);
    m_watched = watched;
    watchParts();
}

void ServiceView::watchParts()
{
    m_logs->setWatched(m_watched && m_tabs->currentIndex() == Logs);
}

bool ServiceView::tellsOf(const v1::Operation &operation) const
{
    return m_swap_panel != nullptr && m_swap_panel->follows(operation);
}

bool ServiceView::focusFilter()
{
    switch (m_tabs->currentIndex()) {
    case Instances:
        m_instances->focusFilter();
        return true;
    case Logs:
        m_logs->focusFilter();
        return true;
    case Activity:
        m_activity->focusFilter();
        return true;
    default:
        return false;
    }
}

void ServiceView::refresh()
{
    m_models.preflight.ask();
}

} // namespace slipway::views
