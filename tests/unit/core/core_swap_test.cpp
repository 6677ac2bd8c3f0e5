// Swap: nine checks, what it does to slots and addresses, and when it is over.
#include "tests/simulation/core/world.h"

#include <QTest>

using namespace slipway;
using namespace slipway::core;
using namespace slipway::core::test;

namespace
{

World twoSlots()
{
    World world(4, 2);
    world.must(registerPackage(guestbook("v1", 2, 0)));
    world.must(registerPackage(guestbook("v2", 2, 0)));
    world.must(createService("a"));
    world.must(deploy("a", v1::PRODUCTION, "v1"));
    world.must(deploy("a", v1::STAGING, "v2"));
    world.settle();
    return world;
}

v1::CommandReply checksOf(World &world, std::uint64_t etag = 0)
{
    v1::Command command = swapSlots("a");
    command.set_validate_only(true);
    command.set_etag(etag);
    return world.must(command);
}

v1::Check::Result resultOf(const v1::CommandReply &reply, const std::string &id)
{
    for (const v1::Check &check : reply.checks()) {
        if (check.id() == id)
            return check.result();
    }
    return v1::Check::RESULT_UNSPECIFIED;
}

} // namespace

class CoreSwapTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allNineChecksPass()
    {
        World world = twoSlots();
        const v1::CommandReply reply = checksOf(world);
        QCOMPARE(reply.checks_size(), 9);
        for (const v1::Check &check : reply.checks()) {
            QCOMPARE(check.result(), v1::Check::PASSED);
            QVERIFY(!check.reason().empty());
        }
    }

    void exchangesDeploymentsNotAddresses()
    {
        World world = twoSlots();
        const v1::CloudService before = world.state.services.at("a");
        world.must(swapSlots("a"));
        const v1::CloudService &after = world.state.services.at("a");
        QCOMPARE(after.production().deployment_id(), before.staging().deployment_id());
        QCOMPARE(after.staging().deployment_id(), before.production().deployment_id());
        QCOMPARE(after.production().address(), before.production().address());
        QCOMPARE(after.production().endpoints(0).bound_port(), 80U);
        QCOMPARE(world.deploymentIn("a", v1::PRODUCTION).slot(), v1::PRODUCTION);
        QCOMPARE(world.deploymentIn("a", v1::PRODUCTION).label(), std::string("v2"));
        QCOMPARE(plan(world.state).table.listeners(0).pool(),
                 before.staging().deployment_id() + "/HttpIn");
    }

    void endsWithTheEdgesConfirmation()
    {
        World world = twoSlots();
        world.must(swapSlots("a"));
        const std::uint64_t revision = world.lastOperation().edge_revision();
        QCOMPARE(revision, world.state.revision);
        v1::Observation early;
        early.mutable_edge_confirmed()->set_revision(revision - 1);
        world.observe(early);
        QCOMPARE(world.lastOperation().state(), v1::Operation::Running);
        v1::Observation draining;
        draining.mutable_edge_confirmed()->set_revision(revision);
        v1::PoolDrain &drain = *draining.mutable_edge_confirmed()->add_draining();
        drain.set_deployment_id(world.lastOperation().old_deployments(0));
        drain.set_open_requests(1184);
        world.observe(draining);
        QCOMPARE(world.lastOperation().state(), v1::Operation::Succeeded);
        QCOMPARE(world.lastOperation().phase(), std::string("1,184 requests draining"));
    }

    void isNotWaitedForWithoutAnEdge()
    {
        World world = twoSlots();
        world.must(swapSlots("a"));
        const std::uint64_t revision = world.lastOperation().edge_revision();
        const std::string incoming = world.deploymentIn("a", v1::PRODUCTION).id();
        world.tick(59'999);
        QCOMPARE(world.lastOperation().state(), v1::Operation::Running);
        world.tick(1);
        QCOMPARE(world.lastOperation().state(), v1::Operation::Failed);
        QCOMPARE(world.lastOperation().error().reason(), std::string("ROUTES_NOT_CONFIRMED"));
        // What was accepted stays wanted, and the edge's late word changes nothing of that.
        QCOMPARE(plan(world.state).table.listeners(0).pool(), incoming + "/HttpIn");
        v1::Observation late;
        late.mutable_edge_confirmed()->set_revision(revision);
        world.observe(late);
        QCOMPARE(world.lastOperation().state(), v1::Operation::Failed);
        QCOMPARE(world.deploymentIn("a", v1::PRODUCTION).id(), incoming);
        world.must(swapSlots("a")); // the service is free again
        QVERIFY(world.settle());
        QCOMPARE(world.lastOperation().state(), v1::Operation::Succeeded);
        QVERIFY(world.deploymentIn("a", v1::PRODUCTION).id() != incoming);
    }

    void emptyStagingIsRefused()
    {
        World world = twoSlots();
        world.must(deleteDeployment("a", v1::STAGING));
        world.settle();
        QCOMPARE(resultOf(checksOf(world), "S1"), v1::Check::FAILED);
        const auto refused = world.command(swapSlots("a"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().reason(), std::string("SWAP_REFUSED"));
        QVERIFY(refused.error().message().find("S1") != std::string::npos);
    }

    void emptyProductionLetsStagingMove()
    {
        World world = twoSlots();
        world.must(deleteDeployment("a", v1::PRODUCTION));
        world.settle();
        world.must(swapSlots("a"));
        QVERIFY(world.settle());
        QCOMPARE(world.deploymentIn("a", v1::PRODUCTION).label(), std::string("v2"));
        QVERIFY(world.state.services.at("a").staging().deployment_id().empty());
        QCOMPARE(world.state.services.at("a").production().endpoints_size(), 1);
        QCOMPARE(world.lastOperation().state(), v1::Operation::Succeeded);
    }

    void updatesInProgressAreRefused()
    {
        World world = twoSlots();
        world.must(changeRole("a", v1::PRODUCTION, "WebRole", 4));
        QCOMPARE(resultOf(checksOf(world), "S2"), v1::Check::FAILED);
        QVERIFY(!world.command(swapSlots("a")));
    }

    void sickIncomingFailsSickOutgoingWarns()
    {
        World world = twoSlots();
        const std::string staging = world.deploymentIn("a", v1::STAGING).id();
        const std::string production = world.deploymentIn("a", v1::PRODUCTION).id();
        world.status({production, "WebRole_IN_0"}, v1::RoleInstance::CyclingRole);
        QCOMPARE(resultOf(checksOf(world), "S3"), v1::Check::WARNED);
        QCOMPARE(resultOf(checksOf(world), "S4"), v1::Check::WARNED);
        world.status({staging, "WebRole_IN_1"}, v1::RoleInstance::CyclingRole);
        QCOMPARE(resultOf(checksOf(world), "S3"), v1::Check::FAILED);
        QCOMPARE(resultOf(checksOf(world), "S4"), v1::Check::FAILED);
        world.status({staging, "WebRole_IN_1"}, v1::RoleInstance::ReadyRole);
        world.must(swapSlots("a")); // a bad version can always be swapped away
    }

    void stoppedStagingIsRefused()
    {
        World world = twoSlots();
        world.must(stopDeployment("a", v1::STAGING));
        world.settle();
        QCOMPARE(resultOf(checksOf(world), "S4"), v1::Check::FAILED);
    }

    void otherEndpointsAreRefused()
    {
        World world = twoSlots();
        v1::Package package = guestbook("v3", 2, 0);
        package.mutable_definition()->mutable_roles(0)->mutable_endpoints(0)->set_port(8080);
        world.must(registerPackage(package));
        v1::Command command = deploy("a", v1::STAGING, "v3");
        command.mutable_deploy()->set_replace(true);
        world.must(command);
        world.settle();
        QCOMPARE(resultOf(checksOf(world), "S5"), v1::Check::FAILED);
    }

    void staleEtagFailsS7()
    {
        World world = twoSlots();
        QCOMPARE(resultOf(checksOf(world, 1), "S7"), v1::Check::FAILED);
        QCOMPARE(resultOf(checksOf(world, world.state.services.at("a").revision()), "S7"),
                 v1::Check::PASSED);
        v1::Command command = swapSlots("a");
        command.set_etag(1);
        const auto refused = world.command(command);
        QVERIFY(!refused);
        QCOMPARE(refused.error().reason(), std::string("STALE_ETAG"));
    }
};

QTEST_GUILESS_MAIN(CoreSwapTest)
#include "core_swap_test.moc"
