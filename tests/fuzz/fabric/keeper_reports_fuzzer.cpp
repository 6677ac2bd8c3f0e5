// What the edge's keeper says to the fabric: reports, figures and happenings in any order, between
// commands. Whatever they say, what is stored is in range and one line, the state leads nowhere
// into the void, and everything can still be planned.
#include "backend/core/references.h"
#include "backend/fabric/dispatcher.h"
#include "backend/fabric/idle_parts.h"
#include "backend/fabric/keeper_words.h"
#include "backend/fabric/machine.h"
#include "backend/fabric/metric_hub.h"
#include "backend/sys/text.h"
#include "tests/fuzz/support/still_fabric.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;
using namespace slipway::fabric;

namespace
{

constexpr std::size_t kMessagesMax = 32;
constexpr char kService[] = "shop";

void expect(bool holds)
{
    if (!holds)
        std::abort();
}

void expectLine(const std::string &text)
{
    expect(sys::visible(text) == text);
}

void expectSound(const v1::Change &change)
{
    v1::Change read;
    expect(read.ParseFromString(change.SerializeAsString()));
    expectLine(change.event().message());
    expectLine(change.event().cause());
    for (const v1::Slot *slot : {&change.service().production(), &change.service().staging()})
        for (const v1::PublicEndpoint &endpoint : slot->endpoints()) {
            expectLine(endpoint.reason());
            expect(endpoint.bound_port() <= 65'535);
        }
}

// Knows which table is in force.
class Table final : public EdgeLink
{
public:
    void start(EdgeObserver) override {}
    void setTable(const v1::RoutingTable &table) override { revision = table.revision(); }
    void reportAgain() override {}
    void stop(std::uint32_t, std::function<void()> done) override { done(); }
    void detach() override {}
    int pid() const override { return 0; }
    int haproxyPid() const override { return 0; }
    std::uint64_t revision = 0;
};

// A fabric with one service in both slots, whose instances are ready and have traffic.
class Running
{
public:
    Running()
        : m_machine(
              fuzz::emptyStore("keeper"), fuzz::firstState(), m_clock, [] {}, [](Station) {}),
          m_dispatcher(m_engine, m_edge, [](const auto &, const auto &) { return "/content"; })
    {
        v1::Observation started;
        started.set_fabric_started("first start");
        m_machine.observe(started);
        v1::Command service;
        service.mutable_create_service()->set_name(kService);
        execute(service);
        for (const auto &[id, host] : std::map(m_machine.state().hosts))
            greet(id);
        deploy(v1::PRODUCTION);
        deploy(v1::STAGING);
        makeReady();
    }

    // What an operator, or time, does between two words of the keeper.
    void happens(unsigned what)
    {
        v1::Command command;
        switch (what % 8) {
        case 1:
            command.mutable_swap()->set_service(kService);
            return execute(command);
        case 2:
            command.mutable_stop_deployment()->set_service(kService);
            command.mutable_stop_deployment()->set_slot(v1::STAGING);
            return execute(command);
        case 3:
            command.mutable_delete_deployment()->set_service(kService);
            command.mutable_delete_deployment()->set_slot(v1::STAGING);
            return execute(command);
        case 4:
            return makeReady();
        case 5:
            return tick(10'000);
        case 6: {
            v1::Observation lost;
            lost.set_edge_lost("killed");
            m_machine.observe(lost);
            return turn();
        }
        default:
            return;
        }
    }

    void said(const v1::EdgeMessage &message)
    {
        if (message.has_report())
            m_dispatcher.reported(believedReport(translated(message.report())));
        const v1::EdgeMetrics traffic = believedTraffic(message.metrics());
        for (const v1::MetricSample &sample : traffic.samples())
            m_metrics.edgeSampled(named(sample));
        if (const auto happening = believedHappening(message.happening(), m_clock.now_ms)) {
            v1::Observation observation;
            *observation.mutable_happening() = *happening;
            m_machine.observe(observation);
        }
        if (message.has_hello()) {
            v1::Observation observation;
            *observation.mutable_edge_hello() = message.hello();
            m_machine.observe(observation);
        }
        turn();
        tick(1000);
    }

private:
    void execute(const v1::Command &wanted)
    {
        v1::Command command = wanted;
        command.set_request_id(sys::randomHex(32));
        m_machine.execute({command, requestDigest(command), {}}, [](const auto &) {});
        turn();
    }

    void deploy(v1::SlotKind slot)
    {
        v1::Command command;
        v1::Deploy &deploy = *command.mutable_deploy();
        deploy.set_service(kService);
        deploy.set_slot(slot);
        deploy.set_package_digest(fuzz::samplePackage().digest());
        deploy.set_label("v1");
        deploy.set_accept_single_instance(true);
        execute(command);
    }

    void greet(const std::string &host_id)
    {
        v1::Observation observation;
        observation.set_host_id(host_id);
        observation.mutable_host_hello()->set_host_id(host_id);
        observation.mutable_host_hello()->set_pid(100);
        observation.mutable_host_hello()->set_isolation("isolated with limits");
        m_machine.observe(observation);
    }

    void makeReady()
    {
        for (const auto &[key, instance] : std::map(m_machine.state().instances)) {
            v1::Observation observation;
            observation.set_host_id(instance.host());
            v1::InstanceStatus &status = *observation.mutable_instance_status();
            status.set_deployment_id(key.first);
            status.set_name(key.second);
            status.set_generation(instance.generation());
            status.set_state(v1::RoleInstance::ReadyRole);
            status.set_present(true);
            v1::EndpointTarget &target = *status.add_targets();
            target.set_endpoint("Http");
            target.set_protocol(v1::HTTP);
            target.set_target("unix:/mesh/" + key.first + "/a.sock");
            m_machine.observe(observation);
        }
        turn();
    }

    void tick(std::int64_t passed_ms)
    {
        m_clock.now_ms += passed_ms;
        v1::Observation observation;
        observation.set_tick_time_ms(m_clock.now_ms);
        m_machine.observe(observation);
        turn();
        m_metrics.tick(m_machine.state(), m_clock.now_ms);
        expect(m_metrics.takeMinutes().IsInitialized());
    }

    void turn()
    {
        commit();
        m_dispatcher.carryOut(m_machine.state());
        if (const auto confirmation = m_dispatcher.confirmation())
            m_machine.observe(*confirmation);
        commit();
        expect(core::brokenReferences(m_machine.state()).empty());
    }

    void commit()
    {
        const Committed committed = m_machine.commit();
        expect(!committed.reloaded);
        for (const v1::Change &change : committed.changes)
            expectSound(change);
        for (const auto &tell : committed.answers)
            tell();
        m_dispatcher.note(committed.changes);
    }

    // Inputs cannot know ids that are made at random: "p" and "s" stand for what is in the slots.
    std::string idOf(const std::string &word) const
    {
        const auto service = m_machine.state().services.find(kService);
        if (service == m_machine.state().services.end())
            return word;
        if (word == "p")
            return service->second.production().deployment_id();
        return word == "s" ? service->second.staging().deployment_id() : word;
    }
    v1::EdgeReport translated(v1::EdgeReport report) const
    {
        for (auto *servers : {report.mutable_drained(), report.mutable_probe_failed()})
            for (v1::ServerId &server : *servers)
                server.set_deployment_id(idOf(server.deployment_id()));
        for (v1::PoolDrain &drain : *report.mutable_draining())
            drain.set_deployment_id(idOf(drain.deployment_id()));
        if (report.applied_revision() <= 1) // the one in force
            report.set_applied_revision(m_edge.revision);
        return report;
    }
    v1::MetricSample named(v1::MetricSample sample) const
    {
        sample.set_deployment_id(idOf(sample.deployment_id()));
        return sample;
    }

    fuzz::StillClock m_clock;
    Machine m_machine;
    IdleEngine m_engine;
    Table m_edge;
    Dispatcher m_dispatcher;
    MetricHub m_metrics;
};

} // namespace

// A list of messages, each with what happens before it and its length in front.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Running fabric;
    for (std::size_t count = 0; count < kMessagesMax && size >= 3; ++count) {
        const std::size_t length = std::min<std::size_t>(data[1] + 256u * data[2], size - 3);
        fabric.happens(data[0]);
        v1::EdgeMessage message;
        if (message.ParseFromArray(data + 3, int(length)))
            fabric.said(message);
        data += 3 + length;
        size -= 3 + length;
    }
    return 0;
}
