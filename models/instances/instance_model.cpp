#include "models/instances/instance_model.h"

#include "backend/proto/measured.h"
#include "models/base/words.h"

namespace slipway::models
{

using namespace Qt::StringLiterals;

InstanceModel::InstanceModel(const FabricStore &store, const MetricHub &metrics, QString service,
                             QObject *parent)
    : KeyedTableModel(parent), m_store(store), m_metrics(metrics), m_service(std::move(service)),
      m_service_utf8(utf8(m_service))
{
    connect(&store, &FabricStore::changed, this, &InstanceModel::onStoreChanged);
    connect(&store, &FabricStore::staleChanged, this, [this](bool stale) { setStale(stale); });
    connect(&metrics, &MetricHub::ticked, this,
            [this] { announceColumns(int(Column::Cpu), int(Column::Requests)); });
    setStale(store.isStale());
    reload();
}

void InstanceModel::setService(const QString &service)
{
    if (service != m_service) {
        m_service = service;
        m_service_utf8 = utf8(service);
        reload();
    }
}

bool InstanceModel::belongs(const v1::RoleInstance &row) const
{
    return m_service_utf8.empty() || row.service() == m_service_utf8;
}

void InstanceModel::reload()
{
    std::vector<Entry> entries;
    for (const auto &[id, instance] : m_store.instances()) {
        if (belongs(*instance)) {
            entries.emplace_back(id, instance);
        }
    }
    applySnapshot(std::move(entries));
}

void InstanceModel::onStoreChanged(const StoreDelta &delta)
{
    Batch batch;
    for (const auto &id : delta.instances) {
        const auto instance = m_store.instance(id);
        if (instance == nullptr) {
            batch.removals.push_back(id);
        } else if (belongs(*instance)) {
            batch.upserts.emplace_back(id, instance);
        }
    }
    applyBatch(std::move(batch));
    if (!delta.deployments.empty()) {
        // A swap moves whole deployments.
        announceColumns(int(Column::Slot), int(Column::Slot), {SearchRole});
    }
}

bool InstanceModel::differs(const Ref<v1::RoleInstance> &before,
                            const Ref<v1::RoleInstance> &after) const
{
    return before != after;
}

const v1::MetricSample *InstanceModel::sampleOf(const v1::RoleInstance &row) const
{
    return m_metrics.latest({row.deployment_id(), row.name()});
}

v1::SlotKind InstanceModel::slotOf(const v1::RoleInstance &row) const
{
    const auto deployment = m_store.deployment(row.deployment_id());
    return deployment == nullptr ? v1::SLOT_UNSPECIFIED : deployment->slot();
}

QVariant InstanceModel::cell(const Ref<v1::RoleInstance> &row, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return textOf(*row, Column(column));
    case SortRole:
        return sortValue(*row, Column(column));
    case KeyRole:
        return InstanceId{row->deployment_id(), row->name()}.toString();
    case ConditionRole:
        return int(conditionOf(row->state()));
    case ReasonRole:
        return text(row->reason());
    case TimeRole:
        return Column(column) == Column::Uptime ? qint64(row->ready_time_ms())
                                                : qint64(row->state_time_ms());
    case FractionRole:
        return metricNumber(sampleOf(*row), Column(column));
    case SearchRole:
        return QString(text(row->name()) + u' ' + stateWord(row->state()) + u' ' +
                       text(row->role()) + u' ' + text(row->host()) + u' ' + text(row->size()) +
                       u' ' + slotWord(slotOf(*row)) + u' ' + text(row->reason()));
    case Qt::ToolTipRole:
        if (Column(column) == Column::State) {
            return QString(
                text(v1::RoleInstance::State_Name(row->state())) +
                (row->reason().empty() ? QString() : QString(u'\n' + text(row->reason()))));
        }
        return Column(column) == Column::Reason ? QVariant(text(row->reason())) : QVariant();
    default:
        return {};
    }
}

