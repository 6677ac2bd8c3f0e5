// What was asked of the fabric and what became of it; running operations first.
#pragma once

#include "models/base/fabric_store.h"
#include "models/base/keyed_table_model.h"

namespace slipway::models
{

class OperationModel : public KeyedTableModel<std::string, Ref<v1::Operation>>
{
    Q_OBJECT

public:
    enum class Column { Title, State, Phase, Progress, Service, Actor, Started, Duration };
    static constexpr int kColumnCount = 8;
    static constexpr Column kInitialSort = Column::Started; // its SortRole puts running ones first
    static constexpr Qt::SortOrder kInitialOrder = Qt::DescendingOrder;

    explicit OperationModel(const FabricStore &store, QObject *parent = nullptr);

    // Rows of the past that the watch does not hold; what the store knows stays as it is.
    void addOlder(const std::vector<v1::Operation> &operations);
    Ref<v1::Operation> oldest() const; // last in the fabric's order; null: no rows

    int runningCount() const { return m_running; }
    // The one that started last among the running ones; nullptr: none runs.
    Ref<v1::Operation> newestRunning() const;

Q_SIGNALS:
    void runningChanged(); // also when progress or phase of a running one changed
    void finished(const slipway::v1::Operation &operation);

protected:
    int columns() const override { return kColumnCount; }
    QVariant cell(const Ref<v1::Operation> &row, int column, int role) const override;
    QVariant headerCell(int column, int role) const override;
    bool differs(const Ref<v1::Operation> &before, const Ref<v1::Operation> &after) const override;

private:
    QVariant textOf(const v1::Operation &row, Column column) const;
    QVariant sortValue(const v1::Operation &row, Column column) const;
    void onStoreChanged(const StoreDelta &delta);

    const FabricStore &m_store;
    int m_running = 0;
};

} // namespace slipway::models
