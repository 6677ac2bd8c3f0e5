#include "backend/core/plan_table.h"

#include "backend/core/lookup.h"

#include <set>

namespace slipway::core
{
namespace
{

constexpr std::uint32_t kMinute_ms = 60 * 1000;

// Two roles may call an endpoint the same: the later one's pool carries its role's name too.
std::string poolId(const v1::Deployment &deployment, const v1::RoleDefinition &of,
                   const v1::Endpoint &endpoint)
{
    for (const v1::RoleDefinition &role : deployment.definition().roles()) {
        if (role.name() == of.name())
            break;
        for (const v1::Endpoint &other : role.endpoints()) {
            if (other.kind() == v1::Endpoint::INPUT && other.name() == endpoint.name())
                return deployment.id() + "/" + of.name() + "." + endpoint.name();
        }
    }
    return deployment.id() + "/" + endpoint.name();
}

void addListeners(v1::RoutingTable &table, const v1::CloudService &service, const v1::Slot &slot,
                  const v1::Deployment &deployment)
{
    std::set<std::uint32_t> ports;
    for (const v1::PublicEndpoint &open : slot.endpoints()) {
        const v1::RoleDefinition *role = findRole(deployment.definition(), open.role());
        if (!role || !ports.insert(open.port()).second)
            continue;
        for (const v1::Endpoint &endpoint : role->endpoints()) {
            if (endpoint.kind() != v1::Endpoint::INPUT || endpoint.name() != open.name())
                continue;
            v1::Listener &listener = *table.add_listeners();
            listener.set_key(listenerKey(service.name(), slot.kind(), open.port()));
            listener.set_address(slot.address());
            listener.set_port(open.port());
            listener.set_bound_port(open.bound_port());
            listener.set_protocol(endpoint.protocol());
            listener.set_pool(poolId(deployment, *role, endpoint));
            listener.set_idle_timeout_ms(endpoint.idle_timeout_min() * kMinute_ms);
        }
    }
}

bool isInPool(const v1::RoleInstance &instance, const v1::Endpoint &endpoint)
{
    if (instance.host().empty())
        return false;
    if (isDraining(instance))
        return true;
    if (instance.goal() != v1::RoleInstance::RUN ||
        instance.restart() != v1::RoleInstance::NO_RESTART)
        return false;
    return instance.state() == v1::RoleInstance::ReadyRole || instance.probe_failed() ||
           endpoint.ignore_role_instance_status();
}

void addServers(v1::Pool &pool, const State &state, const v1::Deployment &deployment,
                const v1::RoleDefinition &role, const v1::Endpoint &endpoint)
{
    for (const v1::RoleInstance *instance : instancesOf(state, deployment.id(), role.name())) {
        const std::string *target = targetOf(*instance, endpoint.name());
        if (!target || !isInPool(*instance, endpoint))
            continue;
        v1::PoolServer &server = *pool.add_servers();
        server.set_instance(instance->name());
        server.set_target(*target);
        server.set_drain(isDraining(*instance));
    }
}

void addPools(v1::RoutingTable &table, const State &state, const v1::Deployment &deployment)
{
    const bool in_slot = isInSlot(state, deployment);
    for (const v1::RoleDefinition &role : deployment.definition().roles()) {
        for (const v1::Endpoint &endpoint : role.endpoints()) {
            if (endpoint.kind() != v1::Endpoint::INPUT)
                continue;
            v1::Pool pool;
            pool.set_id(poolId(deployment, role, endpoint));
            pool.set_protocol(endpoint.protocol());
            pool.set_deployment_id(deployment.id());
            for (const v1::Probe &probe : deployment.definition().probes()) {
                if (probe.name() == endpoint.probe())
                    *pool.mutable_probe() = probe;
            }
            addServers(pool, state, deployment, role, endpoint);
            if (in_slot || !pool.servers().empty())
                *table.add_pools() = std::move(pool);
        }
    }
}

} // namespace

std::string listenerKey(const std::string &service, v1::SlotKind kind, std::uint32_t port)
{
    return service + "/" + slotName(kind) + "/" + std::to_string(port);
}

v1::RoutingTable planTable(const State &state)
{
    v1::RoutingTable table;
    table.set_drain_limit_ms(state.settings.drain_limit_ms());
    for (const auto &[name, service] : state.services) {
        for (const v1::SlotKind kind : {v1::PRODUCTION, v1::STAGING}) {
            const v1::Slot &slot = slotOf(service, kind);
            if (const v1::Deployment *deployment = findDeployment(state, slot.deployment_id()))
                addListeners(table, service, slot, *deployment);
        }
    }
    for (const auto &[id, deployment] : state.deployments)
        addPools(table, state, deployment);
    return table;
}

} // namespace slipway::core
