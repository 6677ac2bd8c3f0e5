// Cloud services with what is joined from their slots: health in words, ready counts, traffic.
#pragma once

#include "models/base/keyed_table_model.h"
#include "models/metrics/metric_hub.h"

namespace slipway::models
{

struct ServiceRow {
    Ref<v1::CloudService> service;
    Ref<v1::Deployment> production; // nullptr: the slot is empty
    Ref<v1::Deployment> staging;
    Tally production_tally;
    Tally staging_tally;
    Health health; // production's; staging's when production is empty
};

class ServiceModel : public KeyedTableModel<std::string, ServiceRow>
{
    Q_OBJECT

public:
    enum class Column {
        Name,
        Health,
        Production,
        Staging,
        Instances,
        Requests,
        Address,
        Created,
    };
    static constexpr int kColumnCount = 8;
    static constexpr Column kInitialSort = Column::Name;
    static constexpr Qt::SortOrder kInitialOrder = Qt::AscendingOrder;

    // Store and hub must outlive the model.
    ServiceModel(const FabricStore &store, const MetricHub &metrics, QObject *parent = nullptr);

protected:
    int columns() const override { return kColumnCount; }
    QVariant cell(const ServiceRow &row, int column, int role) const override;
    QVariant headerCell(int column, int role) const override;
    bool differs(const ServiceRow &before, const ServiceRow &after) const override;

private:
    ServiceRow compose(const Ref<v1::CloudService> &service) const;
    QVariant textOf(const ServiceRow &row, Column column) const;
    QVariant sortValue(const ServiceRow &row, Column column) const;
    double requestsOf(const ServiceRow &row) const;
    void onStoreChanged(const StoreDelta &delta);
    void reload();

    const FabricStore &m_store;
    const MetricHub &m_metrics;
};

// "http://127.77.0.1:80" of each public endpoint of a slot that is bound; tcp as "tcp://...".
QStringList slotAddresses(const v1::Slot &slot);

} // namespace slipway::models
