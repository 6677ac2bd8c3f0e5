// An agent that was taken over says what it likes: its host, its neighbours and the controller go
// on as if it said nothing.
#include "host_world.h"

#include "backend/sys/log_file.h"
#include "backend/sys/sandbox_processes.h"

#include <QTest>
#include <algorithm>
#include <csignal>

using namespace slipway;
using test::HostWorld;

namespace
{

constexpr char kHostile[] = "Web_IN_0";
constexpr char kNeighbour[] = "Web_IN_1";
constexpr char kProgram[] = "exec sleep 1000";

bool logged(const HostWorld &world, const std::string &text)
{
    const auto lines = sys::LogFileReader(world.paths.instanceLogs("d1", kHostile)).read(0, 10'000);
    return std::any_of(lines.begin(), lines.end(),
                       [&](const v1::LogLine &line) { return line.text() == text; });
}

bool begin(HostWorld &world, const std::string &how)
{
    world.startEngine();
    world.setOrders("host-1",
                    {world.order(kHostile, "hostile:" + how), world.order(kNeighbour, kProgram)});
    return world.waitFor([&] { return world.isReady(kHostile) && world.isReady(kNeighbour); },
                         30'000);
}

} // namespace

class HostHostileAgentTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void framesOfEverySizeCloseNothing();
    void forgedWordsGoNowhere();
    void aFloodHoldsNobodyBack_data();
    void aFloodHoldsNobodyBack();
};

void HostHostileAgentTest::framesOfEverySizeCloseNothing()
{
    HostWorld world;
    QVERIFY(begin(world, "frames"));
    const v1::InstanceStatus before = world.status(kHostile);
    const int host = world.hellos.at("host-1").pid();
    QVERIFY(world.waitFor([&] { return logged(world, "was hostile"); }, 60'000));
    QVERIFY(world.waitFor([&] { return world.hasHappened("ReportsDropped"); }, 30'000));
    QCOMPARE(world.hellos.at("host-1").pid(), host);
    QVERIFY(world.lost.empty());
    QCOMPARE(world.status(kHostile).agent_pid(), before.agent_pid());
    QVERIFY(!world.hasHappened("VirtualMachineEnded"));
}

void HostHostileAgentTest::forgedWordsGoNowhere()
{
    HostWorld world;
    QVERIFY(begin(world, "words"));
    QVERIFY(world.waitFor([&] { return logged(world, "was hostile"); }));
    QVERIFY(world.waitFor([&] { return world.hasHappened("ReportsDropped"); }));
    for (const char *kind : {"HostLost", "OutOfMemory", "InstanceState"})
        QVERIFY2(!world.hasHappened(kind), kind);
    QCOMPARE(world.status(kHostile).state(), v1::RoleInstance::ReadyRole);
    QCOMPARE(world.status(kHostile).targets_size(), 0);
    QVERIFY(!world.statuses.contains("Web_IN_9"));
    const auto own = world.paths.meshFolder("d1") / sys::shortHash(kHostile);
    QVERIFY(std::filesystem::is_empty(own));
}

void HostHostileAgentTest::aFloodHoldsNobodyBack_data()
{
    QTest::addColumn<QByteArray>("how");
    QTest::newRow("states") << QByteArray("flood");
    QTest::newRow("empty lines") << QByteArray("lines");
    QTest::newRow("a frame without end") << QByteArray("endless");
}

void HostHostileAgentTest::aFloodHoldsNobodyBack()
{
    QFETCH(QByteArray, how);
    HostWorld world;
    QVERIFY(begin(world, how.toStdString()));
    QVERIFY(world.waitFor([&] { return world.hasHappened("ReportsDropped"); }, 30'000));
    std::size_t heard = 0;
    world.on_status = [&heard](const v1::InstanceStatus &status) {
        heard += status.name() == kHostile ? 1 : 0;
        QVERIFY(status.reason().size() <= 2'000);
    };
    for (int round = 0; round < 3; ++round) {
        const v1::InstanceStatus before = world.status(kNeighbour);
        QCOMPARE(::kill(before.agent_pid(), SIGKILL), 0);
        QVERIFY(world.waitFor([&] {
            return world.isReady(kNeighbour) &&
                   world.status(kNeighbour).agent_pid() != before.agent_pid();
        }));
    }
    world.waitFor([] { return false; }, 5'000);
    QVERIFY2(heard < 200, std::to_string(heard).c_str());
    QVERIFY(world.lost.empty());
}

QTEST_GUILESS_MAIN(HostHostileAgentTest)
#include "host_hostile_agent_test.moc"
