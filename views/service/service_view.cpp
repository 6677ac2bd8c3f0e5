#include "views/service/service_view.h"

#include "views/service/activity_tab.h"
#include "views/service/instances_tab.h"
#include "views/service/service_actions.h"
#include "views/service/service_header.h"
#include "views/service/slot_board.h"
#include "views/theme/tokens.h"

#include <QHBoxLayout>
#include <QStackedWidget>
#include <QTabBar>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr std::array<const char *, 2> kParts{"instances", "activity"};

} // namespace

ServiceView::ServiceView(PageContext &context, const QString &name, QWidget *parent)
    : QWidget(parent), m_context(context), m_models(context, name),
      m_actions(new ServiceActions(context, m_models, this)),
      m_board(new SlotBoard(context, m_models))
{
    auto *header = new ServiceHeader(context, m_models, *m_actions);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(space::kPageMargin, 20, space::kPageMargin, 16);
    column->setSpacing(12);
    column->addWidget(header);
    column->addWidget(m_board);
    column->addWidget(makeTabs(), 1);
    connectParts();
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
    m_activity = new ActivityTab(m_context, m_models);
    m_tabs = new QTabBar;
    m_tabs->setObjectName(u"serviceTabs"_s);
    m_tabs->setDrawBase(false);
    m_tools = new QStackedWidget;
    m_tools->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    m_pages = new QStackedWidget;
    const auto add = [this](const QString &title, QWidget *page, QWidget *tools) {
        m_tabs->addTab(title);
        m_pages->addWidget(page);
        m_tools->addWidget(tools);
    };
    add(tr("Instances"), m_instances, m_instances->tools());
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
        Q_EMIT partChanged(part());
    });
    connect(m_instances, &InstancesTab::selectionChanged, this, [this](const QString &key) {
        m_instance = key;
        Q_EMIT partChanged(part());
    });
    connect(m_activity, &ActivityTab::instanceChosen, this,
            [this](const models::InstanceId &id) { showPart(id.toString()); });
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
}

bool ServiceView::focusFilter()
{
    switch (m_tabs->currentIndex()) {
    case Instances:
        m_instances->focusFilter();
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
