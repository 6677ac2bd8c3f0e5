#include "tests/simulation/core/world.h"

#include "backend/core/plan_orders.h"
#include "backend/core/plan_table.h"
#include "backend/core/references.h"

#include <cstdio>
#include <cstdlib>

namespace slipway::core::test
{
namespace
{

v1::RoleInstance::State nextState(v1::RoleInstance::State state)
{
    switch (state) {
    case v1::RoleInstance::CreatingVM:
        return v1::RoleInstance::StartingVM;
    case v1::RoleInstance::StartingVM:
        return v1::RoleInstance::StartingRole;
    default:
        return v1::RoleInstance::ReadyRole;
    }
}

} // namespace

World::World(std::uint32_t host_count, std::uint32_t fault_domains, const std::string &seed)
    : m_seed(seed)
{
    state.settings = defaultSettings("0badcafe", "127.77.3");
    state.settings.set_ready_least_ms(0); // tests that want it watched say so
    state.settings.set_host_count(host_count);
    state.settings.set_fault_domain_count(fault_domains);
    v1::Change settings;
    *settings.mutable_settings() = state.settings;
    log.push_back(settings);
    v1::Observation started;
    started.set_fabric_started("first start");
    observe(started);
    for (std::uint32_t number = 1; number <= host_count; ++number)
        hello("host-" + std::to_string(number));
}

Context World::context()
{
    return {now_ms + wall_step_ms, m_seed + std::to_string(++m_steps), now_ms};
}

// A fabric may end after any commit: what the store then holds must be a whole state.
void World::keep(const std::vector<v1::Change> &changes)
{
    log.insert(log.end(), changes.begin(), changes.end());
    const auto broken = brokenReferences(state);
    if (broken.empty())
        return;
    std::fprintf(stderr, "the state cannot be started from: %s\n", broken.front().c_str());
    std::abort();
}

void World::restart()
{
    state = {};
    for (const v1::Change &change : log)
        restore(state, change);
    v1::Observation started;
    started.set_fabric_started("restart");
    observe(started);
    for (const auto &[id, host] : hosts)
        if (host.alive)
            hello(id);
}

Result<Applied> World::command(v1::Command command)
{
    auto applied = apply(state, command, context());
    if (applied) {
        keep(applied->changes);
        if (applied->reply.has_operation())
            m_last_operation = applied->reply.operation().id();
    }
    return applied;
}

v1::CommandReply World::must(const v1::Command &command)
{
    auto applied = this->command(command);
    if (!applied) {
        std::fprintf(stderr, "refused: %s\n", applied.error().ShortDebugString().c_str());
        std::abort();
    }
    return applied->reply;
}

std::size_t World::observe(const v1::Observation &observation)
{
    const auto changes = core::observe(state, observation, context());
    keep(changes);
    return changes.size();
}

const v1::RoleDefinition *World::roleOf(const InstanceKey &key) const
{
    const auto instance = state.instances.find(key);
    const auto deployment = state.deployments.find(key.first);
    if (instance == state.instances.end() || deployment == state.deployments.end())
        return nullptr;
    for (const v1::RoleDefinition &role : deployment->second.definition().roles()) {
        if (role.name() == instance->second.role())
            return &role;
    }
    return nullptr;
}

v1::InstanceStatus World::statusOf(const InstanceKey &key, const Vm &vm,
                                   const v1::RoleDefinition *role) const
{
    v1::InstanceStatus status;
    status.set_deployment_id(key.first);
    status.set_name(key.second);
    status.set_generation(vm.generation);
    status.set_state(vm.state);
    status.set_present(true);
    if (role && vm.state == v1::RoleInstance::ReadyRole) {
        for (const v1::Endpoint &endpoint : role->endpoints()) {
            v1::EndpointTarget &target = *status.add_targets();
            target.set_endpoint(endpoint.name());
            target.set_protocol(endpoint.protocol());
            target.set_target("unix:/mesh/" + key.second + "/" + endpoint.name());
        }
    }
    return status;
}

bool World::report(const std::string &host_id, const InstanceKey &key, const Vm &vm,
                   const v1::RoleDefinition *role)
{
    v1::Observation observation;
    observation.set_host_id(host_id);
    *observation.mutable_instance_status() = statusOf(key, vm, role);
    return observe(observation) > 0;
}

void World::hello(const std::string &host_id)
{
    SimulatedHost &host = hosts[host_id];
    v1::Observation observation;
    observation.set_host_id(host_id);
    v1::HostHello &hello = *observation.mutable_host_hello();
    hello.set_host_id(host_id);
    hello.set_pid(host.pid);
    hello.set_real_cores(4);
    for (const auto &[key, vm] : host.vms)
        *hello.add_instances() = statusOf(key, vm, roleOf(key));
    observe(observation);
}

void World::loseHost(const std::string &host_id, bool instances_gone)
{
    hosts[host_id].alive = false;
    if (instances_gone)
        hosts[host_id].vms.clear();
    v1::Observation observation;
    observation.mutable_host_lost()->set_host_id(host_id);
    observation.mutable_host_lost()->set_cause("its process ended");
    observation.mutable_host_lost()->set_instances_gone(instances_gone);
    observe(observation);
}

void World::rejoinHost(const std::string &host_id)
{
    hosts[host_id].alive = true;
    ++hosts[host_id].pid;
    hello(host_id);
}

void World::status(const InstanceKey &key, v1::RoleInstance::State wanted,
                   const std::string &reason)
{
    const v1::RoleInstance &instance = state.instances.at(key);
    Vm &vm = hosts[instance.host()].vms[key];
    vm.generation = instance.generation();
    vm.state = wanted;
    v1::Observation observation;
    observation.set_host_id(instance.host());
    *observation.mutable_instance_status() = statusOf(key, vm, roleOf(key));
    observation.mutable_instance_status()->set_reason(reason);
    observe(observation);
}

void World::tick(std::int64_t ms)
{
    now_ms += ms;
    v1::Observation observation;
    observation.set_tick_time_ms(now_ms);
    observe(observation);
}

bool World::follow(const std::string &host_id, const v1::InstanceOrder &order)
{
    const InstanceKey key{order.deployment_id(), order.name()};
    Vm &vm = hosts[host_id].vms[key];
    const Vm before = vm;
    if (vm.generation != order.generation())
        vm = {order.generation(), v1::RoleInstance::CreatingVM, false};
    else if (!order.run())
        vm.state = v1::RoleInstance::StoppedVM;
    else
        vm.state = nextState(vm.state);
    if (vm.reported && before.state == vm.state && before.generation == vm.generation)
        return false;
    vm.reported = true;
    report(host_id, key, vm, roleOf(key));
    return true;
}

bool World::exchangeWithHost(const std::string &host_id)
{
    SimulatedHost &host = hosts[host_id];
    if (!host.alive)
        return false;
    const auto orders = planOrders(state);
    const auto mine = orders.find(host_id);
    if (mine == orders.end())
        return false;
    bool moved = false;
    std::map<InstanceKey, Vm> unwanted = host.vms;
    for (const v1::InstanceOrder &order : mine->second.instances()) {
        if (order.remove())
            continue;
        unwanted.erase({order.deployment_id(), order.name()});
        moved = follow(host_id, order) || moved;
    }
    for (const auto &[key, vm] : unwanted) {
        host.vms.erase(key);
        v1::Observation observation;
        observation.set_host_id(host_id);
        *observation.mutable_instance_status() = statusOf(key, vm, nullptr);
        observation.mutable_instance_status()->set_present(false);
        observe(observation);
        moved = true;
    }
    return moved;
}

bool World::exchangeWithEdge()
{
    if (!edge_answers)
        return false;
    const v1::RoutingTable table = planTable(state);
    v1::Observation observation;
    v1::EdgeConfirmed &confirmed = *observation.mutable_edge_confirmed();
    for (const v1::Listener &listener : table.listeners()) {
        v1::BoundListener &bound = *confirmed.add_listeners();
        bound.set_key(listener.key());
        bound.set_bound_port(listener.port());
    }
    for (const v1::Pool &pool : table.pools()) {
        for (const v1::PoolServer &server : pool.servers()) {
            if (!server.drain())
                continue;
            v1::ServerId &drained = *confirmed.add_drained();
            drained.set_deployment_id(pool.deployment_id());
            drained.set_instance(server.instance());
        }
    }
    confirmed.set_revision(state.revision);
    return observe(observation) > 0;
}

void World::followHosts()
{
    std::erase_if(hosts, [this](const auto &host) { return !state.hosts.contains(host.first); });
    std::vector<std::string> fresh;
    for (const auto &[id, host] : state.hosts) {
        if (!hosts.contains(id))
            fresh.push_back(id);
    }
    for (const std::string &id : fresh)
        hello(id);
}

bool World::exchange()
{
    bool moved = false;
    followHosts();
    now_ms += 10;
    for (const auto &[id, host] : hosts)
        moved = exchangeWithHost(id) || moved;
    return exchangeWithEdge() || moved;
}

bool World::settle(int rounds)
{
    for (int round = 0; round < rounds; ++round) {
        if (exchange())
            continue;
        const std::int64_t until_ms = state.lost_hosts.until_ms;
        if (state.lost_hosts.awaited.empty() || until_ms <= now_ms)
            return true;
        tick(until_ms - now_ms); // nobody waits longer for hosts that stay away
    }
    return false;
}

const v1::RoleInstance &World::instance(const std::string &deployment_id,
                                        const std::string &name) const
{
    return state.instances.at({deployment_id, name});
}

const v1::Deployment &World::deploymentIn(const std::string &service, v1::SlotKind slot) const
{
    const v1::CloudService &found = state.services.at(service);
    return state.deployments.at(slot == v1::STAGING ? found.staging().deployment_id()
                                                    : found.production().deployment_id());
}

std::size_t World::count(const std::string &deployment_id, v1::RoleInstance::State wanted) const
{
    std::size_t number = 0;
    for (const auto &[key, instance] : state.instances)
        number += key.first == deployment_id && instance.state() == wanted ? 1 : 0;
    return number;
}

} // namespace slipway::core::test
