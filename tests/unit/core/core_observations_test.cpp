// Observations: hosts come and go, instances change, the edge confirms, time passes.
#include "tests/simulation/core/world.h"

#include <QTest>
#include <algorithm>
#include <set>

using namespace slipway;
using namespace slipway::core;
using namespace slipway::core::test;

namespace
{

World readyWorld(std::uint32_t web = 3)
{
    World world(4, 2);
    world.must(registerPackage(guestbook("v1", web, 0)));
    world.must(createService("a"));
    world.must(deploy("a", v1::PRODUCTION, "v1"));
    world.settle();
    return world;
}

InstanceKey first(const World &world)
{
    return {world.deploymentIn("a", v1::PRODUCTION).id(), "WebRole_IN_0"};
}

bool toldOf(const World &world, const std::string &kind)
{
    for (const v1::Change &change : world.log) {
        if (change.event().kind() == kind)
            return true;
    }
    return false;
}

v1::Observation probes(const World &world, bool failed)
{
    v1::Observation observation;
    observation.mutable_edge_confirmed()->set_revision(world.state.revision);
    if (failed) {
        v1::ServerId &server = *observation.mutable_edge_confirmed()->add_probe_failed();
        server.set_deployment_id(first(world).first);
        server.set_instance(first(world).second);
    }
    return observation;
}

} // namespace

class CoreObservationsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void repeatedObservationsChangeNothing()
    {
        World world = readyWorld();
        const std::string before = bytesOf(world.state);
        world.hello("host-1");
        world.status(first(world), v1::RoleInstance::ReadyRole);
        world.exchange();
        world.tick(1000);
        QVERIFY(bytesOf(world.state) == before);
    }

    void lostHostsInstancesMove()
    {
        World world = readyWorld();
        const InstanceKey key = first(world);
        const std::string host = world.state.instances.at(key).host();
        world.loseHost(host, false);
        QCOMPARE(world.state.hosts.at(host).state(), v1::Host::Lost);
        QCOMPARE(world.state.instances.at(key).state(), v1::RoleInstance::UnresponsiveRole);
        QCOMPARE(world.state.instances.at(key).host(), host); // not before it is proven gone
        world.loseHost(host, true);
        const v1::RoleInstance &moved = world.state.instances.at(key);
        QVERIFY(!moved.host().empty() && moved.host() != host);
        QCOMPARE(moved.generation(), std::uint64_t(2));
        QCOMPARE(moved.disk_generation(), std::uint64_t(2));
        QCOMPARE(moved.restarts(), 1U);
        QVERIFY(toldOf(world, "InstanceMoved"));
        QCOMPARE(plan(world.state).orders.at(host).instances_size(), 0); // for when it is back
        QVERIFY(world.settle());
        world.rejoinHost(host);
        QCOMPARE(world.state.hosts.at(host).state(), v1::Host::Ready);
        QVERIFY(world.state.instances.at(key).host() != host); // it does not move back
    }

    // Right after the fabric's start only the fastest host has reported; the others count too.
    void hostsThatStillStartTakeInstances()
    {
        World world(4, 2);
        for (const char *host : {"host-2", "host-3", "host-4"})
            world.state.hosts.at(host).set_state(v1::Host::Starting);
        world.must(registerPackage(guestbook("v1", 3, 0)));
        world.must(createService("a"));
        world.must(deploy("a", v1::PRODUCTION, "v1"));
        std::set<std::string> used;
        std::set<std::uint32_t> domains;
        for (const auto &[key, instance] : world.state.instances) {
            used.insert(instance.host());
            domains.insert(instance.fault_domain());
        }
        QCOMPARE(used.size(), std::size_t(3));
        QCOMPARE(domains.size(), std::size_t(2));
    }

    void withoutHostsInstancesWaitWithAReason()
    {
        World world = readyWorld();
        for (const char *host : {"host-1", "host-2", "host-3", "host-4"})
            world.loseHost(host);
        const v1::RoleInstance &waiting = world.state.instances.at(first(world));
        QVERIFY(waiting.host().empty());
        QVERIFY(waiting.reason().find("waiting for a host") != std::string::npos);
        world.rejoinHost("host-3");
        QVERIFY(waiting.host().empty()); // the others may follow
        world.tick(5'000);
        QCOMPARE(waiting.host(), std::string("host-3"));
        QVERIFY(world.settle());
        QCOMPARE(waiting.state(), v1::RoleInstance::ReadyRole);
    }

    void runningInstancesAreAdopted()
    {
        World world = readyWorld();
        State replayed;
        for (const v1::Change &change : world.log)
            restore(replayed, change);
        QVERIFY(bytesOf(replayed) == bytesOf(world.state));
        world.state = replayed;
        const std::uint64_t before = world.state.revision;
        for (const char *host : {"host-1", "host-2", "host-3", "host-4"})
            world.hello(host);
        QCOMPARE(world.state.revision, before);
    }

    void whatAHostComesUpWithoutStartsAgain()
    {
        World world = readyWorld();
        const InstanceKey key = first(world);
        const std::string host = world.state.instances.at(key).host();
        world.hosts[host].vms.clear();
        world.rejoinHost(host);
        const v1::RoleInstance &instance = world.state.instances.at(key);
        QCOMPARE(instance.state(), v1::RoleInstance::CreatingVM);
        QCOMPARE(instance.host(), host);
        QCOMPARE(instance.restarts(), 1U);
        QVERIFY(world.settle());
        QCOMPARE(instance.state(), v1::RoleInstance::ReadyRole);
    }

    void oldStatusesAreIgnored()
    {
        World world = readyWorld();
        const v1::RoleInstance instance = world.state.instances.at(first(world));
        v1::Observation observation;
        v1::InstanceStatus &status = *observation.mutable_instance_status();
        status.set_deployment_id(instance.deployment_id());
        status.set_name(instance.name());
        status.set_present(true);
        status.set_generation(instance.generation());
        status.set_state(v1::RoleInstance::CyclingRole);
        observation.set_host_id(instance.host() == "host-1" ? "host-2" : "host-1");
        QCOMPARE(world.observe(observation), std::size_t(0)); // not its host
        observation.set_host_id(instance.host());
        status.set_generation(0);
        QCOMPARE(world.observe(observation), std::size_t(0)); // an earlier life
    }

    void restartsAddUp()
    {
        World world = readyWorld();
        const v1::RoleInstance instance = world.state.instances.at(first(world));
        v1::Observation observation;
        observation.set_host_id(instance.host());
        v1::InstanceStatus &status = *observation.mutable_instance_status();
        status.set_deployment_id(instance.deployment_id());
        status.set_name(instance.name());
        status.set_present(true);
        status.set_generation(instance.generation());
        for (const std::uint32_t told : {1U, 2U, 2U, 1U}) { // the host began to count anew
            status.set_state(v1::RoleInstance::RestartingRole);
            status.set_restarts(told);
            world.observe(observation);
        }
        QCOMPARE(world.state.instances.at(first(world)).restarts(), 3U);
    }

    void stoppingWaitsForTheEdge()
    {
        World world = readyWorld();
        const InstanceKey key = first(world);
        world.edge_answers = false;
        world.must(reboot("a", v1::PRODUCTION, {key.second}));
        const std::uint64_t revision = world.state.revision;
        v1::Observation early;
        early.mutable_edge_confirmed()->set_revision(revision - 1);
        v1::ServerId &server = *early.mutable_edge_confirmed()->add_drained();
        server.set_deployment_id(key.first);
        server.set_instance(key.second);
        world.observe(early); // of an older table
        QCOMPARE(world.state.instances.at(key).generation(), std::uint64_t(1));
        early.mutable_edge_confirmed()->set_revision(revision);
        world.observe(early);
        QCOMPARE(world.state.instances.at(key).generation(), std::uint64_t(2));
    }

    void theTimelineSaysWhoAskedForARestart()
    {
        for (const bool reimaged : {false, true}) {
            World world = readyWorld();
            const InstanceKey key = first(world);
            v1::Command command = reimaged ? reimage("a", v1::PRODUCTION, {key.second})
                                           : reboot("a", v1::PRODUCTION, {key.second});
            command.set_actor("ada");
            world.must(command);
            const std::string kind = reimaged ? "InstanceReimaging" : "InstanceRebooting";
            const auto found =
                std::find_if(world.log.begin(), world.log.end(),
                             [&](const auto &change) { return change.event().kind() == kind; });
            QVERIFY(found != world.log.end());
            const v1::Event &event = found->event();
            QCOMPARE(event.actor(), std::string("ada"));
            QCOMPARE(event.instance(), key.second);
            QCOMPARE(event.deployment_id(), key.first);
            QCOMPARE(event.operation_id(), world.lastOperation().id());
            QVERIFY(event.cause().find("ada") != std::string::npos);
            QVERIFY(!event.reaction().empty());
        }
    }

    void aSilentEdgeHoldsNothingForEver()
    {
        World world = readyWorld();
        world.edge_answers = false;
        world.must(stopDeployment("a", v1::PRODUCTION));
        const std::int64_t deadline = plan(world.state).next_deadline_ms;
        QVERIFY(deadline > world.now_ms);
        world.tick(deadline - world.now_ms - 1);
        QVERIFY(!world.state.instances.at(first(world)).drained());
        world.tick(1);
        QVERIFY(world.state.instances.at(first(world)).drained());
    }

    void failedProbesMakeBusyAndBack()
    {
        World world = readyWorld();
        world.observe(probes(world, true));
        const v1::RoleInstance &instance = world.state.instances.at(first(world));
        QCOMPARE(instance.state(), v1::RoleInstance::BusyRole);
        QVERIFY(instance.reason().find("probe") != std::string::npos);
        QCOMPARE(plan(world.state).table.pools(0).servers_size(), 3); // the edge goes on probing
        world.status(first(world), v1::RoleInstance::ReadyRole);
        QCOMPARE(instance.state(), v1::RoleInstance::BusyRole);
        world.observe(probes(world, false));
        QCOMPARE(instance.state(), v1::RoleInstance::ReadyRole);
    }

    void operationsFailAfterHalfAnHourOfFailing()
    {
        World world = readyWorld();
        world.must(deploy("a", v1::STAGING, "v1"));
        const std::string id = world.lastOperation().id();
        const std::string deployment = world.deploymentIn("a", v1::STAGING).id();
        for (const char *name : {"WebRole_IN_0", "WebRole_IN_1", "WebRole_IN_2"})
            world.status({deployment, name}, v1::RoleInstance::RestartingRole, "exit code 1");
        world.tick(29 * 60'000);
        QCOMPARE(world.state.operations.at(id).state(), v1::Operation::Running);
        world.tick(60'000);
        QCOMPARE(world.state.operations.at(id).state(), v1::Operation::Failed);
        QVERIFY(world.state.operations.at(id).error().message().find("exit code 1") !=
                std::string::npos);
    }

    void endedOperationsAreForgottenAfterTenMinutes()
    {
        World world = readyWorld();
        QVERIFY(!world.state.operations.empty());
        world.tick(11 * 60'000);
        QVERIFY(world.state.operations.empty());
        QVERIFY(world.log.back().removed().kind() == v1::Removed::OPERATION);
    }

    void boundPortsAreStored()
    {
        World world = readyWorld();
        v1::Observation observation;
        observation.mutable_edge_confirmed()->set_revision(world.state.revision);
        v1::BoundListener &bound = *observation.mutable_edge_confirmed()->add_listeners();
        bound.set_key("a/production/80");
        bound.set_bound_port(20080);
        bound.set_reason("port 80 needs administrator rights; using 20080");
        world.observe(observation);
        const v1::PublicEndpoint &endpoint = world.state.services.at("a").production().endpoints(0);
        QCOMPARE(endpoint.bound_port(), 20080U);
        QCOMPARE(plan(world.state).table.listeners(0).bound_port(), 20080U);
    }
};

QTEST_GUILESS_MAIN(CoreObservationsTest)
#include "core_observations_test.moc"
