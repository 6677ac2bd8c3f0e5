#include "tests/simulation/core/random_cases.h"

#include "backend/core/placement.h"
#include "backend/core/planner.h"
#include "tests/simulation/core/random.h"

namespace slipway::core::test
{
namespace
{

constexpr const char *kSizes[] = {"ExtraSmall", "Small", "Medium", "Large", "ExtraLarge"};

// One random history. Commands may be refused: that is part of it.
class History
{
public:
    explicit History(std::uint64_t seed)
        : m_random(seed), world(2 + m_random.below(3), 1 + m_random.below(2), std::to_string(seed))
    {
        world.must(registerPackage(guestbook("v1", 1 + m_random.below(3), m_random.below(2))));
        world.must(
            registerPackage(guestbook("v2", 1 + m_random.below(2), m_random.below(2), "Large")));
        world.must(createService("a"));
        world.command(deploy("a", v1::STAGING, "v1"));
    }

    void step()
    {
        const std::uint32_t choice = m_random.below(10);
        if (choice < 4)
            randomCommand();
        else if (choice < 7)
            randomTrouble();
        else
            someExchange();
    }

private:
    Random m_random;

    v1::SlotKind slot() { return m_random.chance(50) ? v1::STAGING : v1::PRODUCTION; }

    void randomCommand()
    {
        switch (m_random.below(11)) {
        case 0:
        case 1:
            randomDeploy();
            break;
        case 2:
            world.command(swapSlots("a"));
            break;
        case 3:
        case 4:
            world.command(changeRole("a", slot(), m_random.chance(70) ? "WebRole" : "WorkerRole",
                                     m_random.below(5), kSizes[m_random.below(5)]));
            break;
        case 5:
            world.command(m_random.chance(50) ? stopDeployment("a", slot())
                                              : startDeployment("a", slot()));
            break;
        case 6:
            world.command(deleteDeployment("a", slot()));
            break;
        case 7:
            world.command(m_random.chance(50) ? reboot("a", slot(), {"WebRole_IN_0"})
                                              : reimage("a", slot(), {"WebRole_IN_0"}));
            break;
        case 8:
            cancelSomething();
            break;
        case 9:
            world.command(wantHosts(world.state, 1 + m_random.below(5), 1 + m_random.below(2)));
            break;
        default:
            deleteOrCreateService();
            break;
        }
    }

    void randomDeploy()
    {
        v1::Command command = deploy("a", slot(), m_random.chance(50) ? "v1" : "v2");
        command.mutable_deploy()->set_replace(m_random.chance(50));
        command.mutable_deploy()->set_allow_size_change(m_random.chance(70));
        command.mutable_deploy()->set_no_start(m_random.chance(10));
        world.command(command);
    }

    void cancelSomething()
    {
        std::string running;
        for (const auto &[id, operation] : world.state.operations) {
            if (operation.state() == v1::Operation::Running)
                running = id;
        }
        world.command(cancel(running));
    }

    void deleteOrCreateService()
    {
        if (!world.state.services.contains("a")) {
            world.command(createService("a"));
            return;
        }
        v1::Command command;
        command.mutable_delete_service()->set_name("a");
        command.mutable_delete_service()->set_delete_deployments(m_random.chance(50));
        world.command(command);
    }

    std::string randomHost()
    {
        return "host-" + std::to_string(1 + m_random.below(world.state.settings.host_count()));
    }

