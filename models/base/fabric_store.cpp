#include "models/base/fabric_store.h"

#include "models/base/words.h"

#include <algorithm>
#include <set>

namespace slipway::models
{

namespace
{

// The timeline's past: older events are asked for with ListEvents.
constexpr std::size_t kEventsMax = 5000;

template <typename Map, typename Key> auto get(const Map &map, const Key &key)
{
    const auto found = map.find(key);
    return found == map.end() ? typename Map::mapped_type() : found->second;
}

template <typename T> void putInto(FabricStore::Map<T> &map, std::vector<std::string> &touched,
                                   const std::string &key, const T &value)
{
    auto &place = map[key];
    if (place == nullptr || place->revision() != value.revision() || value.revision() == 0) {
        place = std::make_shared<const T>(value);
        touched.push_back(key);
    }
}

template <typename T>
void removeFrom(FabricStore::Map<T> &map, std::vector<std::string> &touched, const std::string &key)
{
    if (map.erase(key) > 0) {
        touched.push_back(key);
    }
}

template <typename T> void keepOnly(FabricStore::Map<T> &map, std::vector<std::string> &touched,
                                    const std::set<std::string> &named, const std::string &prefix)
{
    std::erase_if(map, [&](const auto &entry) {
        const bool gone = !named.contains(prefix + entry.first);
        if (gone) {
            touched.push_back(entry.first);
        }
        return gone;
    });
}

} // namespace

struct FabricStore::Pass {
    StoreDelta delta;
    std::set<std::string> named; // keys of a snapshot
    std::set<std::string> tallied;
};

QString InstanceId::toString() const
{
    return text(deployment) + u'/' + text(name);
}

InstanceId InstanceId::fromString(const QString &text)
{
    const auto slash = text.indexOf(u'/');
    return {utf8(text.left(std::max<qsizetype>(slash, 0))), utf8(text.mid(slash + 1))};
}

Ref<v1::CloudService> FabricStore::service(const std::string &name) const
{
    return get(m_services, name);
}

Ref<v1::Deployment> FabricStore::deployment(const std::string &id) const
{
    return get(m_deployments, id);
}

Ref<v1::Deployment> FabricStore::deploymentIn(const std::string &service_name,
                                              v1::SlotKind slot) const
{
    const auto owner = service(service_name);
    if (owner == nullptr) {
        return nullptr;
    }
    const auto &place = slot == v1::STAGING ? owner->staging() : owner->production();
    return deployment(place.deployment_id());
}

Ref<v1::RoleInstance> FabricStore::instance(const InstanceId &id) const
{
    return get(m_instances, id);
}

Ref<v1::Host> FabricStore::host(const std::string &id) const
{
    return get(m_hosts, id);
}

Ref<v1::Package> FabricStore::package(const std::string &digest) const
{
    return get(m_packages, digest);
}

Ref<v1::Operation> FabricStore::operation(const std::string &id) const
{
    return get(m_operations, id);
}

std::vector<Ref<v1::RoleInstance>> FabricStore::instancesOf(const std::string &deployment) const
{
    std::vector<Ref<v1::RoleInstance>> found;
    for (auto it = m_instances.lower_bound({deployment, {}});
         it != m_instances.end() && it->first.deployment == deployment; ++it) {
        found.push_back(it->second);
    }
    return found;
}

Tally FabricStore::tally(const std::string &deployment) const
{
    return get(m_tallies, deployment);
}

Tally FabricStore::roleTally(const std::string &deployment, const std::string &role) const
{
    return get(m_role_tallies, std::pair(deployment, role));
}

Tally FabricStore::serviceTally(const std::string &service_name) const
{
    Tally sum;
    if (const auto owner = service(service_name)) {
        sum += tally(owner->production().deployment_id());
        sum += tally(owner->staging().deployment_id());
    }
    return sum;
}

std::uint32_t FabricStore::instancesOn(const std::string &host) const
{
    return get(m_on_host, host);
}

void FabricStore::apply(const WatchBatch &batch)
{
    Pass pass;
    pass.delta.snapshot = batch.snapshot;
    for (const auto &change : batch.changes) {
        if (batch.snapshot) {
            pass.named.insert(changeKey(change));
        }
        put(pass, change);
    }
    const bool other_fabric = batch.snapshot && batch.fabric_id != m_fabric_id;
    putEvents(pass, other_fabric);
    if (batch.snapshot) {
        removeUnnamed(pass);
        m_fabric_id = batch.fabric_id;
    }
    m_revision = batch.snapshot ? batch.revision : std::max(m_revision, batch.revision);
    pass.delta.tallied.assign(pass.tallied.begin(), pass.tallied.end());
    if (batch.snapshot || !batch.changes.empty()) {
        Q_EMIT changed(pass.delta);
    }
}

void FabricStore::setStale(bool stale)
{
    if (std::exchange(m_stale, stale) != stale) {
        Q_EMIT staleChanged(stale);
    }
}

void FabricStore::put(Pass &pass, const v1::Change &change)
{
    auto &delta = pass.delta;
    switch (change.body_case()) {
    case v1::Change::kService:
        putInto(m_services, delta.services, change.service().name(), change.service());
        break;
    case v1::Change::kDeployment:
        putInto(m_deployments, delta.deployments, change.deployment().id(), change.deployment());
        pass.tallied.insert(change.deployment().id());
        break;
    case v1::Change::kInstance:
        putInstance(pass, change.instance());
        break;
    case v1::Change::kHost:
        putInto(m_hosts, delta.hosts, change.host().id(), change.host());
        break;
    case v1::Change::kPackage:
        putInto(m_packages, delta.packages, change.package().digest(), change.package());
        break;
    case v1::Change::kOperation:
        putInto(m_operations, delta.operations, change.operation().id(), change.operation());
        break;
    case v1::Change::kEvent:
        delta.events.push_back(change.event());
        break;
    case v1::Change::kSettings:
        m_settings = change.settings();
        delta.settings = true;
        break;
    case v1::Change::kRemoved:
        remove(pass, change.removed());
        break;
    default:
        break;
    }
}

void FabricStore::putInstance(Pass &pass, const v1::RoleInstance &instance)
{
    const InstanceId id{instance.deployment_id(), instance.name()};
    auto &place = m_instances[id];
    if (place != nullptr) {
        if (place->revision() == instance.revision() && instance.revision() != 0) {
            return;
        }
        m_tallies[id.deployment].remove(place->state());
        m_role_tallies[{id.deployment, place->role()}].remove(place->state());
        --m_on_host[place->host()];
    }
    place = std::make_shared<const v1::RoleInstance>(instance);
    m_tallies[id.deployment].add(instance.state());
    m_role_tallies[{id.deployment, instance.role()}].add(instance.state());
    ++m_on_host[instance.host()];
    pass.delta.instances.push_back(id);
    pass.tallied.insert(id.deployment);
}

// Events come in any order within a batch, and a snapshot repeats the recent past.
void FabricStore::putEvents(Pass &pass, bool other_fabric)
{
    auto &fresh = pass.delta.events;
    if (other_fabric) {
        m_events.clear();
    }
    const auto newest = m_events.empty() ? 0 : m_events.back().id();
    std::erase_if(fresh, [newest](const v1::Event &event) { return event.id() <= newest; });
    std::sort(fresh.begin(), fresh.end(),
              [](const v1::Event &a, const v1::Event &b) { return a.id() < b.id(); });
    m_events.insert(m_events.end(), fresh.begin(), fresh.end());
    while (m_events.size() > kEventsMax) {
        m_events.pop_front();
    }
}

void FabricStore::remove(Pass &pass, const v1::Removed &removed)
{
    auto &delta = pass.delta;
    switch (removed.kind()) {
    case v1::Removed::SERVICE:
        removeFrom(m_services, delta.services, removed.id());
        break;
    case v1::Removed::DEPLOYMENT:
        removeFrom(m_deployments, delta.deployments, removed.id());
        pass.tallied.insert(removed.id());
        break;
    case v1::Removed::INSTANCE:
        removeInstance(pass, {removed.parent_id(), removed.id()});
        break;
    case v1::Removed::HOST:
        removeFrom(m_hosts, delta.hosts, removed.id());
        break;
    case v1::Removed::PACKAGE:
        removeFrom(m_packages, delta.packages, removed.id());
        break;
    case v1::Removed::OPERATION:
        removeFrom(m_operations, delta.operations, removed.id());
        break;
    default:
        break;
    }
}

void FabricStore::removeInstance(Pass &pass, const InstanceId &id)
{
    const auto place = m_instances.find(id);
    if (place == m_instances.end()) {
        return;
    }
    const auto role = std::pair(id.deployment, place->second->role());
    m_role_tallies[role].remove(place->second->state());
    m_tallies[id.deployment].remove(place->second->state());
    --m_on_host[place->second->host()];
    if (m_tallies[id.deployment].total == 0) {
        m_tallies.erase(id.deployment);
    }
    if (m_role_tallies[role].total == 0) {
        m_role_tallies.erase(role);
    }
    pass.delta.instances.push_back(id);
    pass.tallied.insert(id.deployment);
    m_instances.erase(place);
}

void FabricStore::removeUnnamed(Pass &pass)
{
    auto &delta = pass.delta;
    keepOnly(m_services, delta.services, pass.named, "s/");
    keepOnly(m_deployments, delta.deployments, pass.named, "d/");
    keepOnly(m_hosts, delta.hosts, pass.named, "h/");
    keepOnly(m_packages, delta.packages, pass.named, "p/");
    keepOnly(m_operations, delta.operations, pass.named, "o/");
    std::vector<InstanceId> gone;
    for (const auto &entry : m_instances) {
        if (!pass.named.contains("i/" + entry.first.deployment + "/" + entry.first.name)) {
            gone.push_back(entry.first);
        }
    }
    for (const auto &id : gone) {
        removeInstance(pass, id);
    }
}

} // namespace slipway::models
