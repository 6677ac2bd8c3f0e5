// What ends, what is waited for, and who stands where after a mishap.
#include "backend/core/balance.h"
#include "backend/core/lookup.h"
#include "backend/core/plan_orders.h"
#include "backend/core/references.h"
#include "tests/simulation/core/world.h"

#include <QTest>
#include <algorithm>

using namespace slipway;
using namespace slipway::core;
using namespace slipway::core::test;

namespace
{

World readyWorld(std::uint32_t hosts, std::uint32_t web, std::uint32_t fault_domains = 2)
{
    World world(hosts, fault_domains);
    world.must(registerPackage(guestbook("v1", web, 0)));
    world.must(createService("a"));
    world.must(deploy("a", v1::PRODUCTION, "v1"));
    world.settle();
    return world;
}

std::map<std::uint32_t, std::size_t> byDomain(const World &world)
{
    std::map<std::uint32_t, std::size_t> counts;
    for (const auto &[key, instance] : world.state.instances)
        ++counts[instance.fault_domain()];
    return counts;
}

std::size_t unplaced(const World &world)
{
    return std::size_t(
        std::count_if(world.state.instances.begin(), world.state.instances.end(),
                      [](const auto &entry) { return entry.second.host().empty(); }));
}

std::size_t serving(const World &world)
{
    return std::size_t(std::count_if(
        world.state.instances.begin(), world.state.instances.end(),
        [](const auto &entry) { return entry.second.state() == v1::RoleInstance::ReadyRole; }));
}

std::string idOf(const World &world)
{
    return world.deploymentIn("a", v1::PRODUCTION).id();
}

std::string reasonOf(World &world, const v1::Command &command)
{
    const auto reply = world.command(command);
    return reply ? std::string("OK") : reply.error().reason();
}

v1::Command balance(const std::string &role)
{
    v1::Command command;
    command.set_request_id("balance-" + role + std::to_string(rand()));
    command.mutable_balance_role()->set_service("a");
    command.mutable_balance_role()->set_slot(v1::PRODUCTION);
    command.mutable_balance_role()->set_role(role);
    return command;
}

const v1::Operation &operationOf(const World &world, const std::string &kind)
{
    for (const auto &[id, operation] : world.state.operations) {
        if (operation.kind() == kind)
            return operation;
    }
    qFatal("there is no operation %s", kind.c_str());
}

void loseTogether(World &world, const std::vector<std::string> &hosts)
{
    for (const std::string &host : hosts)
        world.loseHost(host, false);
    for (const std::string &host : hosts)
        world.loseHost(host, true);
}

// host-1 alone holds everything: the others came later.
World crowdedWorld(std::uint32_t web)
{
    World world = readyWorld(1, web, 1);
    world.must(wantHosts(world.state, 4, 2));
    world.settle();
    return world;
}

} // namespace

class CoreLifeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aServiceThatIsBeingDeletedBearsARestart()
    {
        World world = readyWorld(2, 3);
        world.edge_answers = false; // nothing is drained, so nothing ends
        v1::Command command;
        command.mutable_delete_service()->set_name("a");
        command.mutable_delete_service()->set_delete_deployments(true);
        world.must(command);
        world.settle();
        QVERIFY(world.state.services.empty());
        QCOMPARE(world.state.deployments.size(), std::size_t(1));
        QVERIFY(brokenReferences(world.state).empty());
        world.restart();
        QVERIFY(brokenReferences(world.state).empty());
        world.must(createService("a")); // another one of its name
        world.edge_answers = true;
        world.tick(60'000);
        world.settle();
        QVERIFY(world.state.deployments.empty());
        QVERIFY(world.state.instances.empty());
        QVERIFY(world.state.services.contains("a"));
    }

    void referencesThatLeadNowhereAreFound()
    {
        World world = readyWorld(2, 3);
        State state = world.state;
        state.services.clear();
        QCOMPARE(brokenReferences(state).size(), std::size_t(1));
        state = world.state;
        state.deployments.clear();
        QCOMPARE(brokenReferences(state).size(), std::size_t(4));
    }

    // Lost hosts

    void oneThatDiesAloneIsReplacedAtOnce()
    {
        World world = readyWorld(4, 4);
        world.loseHost("host-1", false);
        world.loseHost("host-1", true);
        QCOMPARE(unplaced(world), std::size_t(0));
    }

    void allThatDieTogetherAreAwaited()
    {
        World world = readyWorld(4, 8);
        const auto before = byDomain(world);
        loseTogether(world, {"host-1", "host-2", "host-3", "host-4"});
        QCOMPARE(unplaced(world), std::size_t(8));
        world.tick(5'500);
        world.rejoinHost("host-2"); // it does not get everything
        QCOMPARE(unplaced(world), std::size_t(8));
        world.tick(200);
        for (const char *host : {"host-1", "host-3", "host-4"})
            world.rejoinHost(host);
        QVERIFY(world.settle());
        QCOMPARE(unplaced(world), std::size_t(0));
        QCOMPARE(serving(world), std::size_t(8));
        QCOMPARE(byDomain(world), before);
    }

    void whoStaysAwayIsNotAwaitedForEver()
    {
        World world = readyWorld(4, 8);
        loseTogether(world, {"host-1", "host-2", "host-3", "host-4"});
        world.tick(60'000); // nobody can take anything
        world.rejoinHost("host-1");
        QCOMPARE(unplaced(world), std::size_t(8));
        world.tick(4'900);
        QCOMPARE(unplaced(world), std::size_t(8));
        world.tick(100);
        QCOMPARE(unplaced(world), std::size_t(0));
    }

    void aFaultDomainThatDiesIsAwaitedToo()
    {
        World world = readyWorld(4, 8);
        const auto before = byDomain(world);
        std::vector<std::string> domain;
        for (const auto &[id, host] : world.state.hosts) {
            if (host.fault_domain() == 0)
                domain.push_back(id);
        }
        loseTogether(world, domain);
        QCOMPARE(unplaced(world), std::size_t(4));
        const std::int64_t until = plan(world.state).next_deadline_ms;
        QVERIFY(until > world.now_ms && until <= world.now_ms + 8'000);
        world.tick(until - world.now_ms - 1);
        QCOMPARE(unplaced(world), std::size_t(4));
        for (const std::string &host : domain)
            world.rejoinHost(host);
        QVERIFY(world.settle());
        QCOMPARE(byDomain(world), before);
    }

    void hostsThatComeBackLateAreNotAwaited()
    {
        World world = readyWorld(4, 8);
        v1::Command settings;
        settings.set_request_id("late");
        *settings.mutable_update_settings() = world.state.settings;
        settings.mutable_update_settings()->set_host_rejoin_ms(60'000);
        world.must(settings);
        loseTogether(world, {"host-1", "host-3"});
        QCOMPARE(unplaced(world), std::size_t(0));
    }

    void newInstancesDoNotWaitForLostHosts()
    {
        World world = readyWorld(4, 4);
        loseTogether(world, {"host-1", "host-3"});
        world.must(createService("b"));
        v1::Command other = deploy("b", v1::PRODUCTION, "v1");
        world.must(other);
        for (const auto &[key, instance] : world.state.instances) {
            if (instance.service() == "b")
                QVERIFY(!instance.host().empty());
        }
    }

    // Balance

    void balanceMovesOneAfterTheOther()
    {
        World world = crowdedWorld(4);
        QCOMPARE(byDomain(world).size(), std::size_t(1));
        v1::Command preview = balance("WebRole");
        preview.set_validate_only(true);
        const v1::CommandReply seen = world.must(preview);
        QCOMPARE(seen.checks(0).result(), v1::Check::PASSED);
        QVERIFY(seen.preview_size() >= 3);
        world.must(balance("WebRole"));
        std::size_t least = 4;
        for (int round = 0; round < 200 && world.exchange(); ++round)
            least = std::min(least, serving(world));
        QCOMPARE(least, std::size_t(3));
        QCOMPARE(operationOf(world, "Balance").state(), v1::Operation::Succeeded);
        const auto domains = byDomain(world);
        QCOMPARE(domains.at(0), std::size_t(2));
        QCOMPARE(domains.at(1), std::size_t(2));
        QVERIFY(planBalance(world.state, idOf(world), "WebRole").empty());
        QCOMPARE(reasonOf(world, balance("WebRole")), std::string("ROLE_BALANCED"));
    }

    void balanceCanBeCancelled()
    {
        World world = crowdedWorld(4);
        world.must(balance("WebRole"));
        const std::string id = world.lastOperation().id();
        world.must(cancel(id));
        QVERIFY(world.settle());
        QCOMPARE(serving(world), std::size_t(4));
        QCOMPARE(world.state.operations.at(id).state(), v1::Operation::Cancelled);
        QVERIFY(!planBalance(world.state, idOf(world), "WebRole").empty());
    }

    void balanceWaitsForWhatDoesNotServe()
    {
        World world = crowdedWorld(4);
        world.status({idOf(world), "WebRole_IN_0"}, v1::RoleInstance::BusyRole);
        world.must(balance("WebRole"));
        QCOMPARE(serving(world), std::size_t(3));
        for (const auto &[key, instance] : world.state.instances)
            QCOMPARE(instance.restart(), v1::RoleInstance::NO_RESTART);
    }

    // A plan that is carried out is over: no move is undone by a later one.
    void everyPlanEnds_data()
    {
        QTest::addColumn<std::uint32_t>("web");
        for (const std::uint32_t web : {1U, 2U, 3U, 5U, 9U, 14U})
            QTest::newRow(std::to_string(web).c_str()) << web;
    }
    void everyPlanEnds()
    {
        QFETCH(std::uint32_t, web);
        World world = crowdedWorld(web);
        const auto moves = planBalance(world.state, idOf(world), "WebRole");
        QVERIFY(moves.size() < web);
        std::set<InstanceKey> moved;
        for (const BalanceMove &move : moves)
            QVERIFY(moved.insert(move.instance).second);
    }

    // A plan looks at hosts for each move, not at all instances: else this takes many minutes.
    void planOfTenThousand()
    {
        constexpr std::uint32_t kMany = 10'000;
        World world(6, 2);
        world.must(registerPackage(guestbook("v1", 1, 0)));
        world.must(createService("a"));
        world.must(deploy("a", v1::PRODUCTION, "v1"));
        world.settle();
        const v1::RoleInstance pattern = world.state.instances.begin()->second;
        for (auto &[id, host] : world.state.hosts) {
            host.set_cores(4 * kMany);
            host.set_memory_bytes(std::uint64_t(kMany) << 36);
        }
        for (std::uint32_t index = 0; index < kMany; ++index) {
            v1::RoleInstance one = pattern;
            one.set_index(index);
            one.set_name("WebRole_IN_" + std::to_string(index));
            world.state.instances[keyOf(one)] = one;
        }
        const auto moves = planBalance(world.state, pattern.deployment_id(), "WebRole");
        QCOMPARE(moves.size(), std::size_t(kMany - kMany / 6 - 1));
        v1::Command preview = balance("WebRole");
        preview.set_validate_only(true);
        QVERIFY(world.must(preview).preview_size() < 200);
    }

    // Operations that never end by themselves

    void aStuckRebootBlocksNothing()
    {
        World world = readyWorld(4, 4);
        world.must(reboot("a", v1::PRODUCTION, {"WebRole_IN_0"}));
        const std::string stuck = world.lastOperation().id();
        world.settle();
        world.status({idOf(world), "WebRole_IN_0"}, v1::RoleInstance::BusyRole);
        world.must(reboot("a", v1::PRODUCTION, {"WebRole_IN_1"}));
        world.must(changeRole("a", v1::PRODUCTION, "WebRole", 5));
        world.must(stopDeployment("a", v1::PRODUCTION));
        QVERIFY(world.settle());
        for (const auto &[id, operation] : world.state.operations)
            QVERIFY2(operation.state() != v1::Operation::Running, operation.title().c_str());
        world.must(startDeployment("a", v1::PRODUCTION));
        QVERIFY(world.settle());
        QCOMPARE(serving(world), std::size_t(5));
    }

    void stopOvertakesADeployThatNeverGetsReady()
    {
        World world = readyWorld(4, 2);
        world.must(deploy("a", v1::STAGING, "v1"));
        const std::string deploying = world.lastOperation().id();
        world.must(stopDeployment("a", v1::STAGING));
        const v1::Operation &ended = world.state.operations.at(deploying);
        QCOMPARE(ended.state(), v1::Operation::Cancelled);
        QVERIFY(ended.phase().find("overtaken by") != std::string::npos);
        QVERIFY(world.settle());
        QCOMPARE(world.deploymentIn("a", v1::STAGING).status(), v1::Deployment::Suspended);
    }

    void startOvertakesAStopThatHangs()
    {
        World world = readyWorld(4, 2);
        world.edge_answers = false;
        world.must(stopDeployment("a", v1::PRODUCTION));
        const std::string stopping = world.lastOperation().id();
        world.must(startDeployment("a", v1::PRODUCTION));
        QCOMPARE(world.state.operations.at(stopping).state(), v1::Operation::Cancelled);
        world.edge_answers = true;
        QVERIFY(world.settle());
        QCOMPARE(serving(world), std::size_t(2));
    }

    void whatStandsStillForAnHourIsGivenUp()
    {
        World world = readyWorld(4, 4);
        world.must(reboot("a", v1::PRODUCTION, {"WebRole_IN_0", "WebRole_IN_1"}));
        const std::string id = world.lastOperation().id();
        world.exchangeWithEdge();
        world.tick(59 * 60'000);
        QCOMPARE(world.state.operations.at(id).state(), v1::Operation::Running);
        world.tick(60'000);
        QCOMPARE(world.state.operations.at(id).state(), v1::Operation::Failed);
        QCOMPARE(world.state.operations.at(id).error().reason(), std::string("NO_PROGRESS"));
    }

    // Clocks

    void aStepOfTheClockChangesNoDeadline_data()
    {
        QTest::addColumn<qint64>("step_ms");
        QTest::newRow("two hours on") << qint64(7'200'000);
        QTest::newRow("two hours back") << qint64(-7'200'000);
    }
    void aStepOfTheClockChangesNoDeadline()
    {
        QFETCH(qint64, step_ms);
        World world = readyWorld(4, 2);
        world.edge_answers = false;
        world.must(stopDeployment("a", v1::PRODUCTION));
        const std::int64_t deadline = plan(world.state).next_deadline_ms;
        world.wall_step_ms = step_ms;
        world.tick(1'000);
        const InstanceKey key{idOf(world), "WebRole_IN_0"};
        QVERIFY(!world.state.instances.at(key).drained());
        QVERIFY(!world.state.operations.empty()); // nor is the past forgotten
        world.tick(deadline - world.now_ms - 1);
        QVERIFY(!world.state.instances.at(key).drained());
        world.tick(1);
        QVERIFY(world.state.instances.at(key).drained());
    }

    void afterASleepDeadlinesBeginAnew()
    {
        World world = readyWorld(4, 2);
        world.edge_answers = false;
        world.must(stopDeployment("a", v1::PRODUCTION));
        const std::int64_t limit = plan(world.state).next_deadline_ms - world.now_ms;
        world.tick(limit - 1);
        restartWaits(world.state);
        world.tick(0);
        const InstanceKey key{idOf(world), "WebRole_IN_0"};
        world.tick(limit - 1);
        QVERIFY(!world.state.instances.at(key).drained());
        world.tick(1);
        QVERIFY(world.state.instances.at(key).drained());
    }

    void nothingIsRememberedOfWhatIsOver()
    {
        World world = readyWorld(4, 4);
        world.must(reboot("a", v1::PRODUCTION, {"WebRole_IN_0"}));
        QVERIFY(world.settle());
        world.must(deleteDeployment("a", v1::PRODUCTION));
        QVERIFY(world.settle());
        world.tick(11 * 60'000);
        world.tick(1'000);
        QCOMPARE(world.state.waits.size(), std::size_t(0));
    }

    // Sizes

    void ordersThatWouldOutgrowAMessageAreRefused()
    {
        World world(4, 2);
        v1::Package package = guestbook("v1", 2, 2);
        v1::Setting &large = *package.mutable_configuration()->mutable_roles(0)->add_settings();
        package.mutable_definition()->mutable_roles(0)->add_setting_names("Large");
        large.set_name("Large");
        large.set_value(std::string(kDeploymentOrderBytesMax, 'x'));
        world.must(registerPackage(package));
        world.must(createService("a"));
        QCOMPARE(reasonOf(world, deploy("a", v1::PRODUCTION, "v1")),
                 std::string("ORDERS_TOO_LARGE"));
    }
};

QTEST_GUILESS_MAIN(CoreLifeTest)
#include "core_life_test.moc"
