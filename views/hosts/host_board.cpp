#include "views/hosts/host_board.h"

#include "models/base/words.h"
#include "models/hosts/isolation.h"
#include "views/widgets/navigator.h"
#include "views/widgets/shown_timer.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

namespace
{

constexpr int kColumnMin = 256;

} // namespace

HostBoard::HostBoard(PageContext &context, const models::HostModel &model, QWidget *parent)
    : QScrollArea(parent), m_context(context), m_model(model), m_row(nullptr)
{
    auto *inner = new QWidget;
    inner->setObjectName(u"scrolled"_s);
    m_row = new QHBoxLayout(inner);
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(space::kCardGap);
    m_nothing = Label::secondary(context.theme, TextRole::Body, tr("No host fits the filter"));
    m_nothing->setObjectName(u"noHostFits"_s);
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->hide();
    m_row->addWidget(m_nothing, 1);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setWidget(inner);
    m_soon.setSingleShot(true);
    m_soon.setInterval(0);
    connect(new ShownTimer(this), &QTimer::timeout, this, &HostBoard::refreshAges);
    const auto soon = [this] { m_soon.start(); };
    connect(&m_soon, &QTimer::timeout, this, &HostBoard::refresh);
    connect(&model, &QAbstractItemModel::rowsInserted, this, soon);
    connect(&model, &QAbstractItemModel::rowsRemoved, this, soon);
    connect(&model, &QAbstractItemModel::dataChanged, this, soon);
    // An instance's state is a dot here, but no cell of the model.
    connect(&context.store, &models::FabricStore::changed, this,
            [this](const models::StoreDelta &delta) {
                if (!delta.instances.empty() || delta.snapshot) {
                    m_soon.start();
                }
            });
    refresh();
}

void HostBoard::showEvent(QShowEvent *event)
{
    QScrollArea::showEvent(event);
    refresh();
}

void HostBoard::refreshAges()
{
    for (int i = 0; i < m_model.rowCount(); ++i) {
        const auto &host = *m_model.rowAt(i).host;
        if (const auto card = m_cards.find(host.id()); card != m_cards.end()) {
            card->second->presentState(host, m_context.session.nowMs());
        }
    }
}

void HostBoard::setFilterText(const QString &words)
{
    m_words = words.split(u' ', Qt::SkipEmptyParts);
    refresh();
}

bool HostBoard::fits(const models::HostRow &row) const
{
    const QString told = text(row.host->id()) + u' ' + models::stateWord(*row.host) + u' ' +
                         text(row.host->isolation());
    return std::all_of(m_words.begin(), m_words.end(), [&told](const QString &word) {
        return told.contains(word, Qt::CaseInsensitive);
    });
}

HostBoard::Column &HostBoard::columnOf(std::uint32_t fault_domain)
{
    auto &column = m_columns[fault_domain];
    if (column.widget != nullptr) {
        return column;
    }
    column.widget = new QWidget;
    column.widget->setMinimumWidth(kColumnMin);
    auto *whole = new QVBoxLayout(column.widget);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(12);
    column.title = new Label(m_context.theme, TextRole::Overline,
                             tr("Fault domain %1").arg(fault_domain).toUpper());
    column.title->setToolTip(
        tr("Hosts that would fail together; the instances of a role are spread "
           "over fault domains"));
    column.summary = Label::secondary(m_context.theme, TextRole::Label);
    auto *head = new QHBoxLayout;
    head->addWidget(column.title);
    head->addStretch(1);
    head->addWidget(column.summary);
    column.cards = new QVBoxLayout;
    column.cards->setSpacing(space::kCardGap);
    whole->addLayout(head);
    whole->addLayout(column.cards);
    whole->addStretch(1);
    const auto index = std::distance(m_columns.begin(), m_columns.find(fault_domain));
    m_row->insertWidget(int(index), column.widget, 1);
    return column;
}

HostCard *HostBoard::cardOf(const std::string &host)
{
    auto &card = m_cards[host];
    if (card == nullptr) {
        card = new HostCard(m_context.theme);
        card->setObjectName(u"host/"_s + text(host));
        card->setChosen(host == m_chosen);
        connect(card, &HostCard::clicked, this, [this, host] {
            choose(host);
            Q_EMIT hostChosen(host);
        });
        connect(&card->dots(), &InstanceDots::instanceChosen, this,
                [this](const models::InstanceId &id) { m_context.navigator.openInstance(id); });
    }
    return card;
}

void HostBoard::place(HostCard *card, const models::HostRow &row)
{
    const auto &id = row.host->id();
    const auto known = m_placed.find(id);
    if (known != m_placed.end() && known->second == row.host->fault_domain()) {
        return;
    }
    m_placed[id] = row.host->fault_domain();
    int position = 0; // in the order of ids
    for (const auto &[other, domain] : m_placed) {
        if (other == id) {
            break;
        }
        position += domain == row.host->fault_domain() ? 1 : 0;
    }
    columnOf(row.host->fault_domain()).cards->insertWidget(position, card);
}

void HostBoard::refresh()
{
    if (!isVisible()) {
        return; // done when it is shown
    }
    dropGoneCards();
    std::map<std::string, std::vector<models::Ref<v1::RoleInstance>>> on_host;
    for (const auto &[id, instance] : m_context.store.instances()) {
        on_host[instance->host()].push_back(instance);
    }
    bool any = m_model.isEmpty();
    for (int i = 0; i < m_model.rowCount(); ++i) {
        const auto &row = m_model.rowAt(i);
        any = any || fits(row);
        auto *card = cardOf(row.host->id());
        place(card, row);
        card->present(row, std::move(on_host[row.host->id()]), m_context.session.nowMs());
        card->setVisible(fits(row));
    }
    m_nothing->setVisible(!any);
    for (const auto &[domain, column] : m_columns) {
        column.widget->setVisible(any);
    }
    summarise();
}

void HostBoard::dropGoneCards()
{
    for (auto card = m_cards.begin(); card != m_cards.end();) {
        if (m_model.find(card->first) == nullptr) {
            delete card->second;
            m_placed.erase(card->first);
            card = m_cards.erase(card);
        } else {
            ++card;
        }
    }
    for (auto column = m_columns.begin(); column != m_columns.end();) {
        if (column->second.cards->count() == 0) {
            delete column->second.widget;
            column = m_columns.erase(column);
        } else {
            ++column;
        }
    }
}

void HostBoard::summarise()
{
    for (auto &[domain, column] : m_columns) {
        std::uint64_t used = 0;
        std::uint64_t cores = 0;
        std::uint64_t instances = 0;
        for (int i = 0; i < m_model.rowCount(); ++i) {
            const auto &row = m_model.rowAt(i);
            if (row.host->fault_domain() == domain) {
                used += row.used_cores;
                cores += row.host->cores();
                instances += row.instances;
            }
        }
        column.summary->setText(
            models::plural(instances, QT_TR_NOOP("instance"), QT_TR_NOOP("instances")) +
            tr(" · %1 of %2 cores").arg(models::countWords(used), models::countWords(cores)));
    }
}

void HostBoard::choose(const std::string &host)
{
    m_chosen = host;
    for (const auto &[id, card] : m_cards) {
        card->setChosen(id == host);
        if (id == host) {
            ensureWidgetVisible(card);
        }
    }
}

} // namespace slipway::views
