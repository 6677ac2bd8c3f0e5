#include "views/hosts/hosts_page.h"

#include "models/base/words.h"
#include "views/hosts/host_board.h"
#include "views/widgets/card.h"
#include "views/widgets/data_table.h"
#include "views/widgets/empty_state.h"
#include "views/widgets/search_field.h"
#include "views/widgets/segmented_control.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <set>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

namespace
{

enum Part { Nothing, Board, Table };

QList<ColumnStyle> columns()
{
    using Column = models::HostModel::Column;
    return {{int(Column::Name), CellKind::Strong, 120},
            {int(Column::State), CellKind::State, 120},
            {int(Column::FaultDomain), CellKind::Number, 100},
            {int(Column::Instances), CellKind::Number, 100},
            {int(Column::Cores), CellKind::Bar, 130},
            {int(Column::Memory), CellKind::Bar, 160},
            {int(Column::Isolation), CellKind::Text, 180, true},
            {int(Column::Since), CellKind::Age, 90}};
}

// "6 hosts in 2 fault domains · 1 lost · 96 nominal cores on 8 real (12.0×) · 11 instances"
QString summaryOf(const models::HostModel &model)
{
    std::set<std::uint32_t> domains;
    std::uint64_t lost = 0;
    std::uint64_t unfit = 0;
    std::uint64_t nominal = 0;
    std::uint64_t instances = 0;
    std::uint32_t real = 0;
    for (int i = 0; i < model.rowCount(); ++i) {
        const auto &row = model.rowAt(i);
        domains.insert(row.host->fault_domain());
        lost += row.host->state() == v1::Host::Lost ? 1 : 0;
        unfit += row.host->unfit_reason().empty() ? 0 : 1;
        nominal += row.host->cores();
        real = std::max(real, row.host->real_cores());
        instances += row.instances;
    }
    QStringList parts{HostsPage::tr("%1 in %2")
                          .arg(models::plural(std::uint64_t(model.rowCount()), "host", "hosts"),
                               models::plural(domains.size(), "fault domain", "fault domains"))};
    if (lost > 0) {
        parts << HostsPage::tr("%1 lost").arg(models::countWords(lost));
    }
    if (unfit > 0) {
        parts << HostsPage::tr("%1 taking no instances").arg(models::countWords(unfit));
    }
    if (real > 0) {
        parts << HostsPage::tr("%1 nominal cores on %2 real (%3×)")
                     .arg(models::countWords(nominal))
                     .arg(real)
                     .arg(QLocale().toString(model.overcommitment(), 'f', 1));
    }
    parts << models::plural(instances, "instance", "instances");
    return parts.join(u" · "_s);
}

} // namespace

HostsPage::HostsPage(PageContext &context)
    : m_context(context), m_model(context.session),
      m_summary(Label::secondary(context.theme, TextRole::Body)),
      m_view(new SegmentedControl(context.theme, {tr("Cards"), tr("Table")})),
      m_search(new SearchField(context.theme, tr("Filter hosts"))), m_parts(new QStackedWidget),
      m_board(new HostBoard(context, m_model)), m_table(new DataTable(context.theme))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(space::kPageMargin, space::kPageMargin, space::kPageMargin,
                               space::kPageMargin);
    column->setSpacing(space::kCardGap);
    column->addWidget(makeHead());
    m_parts->addWidget(new EmptyState(context.theme, u"hosts"_s, tr("Connecting …"),
                                      tr("The hosts appear as soon as the fabric answers.")));
    m_board->setObjectName(u"hostBoard"_s);
    m_parts->addWidget(m_board);
    m_parts->addWidget(makeTable());
    column->addWidget(m_parts, 1);
    connectParts();
    refreshSummary();
}

QWidget *HostsPage::makeHead()
{
    auto *head = new QWidget;
    auto *row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    auto *titles = new QVBoxLayout;
    titles->setSpacing(2);
    titles->addWidget(new Label(m_context.theme, TextRole::PageTitle, title()));
    m_summary->setObjectName(u"hostsSummary"_s);
    m_summary->setElided(true);
    titles->addWidget(m_summary);
    m_view->setObjectName(u"hostsView"_s);
    m_view->setAccessibleName(tr("How to show the hosts"));
    m_view->setToolTip(tr("Cards by fault domain, or a table"));
    m_search->setObjectName(u"hostsFilter"_s);
    m_search->setAccessibleName(tr("Filter hosts"));
    m_search->setHint(u"/"_s);
    m_search->setFixedWidth(220);
    row->addLayout(titles, 1);
    row->addWidget(m_view);
    row->addWidget(m_search);
    return head;
}

QWidget *HostsPage::makeTable()
{
    auto *card = new Card(m_context.theme);
    card->body()->setContentsMargins(8, 4, 8, 8);
    card->body()->addWidget(m_table);
    m_table->setObjectName(u"hostsTable"_s);
    m_table->setAccessibleName(tr("Hosts"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->show(m_model, columns(), [this] { return m_context.session.nowMs(); });
    m_table->setEmptyText(tr("No host fits the filter"));
    return card;
}

void HostsPage::connectParts()
{
    connect(m_search, &QLineEdit::textChanged, m_board, &HostBoard::setFilterText);
    connect(m_search, &QLineEdit::textChanged, &m_table->proxy(),
            &models::FilterProxy::setFilterText);
    connect(m_view, &SegmentedControl::currentChanged, this, &HostsPage::refreshSummary);
    connect(m_board, &HostBoard::hostChosen, this,
            [this](const std::string &host) { m_table->selectKey(text(host)); });
    connect(m_table, &DataTable::keyActivated, this, [this](const QString &host) {
        m_view->setCurrent(0);
        choose(host);
    });
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, &HostsPage::refreshSummary);
    connect(&m_model, &QAbstractItemModel::rowsRemoved, this, &HostsPage::refreshSummary);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &HostsPage::refreshSummary);
}

void HostsPage::goTo(const Place &place)
{
    Page::goTo(place);
    if (!place.subject.isEmpty()) {
        choose(place.subject);
    }
}

void HostsPage::choose(const QString &host)
{
    m_board->choose(models::utf8(host));
    m_table->selectKey(host);
}

bool HostsPage::focusFilter()
{
    m_search->setFocus();
    m_search->selectAll();
    return true;
}

void HostsPage::refreshSummary()
{
    const bool known = !m_model.isEmpty();
    m_summary->setText(known ? summaryOf(m_model) : QString());
    m_summary->setToolTip(tr("Nominal cores are what instances are promised; all hosts share the "
                             "real ones of this machine"));
    m_parts->setCurrentIndex(!known ? Nothing : m_view->current() == 0 ? Board : Table);
}

} // namespace slipway::views
