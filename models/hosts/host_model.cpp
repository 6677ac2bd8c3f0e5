#include "models/hosts/host_model.h"

#include "models/base/words.h"
#include "models/hosts/isolation.h"

#include <QCoreApplication>
#include <map>

namespace slipway::models
{

using namespace Qt::StringLiterals;

QString reasonOf(const v1::Host &host)
{
    const QString reason = text(host.unfit_reason().empty() ? host.reason() : host.unfit_reason());
    if (!host.leaving())
        return reason;
    const QString leaving =
        QCoreApplication::translate("HostModel", "leaving; its instances move to other hosts");
    return reason.isEmpty() ? leaving : QString(leaving + u" · " + reason);
}

HostModel::HostModel(const Session &session, QObject *parent)
    : KeyedTableModel(parent), m_session(session), m_store(session.store())
{
    connect(&m_store, &FabricStore::changed, this, &HostModel::onStoreChanged);
    connect(&m_store, &FabricStore::staleChanged, this, [this](bool stale) { setStale(stale); });
    connect(&session, &Session::statusChanged, this, &HostModel::reload); // sizes became known
    setStale(m_store.isStale());
    reload();
}

void HostModel::onStoreChanged(const StoreDelta &delta)
{
    if (!delta.hosts.empty() || !delta.instances.empty()) {
        reload();
    }
}

void HostModel::reload()
{
    std::map<std::string, HostRow> rows;
    for (const auto &[id, host] : m_store.hosts()) {
        rows[id].host = host;
    }
    for (const auto &[id, instance] : m_store.instances()) {
        const auto row = rows.find(instance->host());
        if (row == rows.end()) {
            continue;
        }
        ++row->second.instances;
        if (const auto *size = m_session.size(instance->size())) {
            row->second.used_cores += size->cores();
            row->second.used_memory_bytes += size->memory_bytes();
        }
    }
    applySnapshot({rows.begin(), rows.end()});
}

double HostModel::overcommitment() const
{
    double nominal = 0;
    double real = 0;
    for (const auto &[id, host] : m_store.hosts()) {
        nominal += host->cores();
        real = std::max(real, double(host->real_cores()));
    }
    return real > 0 ? nominal / real : 0;
}

bool HostModel::differs(const HostRow &before, const HostRow &after) const
{
    return before.host != after.host || before.instances != after.instances ||
           before.used_cores != after.used_cores ||
           before.used_memory_bytes != after.used_memory_bytes;
}

QVariant HostModel::cell(const HostRow &row, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return textOf(row, Column(column));
    case SortRole:
        return sortValue(row, Column(column));
    case KeyRole:
        return text(row.host->id());
    case ConditionRole:
        return int(conditionOf(*row.host));
    case ReasonRole:
        return reasonOf(*row.host);
    case TimeRole:
        return qint64(row.host->state_time_ms());
    case FractionRole:
        return fraction(row, Column(column));
    case SearchRole:
        return QString(text(row.host->id()) + u' ' + stateWord(*row.host) + u' ' +
                       text(row.host->isolation()));
    case Qt::ToolTipRole:
        return Column(column) == Column::Isolation ? QVariant(text(row.host->isolation_advice()))
                                                   : QVariant();
    default:
        return {};
    }
}

QVariant HostModel::textOf(const HostRow &row, Column column) const
{
    switch (column) {
    case Column::Name:
        return text(row.host->id());
    case Column::State:
        return stateWord(*row.host);
    case Column::FaultDomain:
        return QString::number(row.host->fault_domain());
    case Column::Instances:
        return countWords(row.instances);
    case Column::Cores:
        return tr("%1 of %2").arg(row.used_cores).arg(row.host->cores());
    case Column::Memory:
        return tr("%1 of %2")
            .arg(bytesWords(row.used_memory_bytes), bytesWords(row.host->memory_bytes()));
    case Column::Isolation:
        return text(row.host->isolation());
    case Column::Since:
        return {}; // the delegate writes the age of TimeRole
    }
    return {};
}

QVariant HostModel::sortValue(const HostRow &row, Column column) const
{
    switch (column) {
    case Column::State:
        return -int(conditionOf(*row.host));
    case Column::FaultDomain:
        return row.host->fault_domain();
    case Column::Instances:
        return row.instances;
    case Column::Cores:
        return row.used_cores;
    case Column::Memory:
        return qulonglong(row.used_memory_bytes);
    case Column::Since:
        return qint64(-row.host->state_time_ms());
    case Column::Name:
    case Column::Isolation:
        return textOf(row, column);
    }
    return {};
}

QVariant HostModel::fraction(const HostRow &row, Column column) const
{
    if (column == Column::Cores && row.host->cores() > 0) {
        return double(row.used_cores) / row.host->cores();
    }
    if (column == Column::Memory && row.host->memory_bytes() > 0) {
        return double(row.used_memory_bytes) / double(row.host->memory_bytes());
    }
    return {};
}

QVariant HostModel::headerCell(int column, int role) const
{
    static constexpr const char *kTitles[] = {
        QT_TR_NOOP("Host"),      QT_TR_NOOP("State"), QT_TR_NOOP("Fault domain"),
        QT_TR_NOOP("Instances"), QT_TR_NOOP("Cores"), QT_TR_NOOP("Memory"),
        QT_TR_NOOP("Isolation"), QT_TR_NOOP("Since"),
    };
    return role == Qt::DisplayRole ? QVariant(tr(kTitles[column])) : QVariant();
}

} // namespace slipway::models
