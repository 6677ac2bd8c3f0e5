// One step of the machine. Entities are changed in place; the first touch of each is remembered, so
// that commit() can tell what really changed and give all of it the same new revision. A step that
// changes nothing leaves no trace: the revision stays.
#pragma once

#include "backend/core/core.h"

#include <optional>
#include <set>

namespace slipway::core
{

class Transaction
{
public:
    Transaction(State &state, const Context &context) : m_state(state), m_context(context) {}

    const State &state() const { return m_state; }
    const std::string &seed() const { return m_context.seed; }
    std::int64_t now() const { return m_context.now_ms; }         // for people
    std::int64_t running() const { return m_context.running_ms; } // for deadlines
    // The revision that everything changed here will have.
    std::uint64_t revision() const { return m_state.revision + 1; }

    // Gives the entity for changing it; makes an empty one where there is none.
    v1::CloudService &service(const std::string &name);
    v1::Deployment &deployment(const std::string &id);
    v1::RoleInstance &instance(const InstanceKey &key);
    v1::RoleInstance &instance(const v1::RoleInstance &instance);
    v1::Host &host(const std::string &id);
    v1::Package &package(const std::string &digest);
    v1::Operation &operation(const std::string &id);
    v1::Settings &settings();

    void removeService(const std::string &name);
    void removeDeployment(const std::string &id);
    void removeInstance(const InstanceKey &key);
    void removeHost(const std::string &id);
    void removePackage(const std::string &digest);
    void removeOperation(const std::string &id);

    // Not stored, so that no change tells of them.
    std::map<std::string, Wait> &waits() { return m_state.waits; }
    LostHosts &lostHosts() { return m_state.lost_hosts; }

    // Appends to the timeline; id, time and revision are filled in.
    void event(v1::Event event);

    // Deployments whose operations and status have to be looked at again before the commit.
    void markDeployment(const std::string &id) { m_deployments_to_settle.insert(id); }
    std::set<std::string> takeDeployments() { return std::exchange(m_deployments_to_settle, {}); }
    // Room was gained, or somebody needs it: waiting instances are tried again before the commit.
    void markCapacity() { m_capacity_changed = true; }
    bool takeCapacity() { return std::exchange(m_capacity_changed, false); }
    // An instance left this host, which may wait to be empty.
    void markHostLeft(const std::string &id) { m_left_hosts.insert(id); }
    std::set<std::string> takeLeftHosts() { return std::exchange(m_left_hosts, {}); }

    std::vector<v1::Change> commit();

private:
    // How an entity was before this step, serialised; nothing: it did not exist.
    using Before = std::optional<std::string>;

    State &m_state;
    const Context &m_context;
    std::map<std::string, Before> m_services;
    std::map<std::string, Before> m_touched_deployments;
    std::map<InstanceKey, Before> m_instances;
    std::map<std::string, Before> m_hosts;
    std::map<std::string, Before> m_packages;
    std::map<std::string, Before> m_operations;
    Before m_settings;
    std::vector<v1::Event> m_events;
    std::set<std::string> m_deployments_to_settle;
    std::set<std::string> m_left_hosts;
    bool m_capacity_changed = false;
};

} // namespace slipway::core
