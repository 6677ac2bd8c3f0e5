// The other half of FilterProxy: the work in slices, and how a new order becomes signals.
#include "models/base/filter_proxy.h"

#include <QElapsedTimer>
#include <algorithm>

namespace slipway::models
{

namespace
{

constexpr int kSliceMs = 6;
constexpr std::size_t kBetween = 64; // rows between two looks at the clock

} // namespace

void FilterProxy::startJob()
{
    m_pending = std::exchange(m_dirty, {});
    m_job = Job::Evaluate;
    m_slice.start();
}

void FilterProxy::workSlice()
{
    QElapsedTimer elapsed;
    elapsed.start();
    const auto before = [this](Id left, Id right) { return isBefore(left, right); };
    while (m_job != Job::None && elapsed.elapsed() < kSliceMs) {
        if (m_job == Job::Evaluate) {
            evaluateSlice();
        } else if (!m_sort.step(before)) {
            finishJob();
            return;
        }
    }
}

// Rows may go while the job waits for its next slice; their ids are not used again before its end.
void FilterProxy::evaluateSlice()
{
    for (std::size_t i = 0; i < kBetween && !m_pending.empty(); ++i) {
        const Id id = m_pending.back();
        m_pending.pop_back();
        if (m_entries[id].source >= 0 && m_entries[id].dirty) {
            evaluate(id);
        }
    }
    if (!m_pending.empty()) {
        return;
    }
    std::vector<Id> accepted;
    for (const Id id : m_by_source) {
        if (m_entries[id].accepted && !m_entries[id].dirty) {
            accepted.push_back(id);
        }
    }
    m_sort.start(std::move(accepted));
    m_job = Job::Sort;
}

void FilterProxy::finishJob()
{
    m_job = Job::None;
    m_slice.stop();
    auto order = m_sort.take();
    std::erase_if(order, [this](Id id) {
        const auto &entry = m_entries[id];
        return entry.source < 0 || !entry.accepted || entry.dirty;
    });
    const auto late = std::exchange(m_dirty, {});
    for (const Id id : late) {
        evaluate(id);
    }
    show(merged(order, late));
}

void FilterProxy::show(std::vector<Id> next)
{
    removeMissing(next);
    insertFresh(next);
    if (next != m_order) {
        arrange(std::move(next));
    }
}

// Rows that go are moved to the end first, so that they go at once.
void FilterProxy::removeMissing(const std::vector<Id> &next)
{
    std::vector<char> stays(m_entries.size(), 0);
    for (const Id id : next) {
        stays[id] = 1;
    }
    const auto kept = [&stays](Id id) { return stays[id] != 0; };
    const auto first = std::find_if_not(m_order.begin(), m_order.end(), kept);
    const auto count = std::size_t(std::count_if(first, m_order.end(), std::not_fn(kept)));
    if (count == 0) {
        return;
    }
    const auto range_end = std::find_if(first, m_order.end(), kept);
    if (std::size_t(range_end - first) == count) {
        removeRange(std::size_t(first - m_order.begin()), count);
        return;
    }
    auto order = m_order;
    std::stable_partition(order.begin(), order.end(), kept);
    arrange(std::move(order));
    removeRange(m_order.size() - count, count);
}

void FilterProxy::removeRange(std::size_t first, std::size_t count)
{
    beginRemoveRows({}, int(first), int(first + count) - 1);
    const auto begin = m_order.begin() + std::ptrdiff_t(first);
    for (auto gone = begin; gone != begin + std::ptrdiff_t(count); ++gone) {
        m_places[*gone] = -1;
    }
    m_order.erase(begin, begin + std::ptrdiff_t(count));
    numberPlaces(first);
    endRemoveRows();
}

// Where new rows stand together they come in at their place, else at the end, to be arranged.
void FilterProxy::insertFresh(const std::vector<Id> &next)
{
    const auto fresh = [this](Id id) { return m_places[id] < 0; };
    const auto first = std::find_if(next.begin(), next.end(), fresh);
    if (first == next.end()) {
        return;
    }
    std::vector<Id> rows;
    std::copy_if(first, next.end(), std::back_inserter(rows), fresh);
    const auto range_end = std::find_if_not(first, next.end(), fresh);
    const bool together = range_end - first == std::ptrdiff_t(rows.size());
    const auto place = together ? std::size_t(first - next.begin()) : m_order.size();
    beginInsertRows({}, int(place), int(place + rows.size()) - 1);
    m_order.insert(m_order.begin() + std::ptrdiff_t(place), rows.begin(), rows.end());
    numberPlaces(place);
    endInsertRows();
}

// The same rows in another order; selection and current row go with them.
void FilterProxy::arrange(std::vector<Id> order)
{
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const auto before = persistentIndexList();
    std::vector<Id> ids;
    for (const auto &index : before) {
        ids.push_back(m_order[std::size_t(index.row())]);
    }
    m_order = std::move(order);
    numberPlaces(0);
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i) {
        after << createIndex(m_places[ids[std::size_t(i)]], before[i].column());
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void FilterProxy::numberPlaces(std::size_t first)
{
    for (auto row = first; row < m_order.size(); ++row) {
        m_places[m_order[row]] = int(row);
    }
}

} // namespace slipway::models
