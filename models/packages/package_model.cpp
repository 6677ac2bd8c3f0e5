#include "models/packages/package_model.h"

#include "models/base/words.h"

#include <map>

namespace slipway::models
{

using namespace Qt::StringLiterals;

namespace
{

QString rolesOf(const v1::Package &package)
{
    QStringList roles;
    for (const auto &role : package.definition().roles()) {
        roles << text(role.name());
    }
    return roles.join(u", "_s);
}

} // namespace

PackageModel::PackageModel(const FabricStore &store, QObject *parent)
    : KeyedTableModel(parent), m_store(store)
{
    connect(&store, &FabricStore::changed, this, [this](const StoreDelta &delta) {
        if (!delta.packages.empty() || !delta.deployments.empty()) {
            reload();
        }
    });
    connect(&store, &FabricStore::staleChanged, this, [this](bool stale) { setStale(stale); });
    setStale(store.isStale());
    reload();
}

void PackageModel::reload()
{
    std::map<std::string, PackageRow> rows;
    for (const auto &[digest, package] : m_store.packages()) {
        rows[digest].package = package;
    }
    for (const auto &[id, deployment] : m_store.deployments()) {
        if (const auto row = rows.find(deployment->package_digest()); row != rows.end()) {
            ++row->second.used;
            row->second.users += row->second.users.isEmpty() ? QString() : u", "_s;
            row->second.users +=
                tr("%1 (%2)").arg(text(deployment->service()), slotWord(deployment->slot()));
        }
    }
    applySnapshot({rows.begin(), rows.end()});
}

bool PackageModel::differs(const PackageRow &before, const PackageRow &after) const
{
    return before.package != after.package || before.users != after.users;
}

QVariant PackageModel::cell(const PackageRow &row, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return textOf(row, Column(column));
    case SortRole:
        return sortValue(row, Column(column));
    case KeyRole:
        return text(row.package->digest());
    case ConditionRole:
        return int(row.package->problems().empty() ? Condition::Ready : Condition::Attention);
    case TimeRole:
        return qint64(row.package->upload_time_ms());
    case SearchRole:
        return QString(text(row.package->file_name()) + u' ' + text(row.package->digest()) + u' ' +
                       rolesOf(*row.package));
    case Qt::ToolTipRole:
        return tipOf(row, Column(column));
    default:
        return {};
    }
}

QVariant PackageModel::tipOf(const PackageRow &row, Column column) const
{
    if (column == Column::Digest) {
        return text(row.package->digest());
    }
    if (column == Column::Uploaded) {
        return dateTimeWords(row.package->upload_time_ms());
    }
    return {};
}

QVariant PackageModel::textOf(const PackageRow &row, Column column) const
{
    switch (column) {
    case Column::Name:
        return text(row.package->file_name());
    case Column::Digest:
        return shortDigest(row.package->digest());
    case Column::Roles:
        return rolesOf(*row.package);
    case Column::Size:
        return bytesWords(row.package->size_bytes());
    case Column::Format:
        return text(row.package->format());
    case Column::Used:
        return row.used == 0 ? tr("not used") : row.users;
    case Column::Uploaded:
        return {}; // the delegate writes the age of TimeRole
    case Column::Actor:
        return text(row.package->actor());
    }
    return {};
}

QVariant PackageModel::sortValue(const PackageRow &row, Column column) const
{
    switch (column) {
    case Column::Size:
        return qulonglong(row.package->size_bytes());
    case Column::Used:
        return row.used;
    case Column::Uploaded:
        return qint64(row.package->upload_time_ms());
    case Column::Name:
    case Column::Digest:
    case Column::Roles:
    case Column::Format:
    case Column::Actor:
        return textOf(row, column);
    }
    return {};
}

QVariant PackageModel::headerCell(int column, int role) const
{
    static constexpr const char *kTitles[] = {
        QT_TR_NOOP("Package"), QT_TR_NOOP("Digest"),  QT_TR_NOOP("Roles"),    QT_TR_NOOP("Size"),
        QT_TR_NOOP("Format"),  QT_TR_NOOP("Used by"), QT_TR_NOOP("Uploaded"), QT_TR_NOOP("By"),
    };
    return role == Qt::DisplayRole ? QVariant(tr(kTitles[column])) : QVariant();
}

} // namespace slipway::models
