#include "models/base/filter_proxy.h"

#include "models/base/roles.h"

#include <QLocale>
#include <algorithm>
#include <limits>
#include <numeric>

namespace slipway::models
{

namespace
{

constexpr std::size_t kAtOnce = 2000; // rows that are evaluated and sorted within one call

// The C locale's collation knows no numbers.
QCollator naturalCollator()
{
    const bool plain = QLocale().language() == QLocale::C;
    QCollator collator(plain ? QLocale(QLocale::English) : QLocale());
    collator.setNumericMode(true); // "WebRole_IN_2" before "WebRole_IN_10"
    collator.setCaseSensitivity(Qt::CaseInsensitive);
    return collator;
}

} // namespace

FilterProxy::FilterProxy(QObject *parent)
    : QAbstractProxyModel(parent), m_collator(naturalCollator())
{
    m_slice.setInterval(0);
    connect(&m_slice, &QTimer::timeout, this, &FilterProxy::workSlice);
    m_soon.setSingleShot(true);
    m_soon.setInterval(0);
    connect(&m_soon, &QTimer::timeout, this, &FilterProxy::settleNow);
}

void FilterProxy::setSourceModel(QAbstractItemModel *source)
{
    beginResetModel();
    if (sourceModel() != nullptr) {
        sourceModel()->disconnect(this);
    }
    QAbstractProxyModel::setSourceModel(source);
    rebuild();
    connectSource();
    endResetModel();
}

void FilterProxy::connectSource()
{
    if (sourceModel() == nullptr) {
        return;
    }
    using Model = QAbstractItemModel;
    auto *source = sourceModel();
    connect(source, &Model::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { takeRows(first, last); });
    connect(source, &Model::rowsAboutToBeRemoved, this,
            [this](const QModelIndex &, int first, int last) { dropRows(first, last); });
    connect(source, &Model::rowsRemoved, this,
            [this](const QModelIndex &, int first, int last) { forgetRows(first, last); });
    connect(source, &Model::dataChanged, this, &FilterProxy::onDataChanged);
    connect(source, &Model::headerDataChanged, this, &Model::headerDataChanged);
    const auto again = [this] {
        beginResetModel();
        rebuild();
        endResetModel();
    };
    connect(source, &Model::modelReset, this, again);
    connect(source, &Model::layoutChanged, this, again);
    connect(source, &QObject::destroyed, this, again);
}

void FilterProxy::setFilterText(const QString &text)
{
    const auto words = text.split(u' ', Qt::SkipEmptyParts);
    if (words != m_words) {
        m_words = words;
        refilter();
    }
}

QString FilterProxy::filterText() const
{
    return m_words.join(u' ');
}

void FilterProxy::setCondition(std::function<bool(int)> condition)
{
    m_condition = std::move(condition);
    refilter();
}

void FilterProxy::refilter()
{
    markAll(false);
    settleNow();
    Q_EMIT filterChanged();
}

void FilterProxy::sort(int column, Qt::SortOrder order)
{
    m_direction = order;
    m_column = column;
    markAll(true);
    settleNow();
}

QString FilterProxy::keyAt(int row) const
{
    return index(row, 0).data(KeyRole).toString();
}

QModelIndex FilterProxy::indexOf(const QString &key) const
{
    for (int row = 0; row < rowCount(); ++row) {
        if (keyAt(row) == key) {
            return index(row, 0);
        }
    }
    return {};
}

int FilterProxy::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_order.size());
}

int FilterProxy::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() || sourceModel() == nullptr ? 0 : sourceModel()->columnCount();
}

bool FilterProxy::hasChildren(const QModelIndex &parent) const
{
    return !parent.isValid() && !m_order.empty();
}

QModelIndex FilterProxy::index(int row, int column, const QModelIndex &parent) const
{
    return hasIndex(row, column, parent) ? createIndex(row, column) : QModelIndex();
}

QModelIndex FilterProxy::mapToSource(const QModelIndex &index) const
{
    if (!index.isValid() || std::size_t(index.row()) >= m_order.size()) {
        return {};
    }
    return sourceModel()->index(m_entries[m_order[std::size_t(index.row())]].source,
                                index.column());
}

QModelIndex FilterProxy::mapFromSource(const QModelIndex &index) const
{
    if (!index.isValid() || std::size_t(index.row()) >= m_by_source.size()) {
        return {};
    }
    const int place = m_places[m_by_source[std::size_t(index.row())]];
    return place < 0 ? QModelIndex() : createIndex(place, index.column());
}

