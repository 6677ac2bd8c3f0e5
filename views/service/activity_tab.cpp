#include "views/service/activity_tab.h"

#include "models/base/words.h"
#include "views/widgets/card.h"
#include "views/widgets/navigator.h"
#include "views/widgets/search_field.h"
#include "views/widgets/segmented_control.h"
#include "views/widgets/timeline_list.h"

#include <QHBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kActivityFilterWidth = 220;

} // namespace

ActivityTab::ActivityTab(PageContext &context, ServiceModels &models, QWidget *parent)
    : QWidget(parent), m_context(context), m_models(models)
{
    auto *card = new Card(context.theme);
    card->body()->setContentsMargins(14, 8, 4, 8);
    m_list = new TimelineList(context.theme, models.events);
    m_list->setObjectName(u"activity"_s);
    m_list->setAccessibleName(tr("What happened to this service"));
    card->body()->addWidget(m_list);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(card);
    buildTools();
    connect(m_list, &TimelineList::eventActivated, this, &ActivityTab::open);
}

void ActivityTab::buildTools()
{
    m_tools = new QWidget;
    m_severity = new SegmentedControl(m_context.theme, {tr("All"), tr("Trouble only")});
    m_severity->setObjectName(u"activitySeverity"_s);
    m_severity->setAccessibleName(tr("Which events"));
    m_filter = new SearchField(m_context.theme, tr("Filter activity"));
    m_filter->setObjectName(u"activityFilter"_s);
    m_filter->setHint(u"/"_s);
    m_filter->setFixedWidth(kActivityFilterWidth);
    auto *row = new QHBoxLayout(m_tools);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addStretch(1);
    row->addWidget(m_severity);
    row->addWidget(m_filter);
    connect(m_filter, &QLineEdit::textChanged, this,
            [this](const QString &text) { m_list->proxy().setFilterText(text); });
    connect(m_severity, &SegmentedControl::currentChanged, this, &ActivityTab::applySeverity);
}

void ActivityTab::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void ActivityTab::applySeverity()
{
    if (m_severity->current() == 0) {
        m_list->proxy().setCondition(nullptr);
        return;
    }
    m_list->proxy().setCondition(
        [this](int row) { return m_models.events.rowAt(row).severity() >= v1::WARNING; });
}

void ActivityTab::open(const v1::Event &event)
{
    const models::InstanceId id{event.deployment_id(), event.instance()};
    if (m_context.store.instance(id) != nullptr) {
        Q_EMIT instanceChosen(id);
    } else if (!event.operation_id().empty()) {
        m_context.navigator.openOperation(models::text(event.operation_id()));
    }
}

} // namespace slipway::views
