#include "models/services/service_model.h"

#include "models/base/words.h"

#include <set>

namespace slipway::models
{

using namespace Qt::StringLiterals;

namespace
{

bool isBrowsersDefault(const v1::PublicEndpoint &endpoint)
{
    return (endpoint.protocol() == v1::HTTP && endpoint.bound_port() == 80) ||
           (endpoint.protocol() == v1::HTTPS && endpoint.bound_port() == 443);
}

QString deploymentWords(const Ref<v1::Deployment> &deployment, const Tally &tally)
{
    if (deployment == nullptr) {
        return u"–"_s;
    }
    const auto label = deployment->label().empty() ? shortDigest(deployment->package_digest())
                                                   : text(deployment->label());
    return label + u"  "_s + QString::number(tally.ready()) + u'/' + QString::number(tally.total);
}

} // namespace

QStringList slotAddresses(const v1::Slot &slot)
{
    QStringList addresses;
    for (const auto &endpoint : slot.endpoints()) {
        if (endpoint.bound_port() == 0) {
            continue;
        }
        QString address = protocolWord(endpoint.protocol()) + u"://"_s + text(slot.address());
        if (!isBrowsersDefault(endpoint)) {
            address += u':' + QString::number(endpoint.bound_port());
        }
        addresses << address;
    }
    return addresses;
}

ServiceModel::ServiceModel(const FabricStore &store, const MetricHub &metrics, QObject *parent)
    : KeyedTableModel(parent), m_store(store), m_metrics(metrics)
{
    connect(&store, &FabricStore::changed, this, &ServiceModel::onStoreChanged);
    connect(&store, &FabricStore::staleChanged, this, [this](bool stale) { setStale(stale); });
    connect(&metrics, &MetricHub::ticked, this,
            [this] { announceColumns(int(Column::Requests), int(Column::Requests)); });
    setStale(store.isStale());
    reload();
}

ServiceRow ServiceModel::compose(const Ref<v1::CloudService> &service) const
{
    ServiceRow row;
    row.service = service;
    row.production = m_store.deployment(service->production().deployment_id());
    row.staging = m_store.deployment(service->staging().deployment_id());
    row.production_tally = m_store.tally(service->production().deployment_id());
    row.staging_tally = m_store.tally(service->staging().deployment_id());
    if (row.production == nullptr && row.staging == nullptr) {
        row.health = {Condition::Stopped, tr("Nothing deployed"), tr("Empty")};
    } else {
        row.health = healthOf(row.production ? row.production_tally : row.staging_tally);
    }
    return row;
}

void ServiceModel::reload()
{
    std::vector<Entry> entries;
    for (const auto &[name, service] : m_store.services()) {
        entries.emplace_back(name, compose(service));
    }
    applySnapshot(std::move(entries));
}

void ServiceModel::onStoreChanged(const StoreDelta &delta)
{
    std::set<std::string> touched(delta.services.begin(), delta.services.end());
    const std::set<std::string> tallied(delta.tallied.begin(), delta.tallied.end());
    for (const auto &[name, service] : m_store.services()) {
        if (tallied.contains(service->production().deployment_id()) ||
            tallied.contains(service->staging().deployment_id())) {
            touched.insert(name);
        }
    }
    Batch batch;
    for (const auto &name : touched) {
        if (const auto service = m_store.service(name)) {
            batch.upserts.emplace_back(name, compose(service));
        } else {
            batch.removals.push_back(name);
        }
    }
    applyBatch(std::move(batch));
}

bool ServiceModel::differs(const ServiceRow &before, const ServiceRow &after) const
{
    return before.service != after.service || before.production != after.production ||
           before.staging != after.staging || before.production_tally != after.production_tally ||
           before.staging_tally != after.staging_tally;
}

double ServiceModel::requestsOf(const ServiceRow &row) const
{
    return m_metrics.requestsPerSecond(row.service->production().deployment_id());
}

QVariant ServiceModel::cell(const ServiceRow &row, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return textOf(row, Column(column));
    case SortRole:
        return sortValue(row, Column(column));
    case KeyRole:
        return text(row.service->name());
    case ConditionRole:
        return int(row.health.condition);
    case ReasonRole:
        return row.health.words;
    case SearchRole:
        return QString(text(row.service->name()) + u' ' + text(row.service->label()) + u' ' +
                       row.health.words + u' ' + textOf(row, Column::Production).toString() + u' ' +
                       textOf(row, Column::Staging).toString());
    case TimeRole:
        return qint64(row.service->create_time_ms());
    case Qt::ToolTipRole:
        return Column(column) == Column::Name && !row.service->label().empty()
                   ? QVariant(text(row.service->label()))
                   : QVariant();
    default:
        return {};
    }
}

QVariant ServiceModel::textOf(const ServiceRow &row, Column column) const
{
    switch (column) {
    case Column::Name:
        return text(row.service->name());
    case Column::Health:
        return row.health.words;
    case Column::Production:
        return deploymentWords(row.production, row.production_tally);
    case Column::Staging:
        return deploymentWords(row.staging, row.staging_tally);
    case Column::Instances:
        return countWords(row.production_tally.total + row.staging_tally.total);
    case Column::Requests:
        return row.production == nullptr ? u"–"_s : rateWords(requestsOf(row));
    case Column::Address:
        return slotAddresses(row.service->production()).value(0, u"–"_s);
    case Column::Created:
        return {}; // the delegate writes the age of TimeRole
    }
    return {};
}

QVariant ServiceModel::sortValue(const ServiceRow &row, Column column) const
{
    switch (column) {
    case Column::Health:
        return -int(row.health.condition);
    case Column::Instances:
        return row.production_tally.total + row.staging_tally.total;
    case Column::Requests:
        return requestsOf(row);
    case Column::Created:
        return qint64(-row.service->create_time_ms());
    case Column::Name:
    case Column::Production:
    case Column::Staging:
    case Column::Address:
        return textOf(row, column);
    }
    return {};
}

QVariant ServiceModel::headerCell(int column, int role) const
{
    static constexpr const char *kTitles[] = {
        QT_TR_NOOP("Service"), QT_TR_NOOP("Health"),    QT_TR_NOOP("Production"),
        QT_TR_NOOP("Staging"), QT_TR_NOOP("Instances"), QT_TR_NOOP("Req/s"),
        QT_TR_NOOP("Address"), QT_TR_NOOP("Age"),
    };
    return role == Qt::DisplayRole ? QVariant(tr(kTitles[column])) : QVariant();
}

} // namespace slipway::models
