#include "views/service/instances_tab.h"

#include "models/base/words.h"
#include "models/settings/portal_settings.h"
#include "views/service/bulk_bar.h"
#include "views/service/instance_panel.h"
#include "views/widgets/buttons.h"
#include "views/widgets/card.h"
#include "views/widgets/data_table.h"
#include "views/widgets/navigator.h"
#include "views/widgets/search_field.h"
#include "views/widgets/segmented_control.h"
#include "views/widgets/timeline_list.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QShortcut>
#include <QSplitter>
#include <QToolButton>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::InstanceModel;
using Column = InstanceModel::Column;

namespace
{

constexpr int kBothSlots = 0;
constexpr int kProduction = 1;
constexpr int kInset = 4; // square corners stay within the card's round ones
constexpr int kTableHeightMin = 180;
constexpr int kTimelineHeight = 138;
constexpr int kFilterWidth = 190;
constexpr int kFilterWidthMin = 120;

QString settingsKey()
{
    return u"serviceInstanceColumns"_s;
}

QList<ColumnStyle> columnStyles()
{
    const auto column = [](Column which, CellKind kind, int width_px, int yields) {
        return ColumnStyle{int(which), kind, width_px, false, false, Qt::ElideRight, yields};
    };
    return {{int(Column::Name), CellKind::Strong, 128, true},
            column(Column::State, CellKind::State, 102, 0),
            column(Column::Reason, CellKind::Text, 124, 7), // the state's tip tells it, too
            column(Column::Role, CellKind::Text, 84, 10),   // the name tells it, too
            {int(Column::Slot), CellKind::Text, 90, false, true},
            column(Column::Size, CellKind::Text, 90, 3),
            column(Column::Host, CellKind::Text, 68, 2),
            column(Column::FaultDomain, CellKind::Number, 44, 4),
            column(Column::UpdateDomain, CellKind::Number, 44, 5),
            column(Column::Cpu, CellKind::Bar, 58, 1),
            column(Column::Memory, CellKind::Bar, 80, 1),
            column(Column::Requests, CellKind::Number, 62, 1),
            column(Column::Restarts, CellKind::Number, 76, 6),
            column(Column::Uptime, CellKind::Age, 66, 8)};
}

} // namespace

InstancesTab::InstancesTab(PageContext &context, ServiceModels &models, QWidget *parent)
    : QWidget(parent), m_context(context), m_models(models)
{
    m_panel = new InstancePanel(context, models);
    auto *splitter = new QSplitter(Qt::Horizontal);
    splitter->setHandleWidth(space::kCardGap);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeLeft());
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(0, 5);
    splitter->setStretchFactor(1, 3);
    splitter->setSizes({724, 444});
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(splitter);
    buildTools();
    connectParts();
    restoreColumns();
    if (!models.production.isEmpty() && !models.staging.isEmpty()) {
        m_slots->setCurrent(kProduction); // names repeat over slots
    }
    applySlot();
}

QWidget *InstancesTab::makeLeft()
{
    auto *left = new QWidget;
    auto *column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::kCardGap);
    column->addWidget(makeTable(), 1);
    column->addWidget(makeTimeline());
    return left;
}

QWidget *InstancesTab::makeTable()
{
    auto *card = new Card(m_context.theme);
    card->setBodyMargins(kInset);
    card->body()->setSpacing(0);
    m_table = new DataTable(m_context.theme);
    m_table->setObjectName(u"instances"_s);
    m_table->setAccessibleName(tr("Instances"));
    m_table->setMinimumHeight(kTableHeightMin);
    m_table->show(m_models.instances, columnStyles(), [this] { return m_context.session.nowMs(); });
    m_bulk = new BulkBar(m_context);
    card->body()->addWidget(m_table, 1);
    card->body()->addWidget(m_bulk);
    return card;
}

QWidget *InstancesTab::makeTimeline()
{
    auto *card = new Card(m_context.theme, tr("Timeline"));
    card->setFixedHeight(kTimelineHeight);
    card->body()->setContentsMargins(14, 0, 4, 8);
    auto *list = new TimelineList(m_context.theme, m_models.events);
    list->setObjectName(u"timeline"_s);
    list->setLoadsOlder(false);
    list->setAccessibleName(tr("What happened in this service"));
    card->body()->addWidget(list);
    connect(list, &TimelineList::eventActivated, this, [this](const v1::Event &event) {
        if (!event.instance().empty()) {
            select({event.deployment_id(), event.instance()});
        }
    });
    return card;
}

