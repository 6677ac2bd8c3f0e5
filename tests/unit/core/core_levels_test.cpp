// Hosts that take no instances, and what the fabric makes of them.
#include "backend/core/placement.h"
#include "tests/simulation/core/world.h"

#include <QTest>
#include <algorithm>

using namespace slipway;
using namespace slipway::core;
using namespace slipway::core::test;

namespace
{

constexpr char kFull[] = "A test instance failed: no space left on device";

void sayHello(World &world, const std::string &host, const std::string &level,
              const std::string &unfit_reason)
{
    v1::Observation observation;
    observation.set_host_id(host);
    v1::HostHello &hello = *observation.mutable_host_hello();
    hello.set_host_id(host);
    hello.set_pid(100);
    hello.set_isolation(level);
    hello.set_unfit_reason(unfit_reason);
    world.observe(observation);
}

std::size_t toldOf(const World &world, const std::string &kind, v1::Severity severity)
{
    return std::size_t(std::count_if(world.log.begin(), world.log.end(), [&](const auto &change) {
        return change.event().kind() == kind && change.event().severity() == severity;
    }));
}

World prepared(std::uint32_t hosts)
{
    World world(hosts, 1);
    world.must(registerPackage(guestbook("v1", 2, 2)));
    world.must(createService("a"));
    return world;
}

std::size_t heldBy(const World &world, const std::string &host)
{
    return std::size_t(
        std::count_if(world.state.instances.begin(), world.state.instances.end(),
                      [&](const auto &entry) { return entry.second.host() == host; }));
}

} // namespace

class CoreLevelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void placesNothingOnUnfitHosts()
    {
        World world = prepared(2);
        sayHello(world, "host-1", "", kFull);
        world.must(deploy("a", v1::PRODUCTION, "v1"));
        QCOMPARE(heldBy(world, "host-1"), std::size_t(0));
        QCOMPARE(heldBy(world, "host-2"), world.state.instances.size());
        QCOMPARE(world.state.hosts.at("host-1").unfit_reason(), std::string(kFull));
    }

    void alertsOnce()
    {
        World world = prepared(2);
        sayHello(world, "host-1", "", kFull);
        sayHello(world, "host-1", "", kFull);
        QCOMPARE(toldOf(world, "HostUnfit", v1::ERROR), std::size_t(1));
        sayHello(world, "host-1", "isolated with limits", "");
        QCOMPARE(toldOf(world, "HostFit", v1::INFO), std::size_t(1));
        QVERIFY(world.state.hosts.at("host-1").unfit_reason().empty());
    }

    void refusesToDeployWithoutAFitHost()
    {
        World world = prepared(2);
        for (const char *host : {"host-1", "host-2"})
            sayHello(world, host, "", kFull);
        const auto refused = world.command(deploy("a", v1::PRODUCTION, "v1"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().reason(), std::string("NO_FIT_HOST"));
        QVERIFY(refused.error().message().find(kFull) != std::string::npos);
        sayHello(world, "host-2", "confined", "");
        v1::Command again = deploy("a", v1::PRODUCTION, "v1");
        again.set_request_id("again");
        world.must(again);
        QCOMPARE(heldBy(world, "host-2"), world.state.instances.size());
    }

    void saysWhyInstancesWait()
    {
        World world = prepared(1);
        world.must(deploy("a", v1::PRODUCTION, "v1"));
        sayHello(world, "host-1", "", kFull);
        for (const auto &[key, instance] : world.state.instances)
            QVERIFY2(instance.reason().find(kFull) != std::string::npos, instance.reason().c_str());
        QVERIFY(world.lastOperation().state() == v1::Operation::Running);
        sayHello(world, "host-1", "confined", "");
        QVERIFY(world.settle());
        QVERIFY(world.lastOperation().state() == v1::Operation::Succeeded);
    }

    void leavesAnUnfitHostForAFitOne()
    {
        World world = prepared(2);
        world.must(deploy("a", v1::PRODUCTION, "v1"));
        QVERIFY(world.settle());
        // A new start of the fabric: nothing runs, and one host cannot hold anything.
        world.hosts["host-1"].vms.clear();
        sayHello(world, "host-1", "", kFull);
        QCOMPARE(heldBy(world, "host-1"), std::size_t(0));
        QVERIFY(world.settle());
        for (const auto &[key, instance] : world.state.instances)
            QVERIFY(instance.state() == v1::RoleInstance::ReadyRole);
    }

    // Their disks lie on the unfit host: only those go for whom there is room elsewhere.
    void whoFindsNoRoomStaysWithItsDisks()
    {
        World world = prepared(2);
        world.must(deploy("a", v1::PRODUCTION, "v1"));
        QVERIFY(world.settle());
        const std::size_t all = world.state.instances.size();
        const std::size_t elsewhere = heldBy(world, "host-2");
        QVERIFY(elsewhere < all - 1);
        const auto &pattern = world.state.instances.begin()->second;
        const Need one = needOf(pattern.deployment_id(), pattern.role(), pattern.size());
        world.state.hosts.at("host-2").set_cores(std::uint32_t((elsewhere + 1) * one.cores));
        world.hosts["host-1"].vms.clear();
        sayHello(world, "host-1", "", kFull);
        QCOMPARE(heldBy(world, "host-2"), elsewhere + 1);
        QCOMPARE(heldBy(world, "host-1"), all - elsewhere - 1);
    }

    void aLostHostHasNoFitness()
    {
        World world = prepared(2);
        sayHello(world, "host-1", "", kFull);
        world.loseHost("host-1", true);
        QVERIFY(world.state.hosts.at("host-1").unfit_reason().empty());
        QVERIFY(!world.state.hosts.at("host-1").reason().empty());
    }

    void saysWhenALevelIsLowerThanBefore()
    {
        World world = prepared(1);
        sayHello(world, "host-1", "isolated with limits", "");
        QCOMPARE(toldOf(world, "IsolationLower", v1::WARNING), std::size_t(0));
        sayHello(world, "host-1", "", kFull);
        sayHello(world, "host-1", "confined", "");
        QCOMPARE(toldOf(world, "IsolationLower", v1::WARNING), std::size_t(1));
        sayHello(world, "host-1", "isolated with limits", "");
        QCOMPARE(toldOf(world, "IsolationLower", v1::WARNING), std::size_t(1));
    }

    void warnsOfTheWordForNoIsolation()
    {
        World world = prepared(1);
        v1::Command command;
        command.set_request_id("word");
        *command.mutable_update_settings() = world.state.settings;
        command.mutable_update_settings()->set_accept_no_isolation(true);
        const v1::CommandReply reply = world.must(command);
        QCOMPARE(reply.problems_size(), 1);
        QVERIFY(reply.problems(0).severity() == v1::WARNING);
        QVERIFY(world.state.settings.accept_no_isolation());
    }
};

QTEST_GUILESS_MAIN(CoreLevelsTest)
#include "core_levels_test.moc"
