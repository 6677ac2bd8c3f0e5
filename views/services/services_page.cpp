#include "views/services/services_page.h"

#include "models/base/words.h"
#include "views/services/create_panel.h"
#include "views/services/service_menu.h"
#include "views/widgets/buttons.h"
#include "views/widgets/card.h"
#include "views/widgets/data_table.h"
#include "views/widgets/empty_state.h"
#include "views/widgets/navigator.h"
#include "views/widgets/search_field.h"
#include "views/widgets/segmented_control.h"

#include <QHBoxLayout>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;

namespace
{

enum Kind { All, NeedAPerson, NothingDeployed };
enum Part { Loading, Empty, Table };

bool needsAPerson(const models::ServiceRow &row)
{
    return row.health.condition == Condition::Attention ||
           row.health.condition == Condition::Failed;
}

QList<ColumnStyle> columns()
{
    using Column = models::ServiceModel::Column;
    return {{int(Column::Name), CellKind::Strong, 160, true},
            {int(Column::Health), CellKind::State, 240},
            {int(Column::Production), CellKind::Text, 192, false, false, Qt::ElideMiddle},
            {int(Column::Staging), CellKind::Text, 192, false, false, Qt::ElideMiddle},
            {int(Column::Requests), CellKind::Number, 80},
            {int(Column::Address), CellKind::Text, 140},
            {int(Column::Created), CellKind::Age, 70, false, false, Qt::ElideRight, 1}};
}

} // namespace

ServicesPage::ServicesPage(PageContext &context)
    : m_context(context), m_model(context.store, context.metrics), m_parts(new QStackedWidget),
      m_summary(Label::secondary(context.theme, TextRole::Body)),
      m_search(new SearchField(context.theme, tr("Filter services"))),
      m_kind(new SegmentedControl(context.theme, {tr("All"), tr("Need a person"), tr("Empty")})),
      m_table(new DataTable(context.theme)), m_panel(nullptr), m_create(new QAction(this)),
      m_delete(new QAction(this))
{
    makeActions();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(space::kPageMargin, space::kPageMargin, space::kPageMargin,
                               space::kPageMargin);
    column->setSpacing(space::kCardGap);
    column->addWidget(makeHead());
    m_parts->addWidget(new EmptyState(context.theme, u"services"_s, tr("Connecting …"),
                                      tr("The services appear as soon as the fabric answers.")));
    m_parts->addWidget(makeEmpty());
    m_parts->addWidget(makeTable());
    column->addWidget(m_parts, 1);
    m_panel = new CreatePanel(context, this);
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, &ServicesPage::refreshState);
    connect(&m_model, &QAbstractItemModel::rowsRemoved, this, &ServicesPage::refreshState);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &ServicesPage::refreshState);
    connect(&context.session, &models::Session::stateChanged, this, &ServicesPage::refreshState);
    refreshState();
}

QWidget *ServicesPage::makeHead()
{
    auto *head = new QWidget;
    auto *row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    auto *titles = new QVBoxLayout;
    titles->setSpacing(2);
    titles->addWidget(new Label(m_context.theme, TextRole::PageTitle, title()));
    m_summary->setObjectName(u"servicesSummary"_s);
    titles->addWidget(m_summary);
    m_search->setObjectName(u"servicesFilter"_s);
    m_search->setHint(u"/"_s);
    m_search->setFixedWidth(220);
    m_search->setAccessibleName(tr("Filter services"));
    m_kind->setObjectName(u"servicesKind"_s);
    m_kind->setAccessibleName(tr("Which services"));
    m_kind->setToolTip(tr("Which services are listed"));
    auto *create = makeButton(m_context.theme, ButtonKind::Primary, m_create->text(), u"plus"_s);
    create->setObjectName(u"createService"_s);
    create->setToolTip(tr("Create a cloud service (Ctrl+N)"));
    connect(create, &QPushButton::clicked, m_create, &QAction::trigger);
    row->addLayout(titles, 1);
    row->addWidget(m_kind);
    row->addWidget(m_search);
    row->addWidget(create);
    return head;
}

