// Ten thousand instances of one deployment, with large settings and all the others as peers, on six
// hosts that only say that they follow.
#include "backend/core/plan_orders.h"
#include "stand_in_fabric.h"

#include <QElapsedTimer>
#include <QTest>
#include <csignal>

using namespace slipway;
using namespace slipway::core::test;
using test::StandInFabric;

namespace
{

constexpr std::size_t kInstances = 10'000;
constexpr std::size_t kSettingsBytes = 3 * 1024 * 1024;

v1::Package manyWorkers()
{
    v1::Package package = guestbook("v1", 1, kInstances - 1, "ExtraSmall");
    v1::RoleConfiguration &worker = *package.mutable_configuration()->mutable_roles(1);
    v1::Setting &setting = *worker.add_settings();
    package.mutable_definition()->mutable_roles(1)->add_setting_names("Large");
    setting.set_name("Large");
    setting.set_value(std::string(kSettingsBytes, 'x'));
    return package;
}

void giveRoom(World &world)
{
    v1::Command command;
    command.set_request_id("room");
    *command.mutable_update_settings() = world.state.settings;
    command.mutable_update_settings()->set_host_cores(4'000);
    command.mutable_update_settings()->set_host_memory_bytes(std::uint64_t(4) << 40);
    world.must(command);
}

} // namespace

class ManyInstancesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ordersOfAnySizeArrive();
    void hostsThatDieTogetherShareAgain();
};

void ManyInstancesTest::ordersOfAnySizeArrive()
{
    StandInFabric fabric;
    giveRoom(fabric.world);
    fabric.world.must(registerPackage(manyWorkers()));
    fabric.world.must(createService("a"));
    fabric.world.must(deploy("a", v1::PRODUCTION, "v1"));
    QVERIFY(fabric.open());
    QElapsedTimer timer;
    timer.start();
    QVERIFY(fabric.waitReady(kInstances, 240'000));
    qInfo("%zu instances Ready after %lld ms", kInstances, static_cast<long long>(timer.elapsed()));
    QCOMPARE(fabric.eventsOf("HostLost"), std::size_t(0));
    // And the others' readiness gets to every host without telling the settings again.
    timer.restart();
    QVERIFY(fabric.finish(reboot("a", v1::PRODUCTION, {"WorkerRole_IN_77"}), 60'000));
    qInfo("a reboot among them took %lld ms", static_cast<long long>(timer.elapsed()));
    QCOMPARE(fabric.hostPids().size(), std::size_t(6));
    QCOMPARE(fabric.eventsOf("HostLost"), std::size_t(0));
}

void ManyInstancesTest::hostsThatDieTogetherShareAgain()
{
    StandInFabric fabric;
    fabric.world.must(registerPackage(guestbook("v1", 12, 0)));
    fabric.world.must(createService("a"));
    fabric.world.must(deploy("a", v1::PRODUCTION, "v1"));
    QVERIFY(fabric.open());
    QVERIFY(fabric.waitReady(12, 60'000));
    const auto pids = fabric.hostPids();
    QCOMPARE(pids.size(), std::size_t(6));
    for (const auto &[id, pid] : pids)
        ::kill(pid, SIGKILL);
    QElapsedTimer timer;
    timer.start();
    QVERIFY(QTest::qWaitFor([&] { return fabric.eventsOf("HostLost") >= 6; }, 30'000));
    QVERIFY(fabric.waitReady(12, 60'000));
    qInfo("all Ready again after %lld ms", static_cast<long long>(timer.elapsed()));
    std::map<std::string, std::size_t> on_host;
    for (const auto &[key, instance] : fabric.state().instances)
        ++on_host[instance.host()];
    for (const auto &[host, count] : on_host)
        QVERIFY2(count <= 3, host.c_str()); // two each, were all back in time
    QVERIFY(on_host.size() >= 4);
}

QTEST_GUILESS_MAIN(ManyInstancesTest)
#include "many_instances_test.moc"