QVariant FilterProxy::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (sourceModel() == nullptr || orientation == Qt::Vertical) {
        return QAbstractItemModel::headerData(section, orientation, role);
    }
    return sourceModel()->headerData(section, orientation, role);
}

// Everything anew; between beginResetModel and endResetModel.
void FilterProxy::rebuild()
{
    m_slice.stop();
    m_soon.stop();
    m_job = Job::None;
    m_entries.clear();
    m_places.clear();
    m_free.clear();
    m_by_source.clear();
    m_order.clear();
    m_dirty.clear();
    const int rows = sourceModel() == nullptr ? 0 : sourceModel()->rowCount();
    if (rows == 0) {
        return;
    }
    m_entries.resize(std::size_t(rows));
    m_places.assign(std::size_t(rows), -1);
    m_by_source.resize(std::size_t(rows));
    std::iota(m_by_source.begin(), m_by_source.end(), Id(0));
    for (int row = 0; row < rows; ++row) {
        m_entries[std::size_t(row)].source = row;
        mark(Id(row));
    }
    if (std::size_t(rows) > kAtOnce) {
        m_soon.start(); // the rows come in when the reset is over
        return;
    }
    const auto fresh = std::exchange(m_dirty, {});
    for (const Id id : fresh) {
        evaluate(id);
    }
    m_order = merged({}, fresh);
    numberPlaces(0);
}

void FilterProxy::takeRows(int first, int last)
{
    std::vector<Id> fresh;
    for (int row = first; row <= last; ++row) {
        if (m_free.empty() || m_job != Job::None) {
            fresh.push_back(Id(m_entries.size()));
            m_entries.emplace_back();
            m_places.push_back(-1);
        } else {
            fresh.push_back(m_free.back());
            m_free.pop_back();
            m_entries[fresh.back()] = Entry();
        }
    }
    m_by_source.insert(m_by_source.begin() + first, fresh.begin(), fresh.end());
    for (auto row = std::size_t(first); row < m_by_source.size(); ++row) {
        m_entries[m_by_source[row]].source = int(row);
    }
    for (const Id id : fresh) {
        mark(id);
    }
    settle();
}

// Before the source loses them.
void FilterProxy::dropRows(int first, int last)
{
    std::vector<Id> gone;
    for (int row = first; row <= last; ++row) {
        const Id id = m_by_source[std::size_t(row)];
        m_entries[id].accepted = false;
        if (m_places[id] >= 0) {
            gone.push_back(id);
        }
    }
    if (gone.empty()) {
        return;
    }
    std::vector<Id> next;
    next.reserve(m_order.size());
    std::copy_if(m_order.begin(), m_order.end(), std::back_inserter(next), [&](Id id) {
        const int source = m_entries[id].source;
        return source < first || source > last;
    });
    removeMissing(next);
}

void FilterProxy::forgetRows(int first, int last)
{
    const auto begin = m_by_source.begin();
    for (int row = first; row <= last; ++row) {
        const Id id = m_by_source[std::size_t(row)];
        m_entries[id].source = -1;
        m_entries[id].dirty = false;
        m_free.push_back(id);
    }
    m_by_source.erase(begin + first, begin + last + 1);
    std::erase_if(m_dirty, [this](Id id) { return m_entries[id].source < 0; });
    for (auto row = std::size_t(first); row < m_by_source.size(); ++row) {
        m_entries[m_by_source[row]].source = int(row);
    }
}

void FilterProxy::onDataChanged(const QModelIndex &first, const QModelIndex &last,
                                const QList<int> &roles)
{
    const bool all = roles.isEmpty();
    const bool keyed = m_column >= first.column() && m_column <= last.column() &&
                       (all || roles.contains(SortRole));
    const bool filtered = (!m_words.isEmpty() && (all || roles.contains(SearchRole))) ||
                          (m_condition != nullptr && all);
    forward(first, last, roles);
    if (!keyed && !filtered) {
        return;
    }
    for (int row = first.row(); row <= last.row(); ++row) {
        const Id id = m_by_source[std::size_t(row)];
        m_entries[id].has_key = m_entries[id].has_key && !keyed;
        mark(id);
    }
    settle();
}

