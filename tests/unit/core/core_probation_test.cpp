// An operation is done when its instances stay Ready, and has failed as soon as one cannot be.
#include "tests/simulation/core/world.h"

#include <QTest>

using namespace slipway;
using namespace slipway::core;
using namespace slipway::core::test;

namespace
{

constexpr std::uint32_t kLeast_ms = 10'000;

World deployed()
{
    World world(4, 2);
    world.state.settings.set_ready_least_ms(kLeast_ms);
    world.must(registerPackage(guestbook("v1", 2, 0)));
    world.must(createService("a"));
    world.must(deploy("a", v1::PRODUCTION, "v1"));
    return world;
}

InstanceKey firstInstance(const World &world)
{
    return world.state.instances.begin()->first;
}

} // namespace

class CoreProbationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readinessMustLast()
    {
        World world = deployed();
        QVERIFY(world.settle());
        const std::string id = world.lastOperation().id();
        const auto now = [&] { return world.state.operations.at(id); };
        QCOMPARE(now().state(), v1::Operation::Running);
        QVERIFY(now().phase().find("watched") != std::string::npos);
        QVERIFY(now().progress_permille() < 1000);
        const std::int64_t due = plan(world.state).next_deadline_ms;
        world.tick(due - world.now_ms - 1);
        QCOMPARE(now().state(), v1::Operation::Running);
        world.tick(1);
        QCOMPARE(now().state(), v1::Operation::Succeeded);
    }

    void aCrashBeginsItAnew()
    {
        World world = deployed();
        QVERIFY(world.settle());
        const std::string id = world.lastOperation().id();
        world.tick(kLeast_ms / 2);
        world.status(firstInstance(world), v1::RoleInstance::RestartingRole, "ended");
        world.status(firstInstance(world), v1::RoleInstance::ReadyRole);
        world.tick(kLeast_ms - 1);
        QCOMPARE(world.state.operations.at(id).state(), v1::Operation::Running);
        world.tick(kLeast_ms);
        QCOMPARE(world.state.operations.at(id).state(), v1::Operation::Succeeded);
    }

    void whatIsFinalFailsItAtOnce()
    {
        World world = deployed();
        QVERIFY(world.settle());
        const std::string id = world.lastOperation().id();
        world.status(firstInstance(world), v1::RoleInstance::CyclingRole, "it ended 5 times");
        const v1::Operation &operation = world.state.operations.at(id);
        QCOMPARE(operation.state(), v1::Operation::Failed);
        QCOMPARE(operation.error().reason(), std::string("INSTANCES_NOT_READY"));
        QVERIFY(operation.error().message().find("it ended 5 times") != std::string::npos);
    }

    void whatFailedBeforeIsNotItsFault()
    {
        World world = deployed();
        QVERIFY(world.settle());
        world.tick(kLeast_ms);
        world.status(firstInstance(world), v1::RoleInstance::CyclingRole, "it ended 5 times");
        world.tick(1'000);
        v1::Command reboot;
        reboot.set_request_id("reboot");
        auto &target = *reboot.mutable_reboot_instances();
        const InstanceKey other = std::next(world.state.instances.begin())->first;
        target.set_deployment_id(other.first);
        target.add_instances(other.second);
        world.must(reboot);
        QCOMPARE(world.lastOperation().state(), v1::Operation::Running);
    }

    void zeroMeansAtOnce()
    {
        World world = deployed();
        world.state.settings.set_ready_least_ms(0);
        QVERIFY(world.settle());
        QCOMPARE(world.lastOperation().state(), v1::Operation::Succeeded);
    }

    void theDeadlineIsPlanned()
    {
        World world = deployed();
        QVERIFY(world.settle());
        const std::int64_t due = plan(world.state).next_deadline_ms;
        QVERIFY(due > 0 && due <= world.now_ms + kLeast_ms);
    }
};

QTEST_APPLESS_MAIN(CoreProbationTest)
#include "core_probation_test.moc"
