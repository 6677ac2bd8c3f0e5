// How fast the core is: inputs per second and the time of a plan, with many instances.
//   core_speed_benchmark [instances...]     default: 250 1500 10000
#include "backend/core/core.h"
#include "backend/core/planner.h"
#include "tests/simulation/core/fixtures.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

using namespace slipway;
using namespace slipway::core;
using namespace slipway::core::test;

namespace
{

constexpr double kMeasure_s = 0.4;
constexpr std::uint32_t kPerDeployment = 125;

class Fleet
{
public:
    explicit Fleet(std::uint32_t instances)
    {
        const std::uint32_t each = std::min(instances, kPerDeployment);
        m_state.settings = defaultSettings("0badcafe", "127.77.3");
        m_state.settings.set_host_count(std::max(instances / 12, 6U)); // 16 cores each
        v1::Observation started;
        started.set_fabric_started("first start");
        see(started);
        for (const auto &[id, host] : State(m_state).hosts)
            sayHello(id);
        must(registerPackage(guestbook("v1", each, 0)));
        for (std::uint32_t i = 0; i < instances / each; ++i) {
            const std::string name = "service-" + std::to_string(i);
            must(createService(name));
            must(deploy(name, v1::PRODUCTION, "v1"));
        }
        for (const auto &[key, instance] : State(m_state).instances) {
            m_keys.push_back(key);
            see(statusOf(key, v1::RoleInstance::ReadyRole));
        }
        m_now_ms += 20 * 60 * 1000;
        tick(); // the operations of the deployments are over and forgotten
    }

    void seeSame() { see(statusOf(next(), v1::RoleInstance::ReadyRole)); }
    void seeChange()
    {
        const InstanceKey &key = next();
        const bool ready = m_state.instances.at(key).state() == v1::RoleInstance::ReadyRole;
        see(statusOf(key, ready ? v1::RoleInstance::BusyRole : v1::RoleInstance::ReadyRole));
    }
    void changeLabel()
    {
        v1::Command command;
        command.mutable_update_service()->set_name("service-0");
        command.mutable_update_service()->set_label("label " + std::to_string(m_steps));
        must(command);
        rest();
    }
    void refuse()
    {
        v1::Command command;
        command.mutable_update_service()->set_name("nobody");
        (void)apply(m_state, command, context());
    }
    void tick()
    {
        v1::Observation observation;
        observation.set_tick_time_ms(m_now_ms);
        see(observation);
    }
    // What a fabric does after each input.
    void changeAndPlan()
    {
        seeChange();
        for (const v1::Change &change : m_last)
            m_planner.note(change);
        m_orders += m_planner.update(m_state).orders.size();
    }
    void planAll() { m_orders += plan(m_state).orders.size(); }
    std::size_t size() const { return m_keys.size(); }

private:
    Context context() { return {m_now_ms, std::to_string(++m_steps), m_now_ms}; }
    void see(const v1::Observation &observation)
    {
        m_last = observe(m_state, observation, context());
    }
    void must(const v1::Command &command)
    {
        if (const auto applied = apply(m_state, command, context()); !applied) {
            std::fprintf(stderr, "refused: %s\n", applied.error().message().c_str());
            std::exit(1);
        }
    }
    // Ended operations are forgotten, as they are in a fabric that lives.
    void rest()
    {
        if (m_steps % 1000 != 0)
            return;
        m_now_ms += 11 * 60 * 1000;
        tick();
    }
    const InstanceKey &next() { return m_keys[m_turn++ * 7919 % m_keys.size()]; }
    void sayHello(const std::string &host)
    {
        v1::Observation observation;
        observation.set_host_id(host);
        observation.mutable_host_hello()->set_host_id(host);
        see(observation);
    }
    v1::Observation statusOf(const InstanceKey &key, v1::RoleInstance::State state) const
    {
        const v1::RoleInstance &instance = m_state.instances.at(key);
        v1::Observation observation;
        observation.set_host_id(instance.host());
        v1::InstanceStatus &status = *observation.mutable_instance_status();
        status.set_deployment_id(key.first);
        status.set_name(key.second);
        status.set_generation(instance.generation());
        status.set_present(true);
        status.set_state(state);
        status.set_state_time_ms(m_now_ms);
        v1::EndpointTarget &target = *status.add_targets();
        target.set_endpoint("HttpIn");
        target.set_target("unix:/run/slipway/mesh/" + key.second + "/http.sock");
        return observation;
    }

    State m_state;
    std::vector<InstanceKey> m_keys;
    std::int64_t m_now_ms = kStart_ms;
    std::uint64_t m_steps = 0;
    std::size_t m_turn = 0;
    std::vector<v1::Change> m_last;
    Planner m_planner;
    std::size_t m_orders = 0;
};

void measure(const char *what, const std::function<void()> &step)
{
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    double took_s = 0;
    std::uint64_t count = 0;
    while (took_s < kMeasure_s) {
        step();
        ++count;
        took_s = std::chrono::duration<double>(Clock::now() - start).count();
    }
    std::printf("  %-34s %12.0f a second %12.2f us each\n", what, double(count) / took_s,
                took_s * 1e6 / double(count));
}

void measureAll(std::uint32_t instances)
{
    Fleet fleet(instances);
    std::printf("%zu instances\n", fleet.size());
    measure("observation, nothing new", [&] { fleet.seeSame(); });
    measure("observation, state changes", [&] { fleet.seeChange(); });
    measure("command (label of a service)", [&] { fleet.changeLabel(); });
    measure("command, refused", [&] { fleet.refuse(); });
    measure("tick", [&] { fleet.tick(); });
    measure("plan of everything", [&] { fleet.planAll(); });
    fleet.changeAndPlan(); // the first one plans everything
    measure("state change and its plan", [&] { fleet.changeAndPlan(); });
}

} // namespace

int main(int argc, char **argv)
{
    std::vector<std::uint32_t> sizes;
    for (int i = 1; i < argc; ++i)
        sizes.push_back(std::uint32_t(std::max(1, std::atoi(argv[i]))));
    if (sizes.empty())
        sizes = {250, 1500, 10'000};
    for (const std::uint32_t instances : sizes)
        measureAll(instances);
    return 0;
}
