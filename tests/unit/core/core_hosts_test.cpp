// Hosts that are added and taken away while everything runs.
#include "tests/simulation/core/world.h"

#include <QTest>
#include <algorithm>

using namespace slipway;
using namespace slipway::core;
using namespace slipway::core::test;

namespace
{

World readyWorld(std::uint32_t hosts, std::uint32_t web = 4)
{
    World world(hosts, 2);
    world.must(registerPackage(guestbook("v1", web, 2)));
    world.must(createService("a"));
    world.must(deploy("a", v1::PRODUCTION, "v1"));
    world.settle();
    return world;
}

std::size_t toldOf(const World &world, const std::string &kind)
{
    return std::size_t(std::count_if(world.log.begin(), world.log.end(), [&](const auto &change) {
        return change.event().kind() == kind;
    }));
}

std::size_t ready(const World &world, const std::string &role)
{
    const auto serves = [&](const auto &entry) {
        return entry.second.role() == role && entry.second.state() == v1::RoleInstance::ReadyRole;
    };
    return std::size_t(
        std::count_if(world.state.instances.begin(), world.state.instances.end(), serves));
}

std::size_t heldBy(const World &world, const std::string &host)
{
    return std::size_t(
        std::count_if(world.state.instances.begin(), world.state.instances.end(),
                      [&](const auto &entry) { return entry.second.host() == host; }));
}

std::string previewOf(World &world, v1::Command command)
{
    command.set_validate_only(true);
    std::string text;
    const v1::CommandReply reply = world.must(command);
    for (const std::string &line : reply.preview())
        text += line + "\n";
    return text;
}

} // namespace

class CoreHostsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void timesHaveLimits()
    {
        World world = readyWorld(4);
        const auto reasonWith = [&world](auto change) {
            v1::Command command;
            command.set_request_id("times-" + std::to_string(world.state.revision));
            command.set_validate_only(true);
            *command.mutable_update_settings() = world.state.settings;
            change(*command.mutable_update_settings());
            const auto reply = world.command(command);
            return reply ? std::string("OK") : reply.error().reason();
        };
        const std::string refused = "INVALID_SETTINGS";
        QCOMPARE(reasonWith([](v1::Settings &s) { s.set_drain_limit_ms(0); }), refused);
        QCOMPARE(reasonWith([](v1::Settings &s) { s.set_stop_grace_ms(0); }), refused);
        QCOMPARE(reasonWith([](v1::Settings &s) { s.set_fabric_stop_grace_ms(0); }), refused);
        QCOMPARE(reasonWith([](v1::Settings &s) { s.set_host_rejoin_ms(99); }), refused);
        QCOMPARE(reasonWith([](v1::Settings &s) { s.set_host_rejoin_ms(3'600'001); }), refused);
        QCOMPARE(reasonWith([](v1::Settings &s) { s.set_host_rejoin_ms(100); }), std::string("OK"));
    }

    void newHostsTakeInstancesAtOnce()
    {
        World world = readyWorld(2);
        world.must(wantHosts(world.state, 4, 2));
        QCOMPARE(world.state.hosts.size(), std::size_t(4));
        QCOMPARE(world.state.hosts.at("host-4").fault_domain(), 1U);
        QVERIFY(world.settle());
        QCOMPARE(world.state.hosts.at("host-3").state(), v1::Host::Ready);
        world.must(changeRole("a", v1::PRODUCTION, "WebRole", 6));
        QVERIFY(heldBy(world, "host-3") > 0);
    }

    // Once a reason, not with every start that fails.
    void whyAHostDoesNotStartIsTold()
    {
        World world = readyWorld(4);
        const auto lost = [&world](const std::string &cause) {
            v1::Observation observation;
            observation.mutable_host_lost()->set_host_id("host-1");
            observation.mutable_host_lost()->set_cause(cause);
            observation.mutable_host_lost()->set_instances_gone(true);
            world.observe(observation);
        };
        lost("it was killed");
        lost("it was killed");
        QCOMPARE(toldOf(world, "HostNotStarted"), std::size_t(0));
        lost("there is no slipwayd");
        lost("there is no slipwayd");
        QCOMPARE(toldOf(world, "HostLost"), std::size_t(1));
        QCOMPARE(toldOf(world, "HostNotStarted"), std::size_t(1));
        QCOMPARE(world.state.hosts.at("host-1").reason(), std::string("there is no slipwayd"));
    }

    void emptyHostsGoAtOnce()
    {
        World world(6, 2);
        world.must(wantHosts(world.state, 4, 2));
        QCOMPARE(world.state.hosts.size(), std::size_t(4));
        QCOMPARE(plan(world.state).orders.size(), std::size_t(4));
        QCOMPARE(toldOf(world, "HostRemoved"), std::size_t(2));
    }

    // Every role serves at every moment, and nothing new goes to a host that leaves.
    void hostsAreEmptiedBeforeTheyGo()
    {
        World world = readyWorld(4);
        const std::size_t moves = heldBy(world, "host-3") + heldBy(world, "host-4");
        QVERIFY(moves > 0);
        QVERIFY(previewOf(world, wantHosts(world.state, 2, 2)).find("host-3 ends when its ") !=
                std::string::npos);
        world.must(wantHosts(world.state, 2, 2));
        QVERIFY(world.state.hosts.at("host-3").leaving());
        QCOMPARE(toldOf(world, "HostLeaving"), std::size_t(2));
        for (int round = 0; round < 200 && world.exchange(); ++round) {
            QVERIFY(ready(world, "WebRole") >= 2);
            QVERIFY(ready(world, "WorkerRole") >= 1);
        }
        QCOMPARE(world.state.hosts.size(), std::size_t(2));
        QCOMPARE(ready(world, "WebRole"), std::size_t(4));
        QCOMPARE(ready(world, "WorkerRole"), std::size_t(2));
        QCOMPARE(toldOf(world, "InstanceMoving"), moves);
        QCOMPARE(toldOf(world, "HostRemoved"), std::size_t(2));
    }

    void stoppedInstancesMoveToo()
    {
        World world = readyWorld(4);
        world.must(stopDeployment("a", v1::PRODUCTION));
        QVERIFY(world.settle());
        world.must(wantHosts(world.state, 2, 2));
        QVERIFY(world.settle());
        QCOMPARE(world.state.hosts.size(), std::size_t(2));
        QCOMPARE(
            world.count(world.deploymentIn("a", v1::PRODUCTION).id(), v1::RoleInstance::StoppedVM),
            std::size_t(6));
    }

    void hostsStayWhereTheOthersHaveNoRoom()
    {
        World world(2, 2);
        world.must(registerPackage(guestbook("v1", 4, 0, "ExtraLarge"))); // 8 cores each
        world.must(createService("a"));
        world.must(deploy("a", v1::PRODUCTION, "v1"));
        QVERIFY(world.settle());
        const auto refused = world.command(wantHosts(world.state, 1, 1));
        QVERIFY(!refused);
        QCOMPARE(refused.error().reason(), std::string("HOST_IN_USE"));
        QCOMPARE(refused.error().message(),
                 std::string("host-2 cannot be taken away. There is no room for 2 of 2 instances, "
                             "together 16 cores and 28 GiB. Role WebRole: no host has room for "
                             "8 cores and 14 GiB; largest free: host-1 with 0 cores and 28 GiB. "
                             "Scale in or delete deployments first."));
        QCOMPARE(world.state.hosts.size(), std::size_t(2));
    }

    void hostsThatAreWantedAgainStay()
    {
        World world(2, 2);
        world.must(registerPackage(guestbook("v1", 2, 0, "ExtraLarge")));
        world.must(createService("a"));
        world.must(deploy("a", v1::PRODUCTION, "v1"));
        QVERIFY(world.settle());
        world.edge_answers = false; // nobody leaves before the edge says so
        world.must(wantHosts(world.state, 1, 1));
        world.must(wantHosts(world.state, 2, 2));
        QVERIFY(!world.state.hosts.at("host-2").leaving()); // wanted again
        world.edge_answers = true;
        QVERIFY(world.settle());
        QCOMPARE(world.state.hosts.size(), std::size_t(2));
        QCOMPARE(ready(world, "WebRole"), std::size_t(2));
    }

    void faultDomainsChangeOnEmptyHosts()
    {
        World world = readyWorld(6, 2);
        const std::string change = previewOf(world, wantHosts(world.state, 6, 3));
        world.must(wantHosts(world.state, 6, 3));
        std::size_t kept = 0;
        for (const auto &[id, host] : world.state.hosts) {
            const std::uint32_t number = std::uint32_t(id.back() - '1');
            const std::uint32_t wanted = heldBy(world, id) > 0 ? number % 2 : number % 3;
            QCOMPARE(host.fault_domain(), wanted);
            const bool says_kept = change.find(id) != std::string::npos;
            QCOMPARE(says_kept, number % 2 != number % 3 && heldBy(world, id) > 0);
            kept += says_kept ? 1 : 0;
        }
        world.must(deleteDeployment("a", v1::PRODUCTION));
        QVERIFY(world.settle());
        for (const auto &[id, host] : world.state.hosts)
            QCOMPARE(host.fault_domain(), std::uint32_t(id.back() - '1') % 3);
    }
};

QTEST_GUILESS_MAIN(CoreHostsTest)
#include "core_hosts_test.moc"
