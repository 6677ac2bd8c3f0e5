#include "backend/core/plan_orders.h"

#include "backend/core/ids.h"
#include "backend/core/lookup.h"
#include "backend/core/sizes.h"

#include <algorithm>
#include <set>

namespace slipway::core
{
namespace
{

constexpr std::uint32_t kFirstUid = 200'000;
constexpr std::uint32_t kUidsPerInstance = 65'536;
constexpr std::uint32_t kUidRanges = 28'000; // within what systemd leaves to containers
constexpr std::uint32_t kFirstRoleNet = 100; // 127.100.x.y is the definition's first role
constexpr std::uint32_t kFirstDynamicPort = 20'000;
constexpr std::uint32_t kPeersPerNet = 250;

// Each fabric begins elsewhere, always at the same place: another one of root's on this machine
// would else have the same users, and they may signal each other.
std::uint32_t uidBase(const std::string &fabric_id, std::uint32_t slot)
{
    const auto first = std::uint32_t(stableHash(fabric_id) % kUidRanges);
    return kFirstUid + kUidsPerInstance * ((first + slot - 1) % kUidRanges);
}

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
    std::vector<v1::Peer> peers; // of all its instances
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
               const v1::RoleInstance &instance)
{
    order.set_deployment_id(deployment.id());
    order.set_name(instance.name());
    order.set_role_name(instance.role());
    order.set_generation(instance.generation());
    order.set_disk_generation(instance.disk_generation());
    order.set_run(instance.goal() != v1::RoleInstance::STOP || !instance.drained());
    if (const SizeFacts *size = findSize(instance.size()))
        *order.mutable_size() = sizeMessage(*size);
    order.set_fault_domain(instance.fault_domain());
    order.set_update_domain(instance.update_domain());
    const v1::CloudService *service = findService(state, deployment.service());
    order.set_outside_access(service && service->outside_access());
    order.set_remove(mustGo(instance));
    setLimits(order, instance, state.settings);
    if (instance.uid_slot() > 0)
        order.set_uid_base(uidBase(state.settings.fabric_id(), instance.uid_slot()));
}

v1::DeploymentOrder commonOf(const State &state, const v1::Deployment &deployment)
{
    v1::DeploymentOrder common;
    common.set_deployment_id(deployment.id());
    common.set_service(deployment.service());
    *common.mutable_probes() = deployment.definition().probes();
    for (const v1::RoleDefinition &role : deployment.definition().roles()) {
        v1::RoleOrder &order = *common.add_roles();
        *order.mutable_role() = role;
        if (const auto *configured = findRole(deployment.configuration(), role.name()))
            *order.mutable_settings() = configured->settings();
    }
    const std::vector<v1::Peer> peers = peersOf(state, deployment);
    common.mutable_peers()->Assign(peers.begin(), peers.end());
    return common;
}

// Who is on one of these hosts gets its order; what a deployment's instances have in common is said
// once to each host that has one.
void addOrders(std::map<std::string, v1::HostOrders> &orders, const State &state)
{
    for (const auto &[id, deployment] : state.deployments) {
        std::set<v1::HostOrders *> told;
        for (auto it = state.instances.lower_bound({id, {}});
             it != state.instances.end() && it->first.first == id; ++it) {
            const auto host = orders.find(it->second.host());
            if (host == orders.end())
                continue;
            if (!findRole(deployment.definition(), it->second.role()))
                continue;
            fillOrder(*host->second.add_instances(), state, deployment, it->second);
            told.insert(&host->second);
        }
        if (told.empty())
            continue;
        const v1::DeploymentOrder common = commonOf(state, deployment);
        for (v1::HostOrders *host : told)
            *host->add_deployments() = common;
    }
}

// With room for numbers that grow: a port, an address and an index at their longest.
std::size_t bytesOfPeer(const v1::RoleDefinition &role, const v1::Endpoint &endpoint)
{
    constexpr std::size_t kFixed = 64;
    constexpr std::size_t kIndex = sizeof "_IN_10000";
    return kFixed + 2 * role.name().size() + kIndex + endpoint.name().size();
}

} // namespace

std::optional<v1::Error> refuseOrderSize(const v1::ServiceDefinition &definition,
                                         const v1::ServiceConfiguration &configuration,
                                         const std::vector<v1::RoleGoal> &goals)
{
    std::size_t bytes = definition.ByteSizeLong() + configuration.ByteSizeLong();
    std::size_t peers = 0;
    for (const v1::RoleGoal &goal : goals) {
        const v1::RoleDefinition *role = findRole(definition, goal.role());
        for (int index = 0; role && index < role->endpoints_size(); ++index) {
            if (role->endpoints(index).kind() != v1::Endpoint::INTERNAL)
                continue;
            peers += goal.instance_count();
            bytes += goal.instance_count() * bytesOfPeer(*role, role->endpoints(index));
        }
    }
    if (bytes <= kDeploymentOrderBytesMax)
        return std::nullopt;
    return makeError(v1::Error::RESOURCE_EXHAUSTED, "ORDERS_TOO_LARGE",
                     "Every instance has to be told its settings and all internal endpoints of the "
                     "deployment, which would take " +
                         withThousands(bytes) + " bytes; " +
                         withThousands(kDeploymentOrderBytesMax) +
                         " are the most (definition and "
                         "settings: " +
                         withThousands(definition.ByteSizeLong() + configuration.ByteSizeLong()) +
                         " bytes, " + counted(peers, "internal endpoint") +
                         "). Use fewer instances, or keep large settings in files of the package.",
                     "orders");
}

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
