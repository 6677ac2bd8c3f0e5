// A fabric's surroundings in a few lines: hosts that follow their orders, an edge that takes its
// tables, and the clock. Everything that the core says is done; what is done is reported back.
#pragma once

#include "backend/core/core.h"
#include "tests/simulation/core/fixtures.h"

namespace slipway::core::test
{

struct Vm {
    std::uint64_t generation = 0;
    v1::RoleInstance::State state = v1::RoleInstance::CreatingVM;
    bool reported = false;
};

struct SimulatedHost {
    bool alive = true;
    int pid = 100;
    std::map<InstanceKey, Vm> vms;
};

class World
{
public:
    // Settings, `hosts` hosts that have all said hello.
    World(std::uint32_t hosts, std::uint32_t fault_domains, const std::string &seed = "seed");

    State state;
    std::map<std::string, SimulatedHost> hosts;
    std::vector<v1::Change> log; // everything that was changed, as a store would have it
    std::int64_t now_ms = kStart_ms;
    std::int64_t wall_step_ms = 0; // somebody set the clock
    bool edge_answers = true;

    Result<Applied> command(v1::Command command);
    // The command must succeed; the test ends otherwise.
    v1::CommandReply must(const v1::Command &command);
    std::size_t observe(const v1::Observation &observation); // number of changes

    void hello(const std::string &host_id);
    void loseHost(const std::string &host_id, bool instances_gone = true);
    void rejoinHost(const std::string &host_id);
    void status(const InstanceKey &key, v1::RoleInstance::State state,
                const std::string &reason = {});
    void tick(std::int64_t ms);

    // The fabric ends, and another one begins with what was stored.
    void restart();
    // The engine follows the state: new hosts come up, those that are gone end.
    void followHosts();
    // One exchange with every living host and the edge; false: nothing moved any more.
    bool exchange();
    bool exchangeWithHost(const std::string &host_id);
    bool exchangeWithEdge();
    // Until nothing moves; false: it does not come to rest.
    bool settle(int rounds = 200);

    const v1::RoleInstance &instance(const std::string &deployment_id,
                                     const std::string &name) const;
    const v1::Deployment &deploymentIn(const std::string &service, v1::SlotKind slot) const;
    std::size_t count(const std::string &deployment_id, v1::RoleInstance::State state) const;
    const v1::Operation &lastOperation() const { return state.operations.at(m_last_operation); }

private:
    Context context();
    void keep(const std::vector<v1::Change> &changes);
    bool follow(const std::string &host_id, const v1::InstanceOrder &order);
    bool report(const std::string &host_id, const InstanceKey &key, const Vm &vm,
                const v1::RoleDefinition *role);
    v1::InstanceStatus statusOf(const InstanceKey &key, const Vm &vm,
                                const v1::RoleDefinition *role) const;
    const v1::RoleDefinition *roleOf(const InstanceKey &key) const;

    std::string m_seed;
    std::uint64_t m_steps = 0;
    std::string m_last_operation;
    std::string m_last_edge;
};

} // namespace slipway::core::test
