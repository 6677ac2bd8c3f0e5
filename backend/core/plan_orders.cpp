#include "backend/core/plan_orders.h"

#include "backend/core/lookup.h"
#include "backend/core/sizes.h"

#include <algorithm>
#include <optional>

namespace slipway::core
{
namespace
{

constexpr std::uint32_t kFirstUid = 200'000;
constexpr std::uint32_t kUidsPerInstance = 65'536;
constexpr std::uint32_t kFirstRoleNet = 100; // 127.100.x.y is the definition's first role
constexpr std::uint32_t kFirstDynamicPort = 20'000;
constexpr std::uint32_t kPeersPerNet = 250;

std::string peerAddress(std::uint32_t role_index, std::uint32_t instance_index)
{
    return "127." + std::to_string(kFirstRoleNet + role_index) + "." +
           std::to_string(instance_index / kPeersPerNet) + "." +
           std::to_string(instance_index % kPeersPerNet + 1);
}

std::uint32_t peerPort(const v1::Endpoint &endpoint, std::uint32_t endpoint_index)
{
    if (endpoint.port() != 0)
        return endpoint.port();
    return endpoint.port_min() != 0 ? endpoint.port_min() : kFirstDynamicPort + endpoint_index;
}

void addPeers(std::vector<v1::Peer> &peers, const v1::RoleDefinition &role,
              std::uint32_t role_index, const v1::RoleInstance &instance)
{
    for (int index = 0; index < role.endpoints_size(); ++index) {
        const v1::Endpoint &endpoint = role.endpoints(index);
        if (endpoint.kind() != v1::Endpoint::INTERNAL)
            continue;
        v1::Peer &peer = peers.emplace_back();
        peer.set_role(role.name());
        peer.set_instance(instance.name());
        peer.set_endpoint(endpoint.name());
        peer.set_protocol(endpoint.protocol());
        peer.set_address(peerAddress(role_index, instance.index()));
        peer.set_port(peerPort(endpoint, static_cast<std::uint32_t>(index)));
        peer.set_ready(instance.state() == v1::RoleInstance::ReadyRole);
    }
}

bool hasInternalEndpoint(const v1::RoleDefinition &role)
{
    return std::any_of(
        role.endpoints().begin(), role.endpoints().end(),
        [](const v1::Endpoint &endpoint) { return endpoint.kind() == v1::Endpoint::INTERNAL; });
}

std::vector<v1::Peer> peersOf(const State &state, const v1::Deployment &deployment)
{
    std::vector<v1::Peer> peers;
    for (int index = 0; index < deployment.definition().roles_size(); ++index) {
        const v1::RoleDefinition &role = deployment.definition().roles(index);
        if (!hasInternalEndpoint(role))
            continue;
        for (const v1::RoleInstance *instance : instancesOf(state, deployment.id(), role.name()))
            addPeers(peers, role, static_cast<std::uint32_t>(index), *instance);
    }
    return peers;
}

// As soon as the edge holds no request of it. It stays in the orders until its host says that
// nothing of it is left, so that the host knows how long it may take to stop.
bool mustGo(const v1::RoleInstance &instance)
{
    const bool leaves =
        instance.goal() == v1::RoleInstance::DELETE || instance.restart() == v1::RoleInstance::MOVE;
    return leaves && instance.drained();
}

void setLimits(v1::InstanceOrder &order, const v1::RoleInstance &instance,
               const v1::Settings &settings)
{
    order.set_stop_grace_ms(instance.person_asked() ? settings.stop_grace_ms()
                                                    : settings.fabric_stop_grace_ms());
    order.set_crash_limit(settings.crash_limit());
    order.set_crash_window_ms(settings.crash_window_ms());
    order.set_log_limit_bytes(settings.log_limit_bytes());
}

void fillOrder(v1::InstanceOrder &order, const State &state, const v1::Deployment &deployment,
               const v1::RoleDefinition &role, const v1::RoleInstance &instance,
               const std::vector<v1::Peer> &peers)
{
    order.set_deployment_id(deployment.id());
    order.set_name(instance.name());
    order.set_service(deployment.service());
    order.set_generation(instance.generation());
    order.set_disk_generation(instance.disk_generation());
    order.set_run(instance.goal() != v1::RoleInstance::STOP || !instance.drained());
    *order.mutable_role() = role;
    if (const SizeFacts *size = findSize(instance.size()))
        *order.mutable_size() = sizeMessage(*size);
    if (const auto *configured = findRole(deployment.configuration(), role.name()))
        *order.mutable_settings() = configured->settings();
    order.set_fault_domain(instance.fault_domain());
    order.set_update_domain(instance.update_domain());
    order.mutable_peers()->Assign(peers.begin(), peers.end());
    const v1::CloudService *service = findService(state, deployment.service());
    order.set_outside_access(service && service->outside_access());
    *order.mutable_probes() = deployment.definition().probes();
    order.set_remove(mustGo(instance));
    setLimits(order, instance, state.settings);
    if (instance.uid_slot() > 0)
        order.set_uid_base(kFirstUid + kUidsPerInstance * (instance.uid_slot() - 1));
}

// Who is on one of these hosts gets its order; peers are gathered for deployments that have one.
void addOrders(std::map<std::string, v1::HostOrders> &orders, const State &state)
{
    for (const auto &[id, deployment] : state.deployments) {
        std::optional<std::vector<v1::Peer>> peers;
        for (auto it = state.instances.lower_bound({id, {}});
             it != state.instances.end() && it->first.first == id; ++it) {
            const auto host = orders.find(it->second.host());
            if (host == orders.end())
                continue;
            const v1::RoleDefinition *role = findRole(deployment.definition(), it->second.role());
            if (!role)
                continue;
            if (!peers)
                peers = peersOf(state, deployment);
            fillOrder(*host->second.add_instances(), state, deployment, *role, it->second, *peers);
        }
    }
}

} // namespace

std::map<std::string, v1::HostOrders> planOrders(const State &state)
{
    std::map<std::string, v1::HostOrders> orders;
    // Also a host that is away has orders: when it comes back it must not find those of its past.
    for (const auto &[id, host] : state.hosts)
        orders[id];
    addOrders(orders, state);
    return orders;
}

std::map<std::string, v1::HostOrders> planOrders(const State &state,
                                                 const std::set<std::string> &hosts)
{
    std::map<std::string, v1::HostOrders> orders;
    for (const std::string &id : hosts) {
        if (state.hosts.contains(id))
            orders[id];
    }
    if (!orders.empty())
        addOrders(orders, state);
    return orders;
}

} // namespace slipway::core
