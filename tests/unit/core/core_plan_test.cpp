// The plan: orders with all that a host needs, and tables that say the same for the same state.
#include "backend/proto/orders.h"
#include "tests/simulation/core/world.h"

#include <QTest>

using namespace slipway;
using namespace slipway::core;
using namespace slipway::core::test;

namespace
{

World readyWorld()
{
    World world(4, 2);
    v1::Package package = guestbook("v1", 2, 2);
    v1::RoleDefinition &web = *package.mutable_definition()->mutable_roles(0);
    web.add_setting_names("Greeting");
    v1::Setting &setting = *package.mutable_configuration()->mutable_roles(0)->add_settings();
    setting.set_name("Greeting");
    setting.set_value("hello");
    world.must(registerPackage(package));
    world.must(createService("a"));
    world.must(deploy("a", v1::PRODUCTION, "v1"));
    world.settle();
    return world;
}

std::map<std::string, v1::InstanceOrder> ordersOf(const World &world)
{
    std::map<std::string, v1::InstanceOrder> orders;
    for (const auto &[host, list] : plan(world.state).orders) {
        for (v1::InstanceOrder order : list.instances()) {
            for (const v1::DeploymentOrder &common : list.deployments()) {
                if (common.deployment_id() != order.deployment_id())
                    continue;
                addRole(order, common);
                addSurroundings(order, common);
            }
            orders[order.name()] = order;
        }
    }
    return orders;
}

// The host stops it by this order, or will by the next one.
bool isLeaving(const World &world, const v1::InstanceOrder &order)
{
    const auto &instance = world.instance(order.deployment_id(), order.name());
    return order.remove() || !order.run() || instance.state() == v1::RoleInstance::StoppingRole;
}

} // namespace

class CorePlanTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ordersCarryEverything()
    {
        const World world = readyWorld();
        const auto orders = ordersOf(world);
        QCOMPARE(orders.size(), std::size_t(4));
        const v1::InstanceOrder &web = orders.at("WebRole_IN_1");
        QVERIFY(web.run());
        QCOMPARE(web.size().memory_bytes(), std::uint64_t(1'879'048'192));
        QCOMPARE(web.settings(0).value(), std::string("hello"));
        QCOMPARE(web.role().name(), std::string("WebRole"));
        QVERIFY(web.content_path().empty());
        QCOMPARE(web.peers_size(), 2);
        QCOMPARE(web.peers(1).instance(), std::string("WorkerRole_IN_1"));
        QCOMPARE(web.peers(1).address(), std::string("127.101.0.2"));
        QCOMPARE(web.peers(1).port(), 20'000U);
        QVERIFY(web.peers(1).ready());
    }

    void userIdsAreDistinctAndKept()
    {
        World world = readyWorld();
        std::set<std::uint32_t> bases;
        for (const auto &[name, order] : ordersOf(world))
            bases.insert(order.uid_base());
        QCOMPARE(bases.size(), std::size_t(4));
        QVERIFY(*bases.begin() >= 200'000U && *bases.rbegin() < 1'879'048'192U);
        QCOMPARE(*bases.rbegin() - *bases.begin(), 3U * 65'536U);
        const std::uint32_t before = ordersOf(world).at("WebRole_IN_0").uid_base();
        world.must(reboot("a", v1::PRODUCTION, {"WebRole_IN_0"}));
        world.settle();
        QCOMPARE(ordersOf(world).at("WebRole_IN_0").uid_base(), before);
        world.state.settings.set_fabric_id("another one of root's on this machine");
        QVERIFY(!bases.contains(ordersOf(world).at("WebRole_IN_0").uid_base()));
    }

    void stoppedOnesAreListedNotRun()
    {
        World world = readyWorld();
        world.must(stopDeployment("a", v1::PRODUCTION));
        world.settle();
        for (const auto &[name, order] : ordersOf(world))
            QVERIFY(!order.run());
    }

    void stopsThatPeopleAskForAreShort_data()
    {
        QTest::addColumn<std::string>("what");
        QTest::addColumn<std::uint32_t>("grace_ms");
        QTest::newRow("stop") << std::string("stop") << 10'000U;
        QTest::newRow("delete") << std::string("delete") << 10'000U;
        QTest::newRow("reboot") << std::string("reboot") << 10'000U;
        QTest::newRow("reimage") << std::string("reimage") << 10'000U;
        QTest::newRow("resize") << std::string("resize") << 300'000U;
        QTest::newRow("scale in") << std::string("scale in") << 300'000U;
        QTest::newRow("take hosts away") << std::string("hosts") << 300'000U;
    }
    // Held from the beginning of the drain until the host has said that it is gone.
    void stopsThatPeopleAskForAreShort()
    {
        QFETCH(std::string, what);
        QFETCH(std::uint32_t, grace_ms);
        World world = readyWorld();
        const std::map<std::string, v1::Command> commands = {
            {"stop", stopDeployment("a", v1::PRODUCTION)},
            {"delete", deleteDeployment("a", v1::PRODUCTION)},
            {"reboot", reboot("a", v1::PRODUCTION, {"WebRole_IN_1"})},
            {"reimage", reimage("a", v1::PRODUCTION, {"WebRole_IN_1"})},
            {"resize", changeRole("a", v1::PRODUCTION, "WebRole", 2, "Medium")},
            {"scale in", changeRole("a", v1::PRODUCTION, "WebRole", 1)},
            {"hosts", wantHosts(world.state, 1, 1)}};
        world.must(commands.at(what));
        int stops = 0;
        for (int round = 0; round < 200; ++round) {
            for (const auto &[name, order] : ordersOf(world)) {
                if (!isLeaving(world, order))
                    continue;
                QCOMPARE(order.stop_grace_ms(), grace_ms);
                ++stops;
            }
            if (!world.exchange())
                break;
        }
        QVERIFY(stops > 0);
    }

    void whoLeavesIsRemovedByItsOrder()
    {
        World world = readyWorld();
        world.must(changeRole("a", v1::PRODUCTION, "WebRole", 1));
        QVERIFY(!ordersOf(world).at("WebRole_IN_1").remove());
        world.exchangeWithEdge(); // it holds no request any more
        QVERIFY(ordersOf(world).at("WebRole_IN_1").remove());
        QVERIFY(world.settle());
        QVERIFY(!ordersOf(world).contains("WebRole_IN_1"));
    }

    void drainingServersStayInTheTable()
    {
        World world = readyWorld();
        world.must(changeRole("a", v1::PRODUCTION, "WebRole", 1));
        const v1::RoutingTable table = plan(world.state).table;
        QCOMPARE(table.pools_size(), 1);
        QCOMPARE(table.pools(0).servers_size(), 2);
        QVERIFY(!table.pools(0).servers(0).drain());
        QVERIFY(table.pools(0).servers(1).drain());
        QVERIFY(ordersOf(world).at("WebRole_IN_1").run()); // until it is drained
        QVERIFY(world.settle());
        QCOMPARE(plan(world.state).table.pools(0).servers_size(), 1);
    }

    void onlyReadyOnesServe()
    {
        World world = readyWorld();
        const std::string id = world.deploymentIn("a", v1::PRODUCTION).id();
        world.status({id, "WebRole_IN_0"}, v1::RoleInstance::BusyRole);
        const v1::RoutingTable table = plan(world.state).table;
        QCOMPARE(table.pools(0).servers_size(), 1);
        QCOMPARE(table.pools(0).servers(0).instance(), std::string("WebRole_IN_1"));
        QCOMPARE(table.listeners(0).key(), std::string("a/production/80"));
        QCOMPARE(table.listeners(0).address(), std::string("127.77.3.1"));
    }

    void sameStateSamePlan()
    {
        const World world = readyWorld();
        QCOMPARE(plan(world.state).table.SerializeAsString(),
                 plan(world.state).table.SerializeAsString());
        QCOMPARE(plan(world.state).table.revision(), std::uint64_t(0));
    }
};

QTEST_GUILESS_MAIN(CorePlanTest)
#include "core_plan_test.moc"
