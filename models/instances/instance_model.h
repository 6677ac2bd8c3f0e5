// Every instance of the fabric, or of one service, one row each; metrics are joined at read time.
#pragma once

#include "models/base/keyed_table_model.h"
#include "models/metrics/metric_hub.h"

#include <set>

namespace slipway::models
{

class InstanceModel : public KeyedTableModel<InstanceId, Ref<v1::RoleInstance>, InstanceIdHash>
{
    Q_OBJECT

public:
    enum class Column {
        Name,
        State,
        Reason,
        Role,
        Slot,
        Size,
        Host,
        FaultDomain,
        UpdateDomain,
        Cpu,
        Memory,
        Requests,
        Restarts,
        Uptime,
    };
    static constexpr int kColumnCount = 14;
    static constexpr Column kInitialSort = Column::Name;
    static constexpr Qt::SortOrder kInitialOrder = Qt::AscendingOrder;

    // `service` empty: all. Store and hub must outlive the model.
    InstanceModel(const FabricStore &store, const MetricHub &metrics, QString service = {},
                  QObject *parent = nullptr);

    void setService(const QString &service);
    QString service() const { return m_service; }

protected:
    int columns() const override { return kColumnCount; }
    QVariant cell(const Ref<v1::RoleInstance> &row, int column, int role) const override;
    QVariant headerCell(int column, int role) const override;
    bool differs(const Ref<v1::RoleInstance> &before,
                 const Ref<v1::RoleInstance> &after) const override;

private:
    QVariant textOf(const v1::RoleInstance &row, Column column) const;
    QVariant sortValue(const v1::RoleInstance &row, Column column) const;
    static bool isMeasured(const v1::MetricSample *sample, Column column);
    QVariant metricText(const v1::MetricSample *sample, Column column) const;
    QVariant metricNumber(const v1::MetricSample *sample, Column column) const;
    const v1::MetricSample *sampleOf(const v1::RoleInstance &row) const;
    v1::SlotKind slotOf(const v1::RoleInstance &row) const;
    bool belongs(const v1::RoleInstance &row) const;
    void onStoreChanged(const StoreDelta &delta);
    void reload();

    const FabricStore &m_store;
    const MetricHub &m_metrics;
    QString m_service;
    std::string m_service_utf8;
};

} // namespace slipway::models
