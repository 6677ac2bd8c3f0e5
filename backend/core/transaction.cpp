#include "backend/core/transaction.h"

namespace slipway::core
{
namespace
{

template <typename Key, typename Message>
void remember(std::map<Key, std::optional<std::string>> &touched, const Key &key,
              const std::map<Key, Message> &entities)
{
    if (touched.contains(key))
        return;
    const auto found = entities.find(key);
    touched[key] = found == entities.end()
                       ? std::nullopt
                       : std::optional<std::string>(found->second.SerializeAsString());
}

const std::string &ownId(const std::string &id)
{
    return id;
}
const std::string &ownId(const InstanceKey &key)
{
    return key.second;
}
std::string parentId(const std::string &)
{
    return {};
}
std::string parentId(const InstanceKey &key)
{
    return key.first;
}

template <typename Key, typename Message, typename Put>
void emitChanges(std::vector<v1::Change> &changes, std::uint64_t revision,
                 const std::map<Key, std::optional<std::string>> &touched,
                 std::map<Key, Message> &entities, v1::Removed::Kind kind, Put put)
{
    for (const auto &[key, before] : touched) {
        const auto found = entities.find(key);
        if (found != entities.end()) {
            if (before && *before == found->second.SerializeAsString())
                continue;
            found->second.set_revision(revision);
            put(changes.emplace_back(), found->second);
        } else if (before) {
            v1::Removed &removed = *changes.emplace_back().mutable_removed();
            removed.set_kind(kind);
            removed.set_id(ownId(key));
            removed.set_parent_id(parentId(key));
        }
    }
}

} // namespace

v1::CloudService &Transaction::service(const std::string &name)
{
    remember(m_services, name, m_state.services);
    return m_state.services[name];
}

v1::Deployment &Transaction::deployment(const std::string &id)
{
    remember(m_touched_deployments, id, m_state.deployments);
    return m_state.deployments[id];
}

v1::RoleInstance &Transaction::instance(const InstanceKey &key)
{
    remember(m_instances, key, m_state.instances);
    markDeployment(key.first);
    return m_state.instances[key];
}

v1::RoleInstance &Transaction::instance(const v1::RoleInstance &instance)
{
    return this->instance(InstanceKey{instance.deployment_id(), instance.name()});
}

v1::Host &Transaction::host(const std::string &id)
{
    remember(m_hosts, id, m_state.hosts);
    return m_state.hosts[id];
}

v1::Package &Transaction::package(const std::string &digest)
{
    remember(m_packages, digest, m_state.packages);
    return m_state.packages[digest];
}

v1::Operation &Transaction::operation(const std::string &id)
{
    remember(m_operations, id, m_state.operations);
    return m_state.operations[id];
}

v1::Settings &Transaction::settings()
{
    if (!m_settings)
        m_settings = m_state.settings.SerializeAsString();
    return m_state.settings;
}

void Transaction::removeService(const std::string &name)
{
    remember(m_services, name, m_state.services);
    m_state.services.erase(name);
}

void Transaction::removeDeployment(const std::string &id)
{
    remember(m_touched_deployments, id, m_state.deployments);
    m_state.deployments.erase(id);
    markDeployment(id);
}

void Transaction::removeInstance(const InstanceKey &key)
{
    const InstanceKey kept = key; // the caller's may live in the entity that goes
    remember(m_instances, kept, m_state.instances);
    if (const auto found = m_state.instances.find(kept); found != m_state.instances.end()) {
        markHostLeft(found->second.host());
        m_state.instances.erase(found);
    }
    markDeployment(kept.first);
    markCapacity();
}

void Transaction::removeHost(const std::string &id)
{
    remember(m_hosts, id, m_state.hosts);
    m_state.hosts.erase(id);
}

void Transaction::removePackage(const std::string &digest)
{
    remember(m_packages, digest, m_state.packages);
    m_state.packages.erase(digest);
}

void Transaction::removeOperation(const std::string &id)
{
    remember(m_operations, id, m_state.operations);
    m_state.operations.erase(id);
}

void Transaction::event(v1::Event event)
{
    event.set_id(m_state.next_event_id++);
    event.set_time_ms(now());
    event.set_revision(revision());
    m_events.push_back(std::move(event));
}

std::vector<v1::Change> Transaction::commit()
{
    std::vector<v1::Change> changes;
    const std::uint64_t next = revision();
    emitChanges(changes, next, m_services, m_state.services, v1::Removed::SERVICE,
                [](v1::Change &to, const auto &from) { *to.mutable_service() = from; });
    emitChanges(changes, next, m_touched_deployments, m_state.deployments, v1::Removed::DEPLOYMENT,
                [](v1::Change &to, const auto &from) { *to.mutable_deployment() = from; });
    emitChanges(changes, next, m_instances, m_state.instances, v1::Removed::INSTANCE,
                [](v1::Change &to, const auto &from) { *to.mutable_instance() = from; });
    emitChanges(changes, next, m_hosts, m_state.hosts, v1::Removed::HOST,
                [](v1::Change &to, const auto &from) { *to.mutable_host() = from; });
    emitChanges(changes, next, m_packages, m_state.packages, v1::Removed::PACKAGE,
                [](v1::Change &to, const auto &from) { *to.mutable_package() = from; });
    emitChanges(changes, next, m_operations, m_state.operations, v1::Removed::OPERATION,
                [](v1::Change &to, const auto &from) { *to.mutable_operation() = from; });
    if (m_settings && *m_settings != m_state.settings.SerializeAsString()) {
        m_state.settings.set_revision(next);
        *changes.emplace_back().mutable_settings() = m_state.settings;
    }
    for (v1::Event &event : m_events)
        *changes.emplace_back().mutable_event() = std::move(event);
    for (v1::Change &change : changes)
        change.set_revision(next);
    if (!changes.empty())
        m_state.revision = next;
    return changes;
}

} // namespace slipway::core
