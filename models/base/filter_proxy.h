// Sorting by SortRole and filtering by words, over any model of this house, for a hundred thousand
// rows that change all the time: keys are computed once a row, and what takes longer than a few
// milliseconds is done in slices between which the GUI goes on. Until it is done the old order is
// shown. Small tables are in order at once.
#pragma once

#include "models/base/sliced_sort.h"

#include <QAbstractProxyModel>
#include <QCollator>
#include <QTimer>
#include <functional>
#include <optional>
#include <vector>

namespace slipway::models
{

class FilterProxy : public QAbstractProxyModel
{
    Q_OBJECT

public:
    explicit FilterProxy(QObject *parent = nullptr);

    // Every word must occur in the row's SearchRole (case does not matter). Empty: all rows.
    void setFilterText(const QString &text);
    QString filterText() const;
    // An additional condition on a source row; nullptr: none.
    void setCondition(std::function<bool(int source_row)> condition);
    QString keyAt(int row) const;                  // KeyRole of a proxy row
    QModelIndex indexOf(const QString &key) const; // by KeyRole; invalid when filtered out
    // What is shown is about to change.
    bool isSettling() const { return m_slice.isActive() || m_soon.isActive(); }

    void setSourceModel(QAbstractItemModel *source) override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    bool hasChildren(const QModelIndex &parent = {}) const override;
    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &) const override { return {}; }
    using QObject::parent;
    QModelIndex mapToSource(const QModelIndex &index) const override;
    QModelIndex mapFromSource(const QModelIndex &index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void filterChanged(); // another filter was asked for

private:
    // A row's number for as long as it exists; used again after it.
    using Id = std::uint32_t;
    struct Entry {
        int source = -1; // the row there; -1: gone
        double number = 0;
        std::optional<QCollatorSortKey> text; // before `number`, where the column holds texts
        bool has_key = false;
        bool accepted = false;
        bool dirty = false; // to be evaluated; is in m_dirty
    };
    enum class Job { None, Evaluate, Sort };

    void connectSource();
    void takeRows(int first, int last);
    void dropRows(int first, int last);
    void forgetRows(int first, int last);
    void onDataChanged(const QModelIndex &first, const QModelIndex &last, const QList<int> &roles);
    void forward(const QModelIndex &first, const QModelIndex &last, const QList<int> &roles);
    void rebuild();
    void refilter();
    void markAll(bool keys_too);
    void mark(Id id);
    void settle();
    void settleNow();
    void evaluate(Id id);
    bool accepts(int source_row) const;
    bool isBefore(Id left, Id right) const;
    std::vector<Id> merged(const std::vector<Id> &base, std::vector<Id> fresh) const;
    void startJob();
    void workSlice();
    void evaluateSlice();
    void finishJob();

    void show(std::vector<Id> next);
    void removeMissing(const std::vector<Id> &next);
    void insertFresh(const std::vector<Id> &next);
    void removeRange(std::size_t first, std::size_t count);
    void arrange(std::vector<Id> order);
    void numberPlaces(std::size_t first);

    std::vector<Entry> m_entries;
    std::vector<int> m_places;   // by id: the proxy row; -1: not shown
    std::vector<Id> m_free;      // entries that can be used again
    std::vector<Id> m_by_source; // by source row
    std::vector<Id> m_order;     // by proxy row
    std::vector<Id> m_dirty;
    std::vector<Id> m_pending; // of the job's first part, worked off from the end
    SlicedSort<Id> m_sort;
    Job m_job = Job::None;
    QTimer m_slice;
    QTimer m_soon; // many changes become one new order
    QCollator m_collator;
    QStringList m_words;
    std::function<bool(int)> m_condition;
    int m_column = -1;
    Qt::SortOrder m_direction = Qt::AscendingOrder;
};

} // namespace slipway::models