QWidget *ServicesPage::makeTable()
{
    auto *card = new Card(m_context.theme);
    card->setBodyMargins(0);
    card->body()->setContentsMargins(8, 4, 8, 8);
    card->body()->addWidget(m_table);
    m_table->setObjectName(u"servicesTable"_s);
    m_table->setAccessibleName(tr("Cloud services"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->show(m_model, columns(), [this] { return m_context.session.nowMs(); });
    m_table->setEmptyText(tr("No service fits the filter"));
    connect(m_table, &DataTable::keyActivated, this,
            [this](const QString &name) { m_context.navigator.openService(name); });
    connect(m_table, &DataTable::menuRequested, this, &ServicesPage::showMenu);
    connect(m_table, &DataTable::selectedKeysChanged, this, &ServicesPage::refreshState);
    connect(m_search, &QLineEdit::textChanged, &m_table->proxy(),
            &models::FilterProxy::setFilterText);
    connect(m_kind, &SegmentedControl::currentChanged, this, &ServicesPage::applyFilter);
    m_table->setEndsWithRows();
    auto *room = new QWidget;
    auto *column = new QVBoxLayout(room);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(card, 0, Qt::AlignTop);
    return room;
}

QWidget *ServicesPage::makeEmpty()
{
    auto *empty =
        new EmptyState(m_context.theme, u"services"_s, tr("No cloud service yet"),
                       tr("A service has two slots, production and staging, each with an address "
                          "of its own. Create one, or let the sample show how it goes."));
    empty->setObjectName(u"servicesEmpty"_s);
    auto *create = empty->addAction(tr("Create service"), u"plus"_s);
    create->setObjectName(u"createFirst"_s);
    auto *sample = empty->addAction(tr("Try the sample"), u"rocket"_s);
    sample->setObjectName(u"trySample"_s);
    connect(create, &QPushButton::clicked, m_create, &QAction::trigger);
    connect(sample, &QPushButton::clicked, this, [this] {
        m_context.navigator.open({PageId::FirstRun, {}, u"sample"_s});
    });
    return empty;
}

void ServicesPage::makeActions()
{
    m_create->setText(tr("Create service"));
    m_create->setShortcut(QKeySequence::New);
    m_create->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    m_delete->setText(tr("Delete service …"));
    m_delete->setObjectName(u"deleteService"_s);
    m_delete->setShortcut(QKeySequence::Delete);
    m_delete->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    const auto paint = [this] { m_delete->setIcon(m_context.theme.icon(u"trash"_s)); };
    connect(&m_context.theme, &Theme::changed, m_delete, paint);
    paint();
    addAction(m_create);
    m_table->addAction(m_delete);
    connect(m_create, &QAction::triggered, this, [this] { m_panel->begin(); });
    connect(m_delete, &QAction::triggered, this, [this] { deleteService(m_table->currentKey()); });
}

void ServicesPage::goTo(const Place &place)
{
    Page::goTo(place);
    m_table->setFocus();
    if (place.part == u"create"_s) {
        m_panel->begin();
    }
    if (!place.subject.isEmpty()) {
        m_table->selectKey(place.subject);
    }
}

void ServicesPage::onShown()
{
    m_listening = m_context.metrics.listen();
}

void ServicesPage::onHidden()
{
    m_listening.reset();
}

bool ServicesPage::focusFilter()
{
    m_search->setFocus();
    m_search->selectAll();
    return true;
}

void ServicesPage::showMenu(const QString &name, const QPoint &position)
{
    m_table->selectKey(name);
    makeServiceMenu(m_context, name, m_delete, this)->popup(position);
}

void ServicesPage::deleteService(const QString &name)
{
    if (!name.isEmpty()) {
        deleteServiceAfterQuestion(m_context, name, this);
    }
}

void ServicesPage::applyFilter(int kind)
{
    m_table->proxy().setCondition(kind == All ? std::function<bool(int)>() : [this, kind](int row) {
        const auto &service = m_model.rowAt(row);
        return kind == NeedAPerson ? needsAPerson(service)
                                   : service.production == nullptr && service.staging == nullptr;
    });
}

void ServicesPage::refreshState()
{
    int wanting = 0;
    std::uint32_t instances = 0;
    for (int row = 0; row < m_model.rowCount(); ++row) {
        wanting += needsAPerson(m_model.rowAt(row)) ? 1 : 0;
        instances +=
            m_model.rowAt(row).production_tally.total + m_model.rowAt(row).staging_tally.total;
    }
    const auto count = std::uint64_t(m_model.rowCount());
    QString words = models::plural(count, QT_TR_NOOP("service"), QT_TR_NOOP("services")) +
                    u" · "_s +
                    models::plural(instances, QT_TR_NOOP("instance"), QT_TR_NOOP("instances"));
    if (wanting > 0) {
        words += u" · "_s + models::plural(std::uint64_t(wanting), QT_TR_NOOP("needs a person"),
                                           QT_TR_NOOP("need a person"));
    }
    m_summary->setText(m_context.store.revision() == 0 ? QString() : words);
    m_delete->setEnabled(!m_table->currentKey().isEmpty() && m_context.session.isLive());
    const bool known = m_context.store.revision() > 0;
    m_parts->setCurrentIndex(!known ? Loading : m_model.isEmpty() ? Empty : Table);
}

} // namespace slipway::views