// One signal for all of them: rows in between that did not change do no harm.
void FilterProxy::forward(const QModelIndex &first, const QModelIndex &last,
                          const QList<int> &roles)
{
    const bool all = first.row() == 0 && std::size_t(last.row()) + 1 == m_by_source.size();
    int low = all ? 0 : std::numeric_limits<int>::max();
    int high = all ? rowCount() - 1 : -1;
    for (int row = first.row(); !all && row <= last.row(); ++row) {
        const int place = m_places[m_by_source[std::size_t(row)]];
        low = place < 0 ? low : std::min(low, place);
        high = std::max(high, place);
    }
    if (high >= 0) {
        Q_EMIT dataChanged(index(low, first.column()), index(high, last.column()), roles);
    }
}

void FilterProxy::markAll(bool keys_too)
{
    for (const Id id : m_by_source) {
        m_entries[id].has_key = m_entries[id].has_key && !keys_too;
        mark(id);
    }
    if (m_job != Job::None) {
        // What it has done so far is of no use; what it still had to do is marked already.
        m_dirty.insert(m_dirty.end(), m_pending.begin(), m_pending.end());
        startJob();
    }
}

void FilterProxy::mark(Id id)
{
    if (!std::exchange(m_entries[id].dirty, true)) {
        m_dirty.push_back(id);
    }
}

// A small table is in order at once; in a large one, changes of a moment are taken together.
void FilterProxy::settle()
{
    if (m_job != Job::None || m_dirty.empty()) {
        return; // the job's end takes them
    }
    if (m_by_source.size() <= kAtOnce) {
        settleNow();
    } else if (!m_soon.isActive()) {
        m_soon.start();
    }
}

void FilterProxy::settleNow()
{
    if (m_job != Job::None) {
        return;
    }
    if (m_dirty.size() > kAtOnce) {
        startJob();
        return;
    }
    const auto dirty = std::exchange(m_dirty, {});
    for (const Id id : dirty) {
        m_entries[id].accepted = false; // not part of the base
    }
    std::vector<Id> base;
    base.reserve(m_order.size());
    std::copy_if(m_order.begin(), m_order.end(), std::back_inserter(base),
                 [this](Id id) { return m_entries[id].accepted; });
    for (const Id id : dirty) {
        evaluate(id);
    }
    show(merged(base, dirty));
}

void FilterProxy::evaluate(Id id)
{
    auto &entry = m_entries[id];
    entry.dirty = false;
    if (!std::exchange(entry.has_key, true) && m_column >= 0) {
        const auto value = sourceModel()->index(entry.source, m_column).data(SortRole);
        entry.text.reset();
        entry.number = 0;
        if (value.typeId() == QMetaType::QString) {
            entry.text = m_collator.sortKey(value.toString());
        } else {
            // What is not known comes before all that is.
            entry.number =
                value.isValid() ? value.toDouble() : -std::numeric_limits<double>::infinity();
        }
    }
    entry.accepted = accepts(entry.source);
}

bool FilterProxy::accepts(int source_row) const
{
    if (m_condition && !m_condition(source_row)) {
        return false;
    }
    if (m_words.isEmpty()) {
        return true;
    }
    const auto text = sourceModel()->index(source_row, 0).data(SearchRole).toString();
    return std::all_of(m_words.begin(), m_words.end(), [&text](const QString &word) {
        return text.contains(word, Qt::CaseInsensitive);
    });
}

// Equal ones stay in the source's order.
bool FilterProxy::isBefore(Id left, Id right) const
{
    const auto &a = m_entries[left];
    const auto &b = m_entries[right];
    if (m_column >= 0) {
        const int texts = a.text && b.text ? a.text->compare(*b.text) : 0;
        const int order = texts != 0 ? texts : (a.number > b.number) - (a.number < b.number);
        if (order != 0) {
            return (order < 0) == (m_direction == Qt::AscendingOrder);
        }
    }
    return a.source < b.source;
}

// `base` is in order; the accepted of `fresh` are put where they belong.
std::vector<FilterProxy::Id> FilterProxy::merged(const std::vector<Id> &base,
                                                 std::vector<Id> fresh) const
{
    const auto before = [this](Id left, Id right) { return isBefore(left, right); };
    std::erase_if(fresh, [this](Id id) { return !m_entries[id].accepted; });
    std::sort(fresh.begin(), fresh.end(), before);
    std::vector<Id> result;
    result.reserve(base.size() + fresh.size());
    auto from = base.begin();
    for (const Id id : fresh) {
        const auto to = std::upper_bound(from, base.end(), id, before);
        result.insert(result.end(), from, to);
        result.push_back(id);
        from = to;
    }
    result.insert(result.end(), from, base.end());
    return result;
}

} // namespace slipway::models