QVariant InstanceModel::textOf(const v1::RoleInstance &row, Column column) const
{
    switch (column) {
    case Column::Name:
        return text(row.name());
    case Column::State:
        return stateWord(row.state());
    case Column::Reason:
        return text(row.reason());
    case Column::Role:
        return text(row.role());
    case Column::Slot:
        return slotWord(slotOf(row));
    case Column::Size:
        return text(row.size());
    case Column::Host:
        return row.host().empty() ? u"–"_s : text(row.host());
    case Column::FaultDomain:
        return QString::number(row.fault_domain());
    case Column::UpdateDomain:
        return QString::number(row.update_domain());
    case Column::Restarts:
        return countWords(row.restarts());
    case Column::Uptime:
        return {}; // the delegate writes the age of TimeRole
    case Column::Cpu:
    case Column::Memory:
    case Column::Requests:
        return metricText(sampleOf(row), column);
    }
    return {};
}

bool InstanceModel::isMeasured(const v1::MetricSample *sample, Column column)
{
    if (sample == nullptr) {
        return false;
    }
    return column == Column::Requests ? hasTraffic(*sample) : hasLoad(*sample);
}

QVariant InstanceModel::metricText(const v1::MetricSample *sample, Column column) const
{
    if (!isMeasured(sample, column)) {
        return u"–"_s;
    }
    switch (column) {
    case Column::Cpu:
        return percentWords(sample->cpu_permille());
    case Column::Memory:
        return megabytesWords(sample->memory_bytes());
    default:
        return rateWords(metricPoint(*sample).requests_per_s);
    }
}

// Fractions of the limit; requests have none.
QVariant InstanceModel::metricNumber(const v1::MetricSample *sample, Column column) const
{
    if (!isMeasured(sample, column)) {
        return {};
    }
    if (column == Column::Cpu) {
        return sample->cpu_permille() / 1000.0;
    }
    if (column == Column::Memory && sample->memory_limit_bytes() > 0) {
        return double(sample->memory_bytes()) / double(sample->memory_limit_bytes());
    }
    return {};
}

QVariant InstanceModel::sortValue(const v1::RoleInstance &row, Column column) const
{
    const auto *sample = sampleOf(row);
    switch (column) {
    case Column::State:
        return -int(conditionOf(row.state()));
    case Column::FaultDomain:
        return row.fault_domain();
    case Column::UpdateDomain:
        return row.update_domain();
    case Column::Restarts:
        return row.restarts();
    case Column::Uptime:
        return row.ready_time_ms() == 0 ? qint64(0) : qint64(-row.ready_time_ms());
    case Column::Cpu:
        return isMeasured(sample, column) ? double(sample->cpu_permille()) : -1.0;
    case Column::Memory:
        return isMeasured(sample, column) ? double(sample->memory_bytes()) : -1.0;
    case Column::Requests:
        return isMeasured(sample, column) ? metricPoint(*sample).requests_per_s : -1.0;
    case Column::Name:
    case Column::Reason:
    case Column::Role:
    case Column::Slot:
    case Column::Size:
    case Column::Host:
        return textOf(row, column);
    }
    return {};
}

QVariant InstanceModel::headerCell(int column, int role) const
{
    static constexpr const char *kTitles[] = {
        QT_TR_NOOP("Instance"), QT_TR_NOOP("State"),  QT_TR_NOOP("Reason"), QT_TR_NOOP("Role"),
        QT_TR_NOOP("Slot"),     QT_TR_NOOP("Size"),   QT_TR_NOOP("Host"),   QT_TR_NOOP("FD"),
        QT_TR_NOOP("UD"),       QT_TR_NOOP("CPU"),    QT_TR_NOOP("Memory"), QT_TR_NOOP("Req/s"),
        QT_TR_NOOP("Restarts"), QT_TR_NOOP("Uptime"),
    };
    if (role == Qt::DisplayRole) {
        return tr(kTitles[column]);
    }
    if (role == Qt::ToolTipRole && Column(column) == Column::FaultDomain) {
        return tr("Fault domain: instances in different ones do not fail together");
    }
    if (role == Qt::ToolTipRole && Column(column) == Column::UpdateDomain) {
        return tr("Update domain: instances in different ones are not updated together");
    }
    return {};
}

} // namespace slipway::models