void InstancesTab::buildTools()
{
    m_tools = new QWidget;
    auto *row = new QHBoxLayout(m_tools);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_slots =
        new SegmentedControl(m_context.theme, {tr("Both slots"), tr("Production"), tr("Staging")});
    m_slots->setObjectName(u"slotChoice"_s);
    m_slots->setAccessibleName(tr("Instances of which slot"));
    m_filter = new SearchField(m_context.theme, tr("Filter instances"));
    m_filter->setObjectName(u"instanceFilter"_s);
    m_filter->setHint(u"/"_s);
    m_filter->setMinimumWidth(kFilterWidthMin);
    m_filter->setMaximumWidth(kFilterWidth);
    row->addStretch(1);
    row->addWidget(m_slots);
    row->addWidget(m_filter);
    row->addWidget(makeColumns());
}

QToolButton *InstancesTab::makeColumns()
{
    auto *button = makeIconButton(m_context.theme, u"columns"_s, tr("Columns"));
    button->setObjectName(u"columns"_s);
    button->setPopupMode(QToolButton::InstantPopup);
    m_columns = new QMenu(button);
    m_columns->setObjectName(u"columnsMenu"_s);
    for (int column = 1; column < InstanceModel::kColumnCount; ++column) {
        if (column == int(Column::Slot)) {
            continue; // shows itself where names repeat
        }
        auto *action = m_columns->addAction(
            m_models.instances.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setObjectName(u"column-"_s + QString::number(column));
        action->setCheckable(true);
        action->setChecked(!m_table->isColumnHidden(column));
        action->setData(column);
        connect(action, &QAction::triggered, this,
                [this, column](bool shown) { showOrHide(column, shown); });
    }
    connect(m_table, &DataTable::columnsFitted, this, &InstancesTab::checkColumns);
    button->setMenu(m_columns);
    return button;
}

// "1" and "0": what the operator showed and hid; "-": as there is room.
void InstancesTab::showOrHide(int column, bool shown)
{
    m_table->chooseColumn(column, shown);
    QByteArray choices;
    for (int i = 0; i < InstanceModel::kColumnCount; ++i) {
        const auto chosen = m_table->chosenColumn(i);
        choices.append(!chosen ? '-' : *chosen ? '1' : '0');
    }
    m_context.settings.setHeaderState(settingsKey(), choices);
}

void InstancesTab::restoreColumns()
{
    const auto choices = m_context.settings.headerState(settingsKey());
    for (int i = 0; choices.size() == InstanceModel::kColumnCount && i < choices.size(); ++i) {
        if (choices.at(i) != '-') {
            m_table->chooseColumn(i, choices.at(i) == '1');
        }
    }
    checkColumns();
}

void InstancesTab::checkColumns()
{
    for (auto *action : m_columns->actions()) {
        action->setChecked(!m_table->isColumnHidden(action->data().toInt()));
    }
}

void InstancesTab::connectParts()
{
    connect(m_filter, &QLineEdit::textChanged, this,
            [this](const QString &text) { m_table->proxy().setFilterText(text); });
    connect(m_filter, &QLineEdit::returnPressed, m_table, qOverload<>(&QWidget::setFocus));
    connect(m_slots, &SegmentedControl::currentChanged, this, &InstancesTab::applySlot);
    connect(&m_models.production, &models::DeploymentSummary::changed, this,
            &InstancesTab::applySlot);
    connect(&m_models.staging, &models::DeploymentSummary::changed, this, &InstancesTab::applySlot);
    connect(m_table, &DataTable::selectedKeysChanged, this, &InstancesTab::onSelection);
    connect(m_table, &DataTable::menuRequested, this, &InstancesTab::openMenu);
    connect(m_table, &DataTable::keyActivated, this, [this](const QString &key) {
        Q_EMIT logRequested(models::InstanceId::fromString(key));
    });
    connect(m_bulk, &BulkBar::clearRequested, m_table, &QTableView::clearSelection);
    connect(m_panel, &InstancePanel::logRequested, this, &InstancesTab::logRequested);
    auto *none = new QShortcut(QKeySequence(Qt::Key_Escape), m_table);
    none->setContext(Qt::WidgetShortcut);
    connect(none, &QShortcut::activated, m_table, &QTableView::clearSelection);
}

void InstancesTab::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void InstancesTab::select(const models::InstanceId &id)
{
    if (!m_table->proxy().indexOf(id.toString()).isValid()) {
        m_filter->clear();
        m_slots->setCurrent(kBothSlots);
    }
    m_table->selectKey(id.toString());
}

void InstancesTab::applySlot()
{
    const int choice = m_slots->current();
    const auto wanted =
        choice == kBothSlots
            ? std::string()
            : m_models.slot(choice == kProduction ? v1::PRODUCTION : v1::STAGING).deploymentId();
    // Only when it changes: a large table begins anew with each condition and would never settle.
    const std::pair<int, std::string> filter(choice, wanted);
    const bool same = filter == m_applied;
    m_applied = filter;
    if (!same && choice == kBothSlots) {
        m_table->proxy().setCondition(nullptr);
    } else if (!same) {
        m_table->proxy().setCondition([this, wanted](int row) {
            return m_models.instances.rowAt(row)->deployment_id() == wanted;
        });
    }
    m_panel->setSlot(choice == 2 || (choice == kBothSlots && m_models.production.isEmpty() &&
                                     !m_models.staging.isEmpty())
                         ? v1::STAGING
                         : v1::PRODUCTION);
    m_table->setColumnHidden(int(Column::Slot), choice != kBothSlots ||
                                                    m_models.production.isEmpty() ||
                                                    m_models.staging.isEmpty());
    m_table->fitColumns();
    const bool any = !m_models.production.isEmpty() || !m_models.staging.isEmpty();
    m_table->setEmptyText(any ? tr("No instance fits the filter")
                              : tr("No instances yet: deploy a package to a slot"));
}

void InstancesTab::onSelection()
{
    std::vector<models::InstanceId> ids;
    const auto keys = m_table->selectedKeys();
    for (const auto &key : keys) {
        ids.push_back(models::InstanceId::fromString(key));
    }
    m_bulk->setSelection(ids);
    m_panel->setSelection(ids);
    Q_EMIT selectionChanged(keys.size() == 1 ? keys.front() : QString());
}

void InstancesTab::openMenu(const QString &key, const QPoint &place)
{
    const auto id = models::InstanceId::fromString(key);
    const auto instance = m_context.store.instance(id);
    if (instance == nullptr) {
        return;
    }
    if (!m_table->selectedKeys().contains(key)) {
        m_table->selectKey(key); // what the menu does, it does with the selected ones
    }
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(u"instanceMenu"_s);
    const auto add = [&](const QString &name, const QString &icon, const QString &text, auto act) {
        auto *action = menu->addAction(m_context.theme.icon(icon), text);
        action->setObjectName(name);
        connect(action, &QAction::triggered, this, act);
        return action;
    };
    add(u"menuShowLog"_s, u"logs"_s, tr("Show log"), [this, id] { Q_EMIT logRequested(id); });
    add(u"menuCopyName"_s, u"copy"_s, tr("Copy name"),
        [id] { QGuiApplication::clipboard()->setText(models::text(id.name)); });
    if (!instance->host().empty()) {
        add(u"menuShowHost"_s, u"hosts"_s, tr("Show %1").arg(models::text(instance->host())),
            [this, host = models::text(instance->host())] { m_context.navigator.openHost(host); });
    }
    menu->addSeparator();
    const bool live = m_context.session.isLive();
    auto *reboot = add(u"menuReboot"_s, u"reboot"_s, tr("Reboot…"), [this] { m_bulk->reboot(); });
    auto *reimage =
        add(u"menuReimage"_s, u"reimage"_s, tr("Reimage…"), [this] { m_bulk->reimage(); });
    reboot->setEnabled(live);
    reimage->setEnabled(live);
    menu->popup(place);
}

} // namespace slipway::views