    void randomTrouble()
    {
        const std::string host = randomHost();
        switch (m_random.below(6)) {
        case 0:
            world.loseHost(host, m_random.chance(70));
            break;
        case 1:
            world.rejoinHost(host);
            break;
        case 2:
            world.edge_answers = !world.edge_answers;
            break;
        case 3:
            world.tick(m_random.chance(20) ? 60'000 : 500);
            break;
        case 4:
            staleStatus();
            break;
        default:
            troubleWithInstance();
            break;
        }
    }

    const v1::RoleInstance *randomInstance()
    {
        if (world.state.instances.empty())
            return nullptr;
        auto it = world.state.instances.begin();
        std::advance(it, m_random.below(static_cast<std::uint32_t>(world.state.instances.size())));
        return &it->second;
    }

    void troubleWithInstance()
    {
        const v1::RoleInstance *instance = randomInstance();
        if (!instance || instance->host().empty() || !world.hosts[instance->host()].alive)
            return;
        static constexpr v1::RoleInstance::State kStates[] = {
            v1::RoleInstance::RestartingRole, v1::RoleInstance::CyclingRole,
            v1::RoleInstance::BusyRole, v1::RoleInstance::UnresponsiveRole};
        world.status({instance->deployment_id(), instance->name()}, kStates[m_random.below(4)],
                     "trouble");
    }

    // From a host that is not the instance's, or of another generation.
    void staleStatus()
    {
        const v1::RoleInstance *instance = randomInstance();
        if (!instance)
            return;
        v1::Observation observation;
        observation.set_host_id(m_random.chance(50) ? "host-9" : instance->host());
        v1::InstanceStatus &status = *observation.mutable_instance_status();
        status.set_deployment_id(instance->deployment_id());
        status.set_name(instance->name());
        status.set_generation(instance->generation() + 7);
        status.set_state(v1::RoleInstance::CyclingRole);
        status.set_present(m_random.chance(50));
        world.observe(observation);
    }

    void someExchange()
    {
        switch (m_random.below(3)) {
        case 0:
            world.exchangeWithHost(randomHost());
            break;
        case 1:
            world.exchangeWithEdge();
            break;
        default:
            world.exchange();
            break;
        }
    }

public:
    World world;
};

// Everything that is alive again answers from now on.
void becomeFair(World &world)
{
    world.edge_answers = true;
    world.followHosts();
    for (auto &[id, host] : world.hosts) {
        if (!host.alive) {
            host.vms.clear();
            world.rejoinHost(id);
        }
    }
}

std::string findUnlikeReplay(const World &world)
{
    State replayed;
    for (const v1::Change &change : world.log)
        restore(replayed, change);
    return bytesOf(replayed) == bytesOf(world.state)
               ? ""
               : "a replay of the changes gives another state";
}

std::string describe(const v1::RoleInstance &instance)
{
    return instance.ShortDebugString();
}

std::string describeAll(const State &state, const std::string &deployment_id)
{
    std::string text;
    for (const auto &[key, instance] : state.instances) {
        if (key.first == deployment_id)
            text += "\n    " + describe(instance);
    }
    return text;
}

bool mayWait(const State &state, const v1::RoleInstance &instance)
{
    if (!instance.host().empty() || instance.reason().empty())
        return false;
    const Need need = needOf(instance.deployment_id(), instance.role(), instance.size());
    const auto rooms = roomOfHosts(state, Capacity::Now);
    return spreadOverDomains(rooms, need) == nullptr;
}

std::string findUnwantedInstance(const State &state, const v1::Deployment &deployment,
                                 const v1::RoleGoal &goal)
{
    for (std::uint32_t index = 0; index < goal.instance_count(); ++index) {
        const std::string name = goal.role() + "_IN_" + std::to_string(index);
        const auto found = state.instances.find({deployment.id(), name});
        if (found == state.instances.end())
            return name + " does not exist";
        const v1::RoleInstance &instance = found->second;
        const auto wanted =
            deployment.run() ? v1::RoleInstance::ReadyRole : v1::RoleInstance::StoppedVM;
        if (instance.state() != wanted && !mayWait(state, instance))
            return "not as wanted: " + describe(instance);
    }
    return {};
}

// A host that was taken away is gone, unless there is no room for what it holds.
std::string findOverdueHost(const State &state)
{
    const auto rooms = roomOfHosts(state, Capacity::Now);
    for (const auto &[id, host] : state.hosts) {
        bool holds = !host.leaving();
        for (const auto &[key, instance] : state.instances) {
            const Need need = needOf(key.first, instance.role(), instance.size());
            if (instance.host() != id || !host.leaving())
                continue;
            holds = true;
            if (spreadOverDomains(rooms, need))
                return "not moved: " + describe(instance);
        }
        if (!holds)
            return id + " is still there";
    }
    return {};
}

// Keeps what the planner said, as the shell and the hosts do.
class Follower
{
public:
    std::string compare(const World &world)
    {
        for (; m_read < world.log.size(); ++m_read)
            m_planner.note(world.log[m_read]);
        Planner::Update update = m_planner.update(world.state);
        for (auto &[host, orders] : update.orders)
            m_orders[host] = orders.SerializeAsString();
        std::erase_if(m_orders,
                      [&](const auto &host) { return !world.state.hosts.contains(host.first); });
        if (update.table)
            m_table = update.table->SerializeAsString();
        const Plan whole = plan(world.state);
        for (const auto &[host, orders] : whole.orders) {
            if (m_orders[host] != orders.SerializeAsString())
                return "the planner has other orders for " + host;
        }
        return m_table == whole.table.SerializeAsString() ? "" : "the planner has another table";
    }

private:
    Planner m_planner;
    std::size_t m_read = 0;
    std::map<std::string, std::string> m_orders;
    std::string m_table;
};

bool somebodyWaits(const State &state)
{
    for (const auto &[key, instance] : state.instances) {
        if (instance.host().empty())
            return true;
    }
    return false;
}

} // namespace

std::string findOversold(const State &state)
{
    for (const auto &[id, host] : state.hosts) {
        std::uint64_t cores = 0;
        std::uint64_t memory = 0;
        for (const auto &[key, instance] : state.instances) {
            const Need need = needOf(key.first, instance.role(), instance.size());
            cores += instance.host() == id ? need.cores : 0;
            memory += instance.host() == id ? need.memory_bytes : 0;
        }
        if (cores > host.cores() || memory > host.memory_bytes())
            return id + " is oversold";
    }
    return {};
}

std::string findUnwanted(const World &world)
{
    const State &state = world.state;
    std::size_t wanted = 0;
    for (const auto &[id, deployment] : state.deployments) {
        if (deployment.status() == v1::Deployment::Deleting)
            return "a deleted deployment is still there" + describeAll(state, id);
        for (const v1::RoleGoal &goal : deployment.goals()) {
            wanted += goal.instance_count();
            const std::string wrong = findUnwantedInstance(state, deployment, goal);
            if (!wrong.empty())
                return wrong;
        }
    }
    if (wanted != state.instances.size())
        return "there are instances that nobody wants";
    if (const std::string overdue = findOverdueHost(state); !overdue.empty())
        return overdue;
    for (const auto &[id, operation] : state.operations) {
        if (operation.state() == v1::Operation::Running && !somebodyWaits(state))
            return "still running: " + operation.ShortDebugString();
    }
    return {};
}

CaseResult runRandomCase(std::uint64_t seed)
{
    History history(seed);
    const int steps = 12;
    Follower follower;
    for (int step = 0; step < steps; ++step) {
        history.step();
        const std::string oversold = findOversold(history.world.state);
        if (!oversold.empty())
            return {oversold, {}};
        const std::string unlike = follower.compare(history.world);
        if (!unlike.empty())
            return {unlike, {}};
    }
    becomeFair(history.world);
    if (!history.world.settle())
        return {"the world does not come to rest", {}};
    std::string wrong = findUnwanted(history.world);
    if (wrong.empty())
        wrong = findUnlikeReplay(history.world);
    return {wrong, bytesOf(history.world.state)};
}

} // namespace slipway::core::test
