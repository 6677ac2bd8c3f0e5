// A table whose rows are values keyed by an id. Batches become the fewest exact signals: one
// insertion at the end, removals as contiguous ranges, changes as merged ranges with their roles.
// It never resets, so selection, current index and scroll position survive a new snapshot.
#pragma once

#include "models/base/roles.h"

#include <QAbstractTableModel>
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace slipway::models
{

template <typename Key, typename Row, typename Hash = std::hash<Key>> class KeyedTableModel
    : public QAbstractTableModel
{
public:
    using Entry = std::pair<Key, Row>;
    struct Batch {
        std::vector<Entry> upserts;
        std::vector<Key> removals;
    };

    using QAbstractTableModel::QAbstractTableModel;

    int rowCount(const QModelIndex &parent = {}) const final
    {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    int columnCount(const QModelIndex &parent = {}) const final
    {
        return parent.isValid() ? 0 : columns();
    }
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const final
    {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
            return {};
        }
        if (role == StaleRole) {
            return m_stale;
        }
        return cell(m_rows[static_cast<std::size_t>(index.row())]->second, index.column(), role);
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const final
    {
        if (orientation != Qt::Horizontal || section < 0 || section >= columns()) {
            return {};
        }
        return headerCell(section, role);
    }

    bool isEmpty() const { return m_rows.empty(); }
    bool isStale() const { return m_stale; }
    const Key &keyAt(int row) const { return m_rows[static_cast<std::size_t>(row)]->first; }
    const Row &rowAt(int row) const { return m_rows[static_cast<std::size_t>(row)]->second; }
    const Row *find(const Key &key) const
    {
        const int row = rowOf(key);
        return row < 0 ? nullptr : &rowAt(row);
    }
    // -1: no such row. During a removal the remembered place may be too far down, never too far up.
    int rowOf(const Key &key) const
    {
        const auto known = m_places.find(key);
        if (known == m_places.end()) {
            return -1;
        }
        auto row = std::min(known->second, m_rows.size());
        row = row == m_rows.size() ? row : row + 1;
        while (row > 0) {
            --row;
            if (m_rows[row]->first == key) {
                return static_cast<int>(row);
            }
        }
        return -1;
    }

    // Everything stays visible, marked as the last known value.
    void setStale(bool stale)
    {
        if (std::exchange(m_stale, stale) != stale && !m_rows.empty()) {
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columns() - 1), {StaleRole});
        }
    }

protected:
    virtual int columns() const = 0;
    virtual QVariant cell(const Row &row, int column, int role) const = 0;
    virtual QVariant headerCell(int column, int role) const = 0;
    // False: the new row shows nothing that the old one did not.
    virtual bool differs(const Row &before, const Row &after) const = 0;
    // Which columns a changed row touches; the default is all of them.
    virtual std::pair<int, int> changedColumns(const Row &, const Row &) const
    {
        return {0, columns() - 1};
    }

    void applyBatch(Batch batch)
    {
        removeKeys(batch.removals);
        std::vector<Entry> fresh;
        std::vector<int> changed;
        std::pair<int, int> span{columns(), -1};
        for (auto &entry : batch.upserts) {
            const int row = rowOf(entry.first);
            if (row < 0) {
                fresh.push_back(std::move(entry));
            } else if (differs(rowAt(row), entry.second)) {
                const auto touched = changedColumns(rowAt(row), entry.second);
                span = {std::min(span.first, touched.first), std::max(span.second, touched.second)};
                m_rows[static_cast<std::size_t>(row)]->second = std::move(entry.second);
                changed.push_back(row);
            }
        }
        announceChanges(std::move(changed), span);
        append(std::move(fresh));
    }

    // The whole truth: rows that are not in it go, the others are compared.
    void applySnapshot(std::vector<Entry> entries)
    {
        std::unordered_set<Key, Hash> kept;
        for (const auto &entry : entries) {
            kept.insert(entry.first);
        }
        Batch batch;
        for (const auto &row : m_rows) {
            if (!kept.contains(row->first)) {
                batch.removals.push_back(row->first);
            }
        }
        batch.upserts = std::move(entries);
        applyBatch(std::move(batch));
    }

    // Cells whose value lies outside the rows (metrics) changed in these columns.
    void announceColumns(int first, int last, const QList<int> &more_roles = {})
    {
        if (!m_rows.empty()) {
            Q_EMIT dataChanged(index(0, first), index(rowCount() - 1, last),
                               QList<int>{Qt::DisplayRole, SortRole, FractionRole} + more_roles);
        }
    }

private:
    void append(std::vector<Entry> fresh)
    {
        std::unordered_set<Key, Hash> seen;
        std::erase_if(fresh,
                      [&seen](const Entry &entry) { return !seen.insert(entry.first).second; });
        if (fresh.empty()) {
            return;
        }
        const auto first = m_rows.size();
        beginInsertRows({}, static_cast<int>(first), static_cast<int>(first + fresh.size()) - 1);
        m_rows.reserve(first + fresh.size());
        for (auto &entry : fresh) {
            m_places.emplace(entry.first, m_rows.size());
            m_rows.push_back(std::make_unique<Entry>(std::move(entry)));
        }
        endInsertRows();
    }

    void removeKeys(const std::vector<Key> &keys)
    {
        std::vector<int> rows;
        for (const auto &key : keys) {
            if (const int row = rowOf(key); row >= 0) {
                rows.push_back(row);
            }
        }
        std::sort(rows.begin(), rows.end());
        rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
        for (auto last = rows.rbegin(); last != rows.rend();) {
            auto first = last;
            while (std::next(first) != rows.rend() && *std::next(first) == *first - 1) {
                ++first;
            }
            removeRange(static_cast<std::size_t>(*first), static_cast<std::size_t>(*last));
            last = std::next(first);
        }
        for (std::size_t i = rows.empty() ? m_rows.size() : static_cast<std::size_t>(rows.front());
             i < m_rows.size(); ++i) {
            m_places[m_rows[i]->first] = i;
        }
    }

    void removeRange(std::size_t first, std::size_t last)
    {
        beginRemoveRows({}, static_cast<int>(first), static_cast<int>(last));
        for (auto row = first; row <= last; ++row) {
            m_places.erase(m_rows[row]->first);
        }
        const auto begin = m_rows.begin();
        m_rows.erase(begin + static_cast<std::ptrdiff_t>(first),
                     begin + static_cast<std::ptrdiff_t>(last) + 1);
        endRemoveRows();
    }

    void announceChanges(std::vector<int> rows, std::pair<int, int> span)
    {
        if (rows.empty()) {
            return;
        }
        std::sort(rows.begin(), rows.end());
        const int gap = rows.size() * 2 > m_rows.size() ? rowCount() : kJoinedGap;
        for (std::size_t first = 0; first < rows.size();) {
            auto last = first;
            while (last + 1 < rows.size() && rows[last + 1] - rows[last] <= gap) {
                ++last;
            }
            Q_EMIT dataChanged(index(rows[first], span.first), index(rows[last], span.second));
            first = last + 1;
        }
    }

    // Rows this close are announced together: a repaint is cheaper than a signal.
    static constexpr int kJoinedGap = 4;

    std::vector<std::unique_ptr<Entry>> m_rows;
    std::unordered_map<Key, std::size_t, Hash> m_places;
    bool m_stale = false;
};

// What every table model names, so that tables can be set up by one template.
template <typename Model>
concept TableModelLike = requires
{
    typename Model::Column;
    Model::kInitialSort;
    Model::kInitialOrder;
};

} // namespace slipway::models
