// Engine, host and the machine's real OCI runtime together.
#include "host_world.h"

#include "backend/sys/cgroup.h"
#include "backend/sys/child_process.h"
#include "backend/sys/log_file.h"
#include "backend/sys/sandbox.h"
#include "backend/sys/sandbox_processes.h"

#include <QTest>
#include <algorithm>
#include <csignal>
#include <fstream>
#include <sched.h>
#include <sys/wait.h>

using namespace slipway;
using test::HostWorld;

namespace
{

constexpr char kProgram[] = "exec sleep 1000";
constexpr char kStubborn[] = ": ; exec sleep 1000";
constexpr char kName[] = "Web_IN_0";

std::string contentOf(const std::filesystem::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool mountsMention(const std::string &text)
{
    return contentOf("/proc/self/mountinfo").find(text) != std::string::npos;
}

} // namespace

class HostEngineTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void startsAnInstance();
    void locksItIn();
    void healsAKilledAgent();
    void healsASilentAgent();
    void healsWhatLostItsSockets();
    void replacesAStoppedHost();
    void keepsAStarvedHost();
    void provesALostHostsSandboxesGone();
    void isAdoptedByTheNextController();
    void enforcesTheMemoryLimit();
    void followsGenerations();
    void stopsAndRemoves();
    void stopsWithinTheGraceOfItsOrder();
    void endsInTimeAmidALongStop();
    void followsTheFleet();
    void comesBackAfterTheTimeThatIsSet();
    void leavesNothingBehind();

private:
    static bool hasSandboxes(const HostWorld &world)
    {
        return world.hellos.at("host-1").isolation().starts_with("isolated");
    }
    // One instance, Ready on host-1.
    static bool begin(HostWorld &world, const std::string &program = kProgram)
    {
        world.startEngine();
        world.setOrders("host-1", {world.order(kName, program)});
        return world.waitFor([&] { return world.isReady(kName); });
    }
};

void HostEngineTest::startsAnInstance()
{
    HostWorld world;
    QVERIFY(begin(world));
    const v1::InstanceStatus status = world.status(kName);
    QVERIFY(status.present());
    QVERIFY(sys::processAlive(status.agent_pid()));
    const std::string comm = "/proc/" + std::to_string(status.program_pid()) + "/comm";
    QVERIFY(
        world.waitFor([&] { return contentOf(comm) == "sleep\n"; })); // from the shell's exec on
    QCOMPARE(status.isolation(), world.hellos.at("host-1").isolation());
    QCOMPARE(status.targets_size(), 1);
    const auto socket =
        world.paths.meshFolder("d1") / sys::shortHash(kName) / (sys::shortHash("Web") + ".sock");
    QCOMPARE(status.targets(0).target(), "unix:" + socket.string());
    QVERIFY(std::filesystem::is_socket(socket));
    QVERIFY(world.waitFor([&] { return world.samples > 0; }));
    const sys::LogFileReader log(world.paths.instanceLogs("d1", kName));
    QVERIFY(world.waitFor([&] { return !log.read(0, 10).empty(); }));
    QCOMPARE(log.read(0, 1).front().text(), std::string("program started"));
}

void HostEngineTest::locksItIn()
{
    HostWorld world;
    // What a role sees of the machine, written to its own disk.
    QVERIFY(begin(world, "{ ls /home /root /usr/local; cat /proc/net/dev | wc -l; id -u;"
                         "  touch /role/x; ls / ; } >/local/seen 2>&1; exec sleep 1000"));
    if (!hasSandboxes(world))
        QSKIP("The machine gives no namespaces; escape_confined tries the level below.");
    const auto seen = world.diskOf(kName) / "seen";
    QVERIFY(world.waitFor([&] { return contentOf(seen).find("usr\n") != std::string::npos; }));
    const std::string text = contentOf(seen);
    QVERIFY2(text.find("\n3\n0\n") != std::string::npos, text.c_str()); // only "lo"; root inside
    QVERIFY2(text.find("Read-only file system") != std::string::npos, text.c_str());
    const std::string uid_map =
        contentOf("/proc/" + std::to_string(world.status(kName).program_pid()) + "/uid_map");
    QVERIFY2(uid_map.find(" 4294967295") == std::string::npos, uid_map.c_str());
}

void HostEngineTest::healsAKilledAgent()
{
    HostWorld world;
    QVERIFY(begin(world));
    const v1::InstanceStatus before = world.status(kName);
    QCOMPARE(::kill(before.agent_pid(), SIGKILL), 0);
    QVERIFY(world.waitFor([&] {
        return world.isReady(kName) && world.status(kName).agent_pid() != before.agent_pid();
    }));
    QVERIFY(!sys::processAlive(before.program_pid()));
    QCOMPARE(world.status(kName).restarts(), 1U);
    QVERIFY(world.hasHappened("VirtualMachineEnded"));
}

void HostEngineTest::healsASilentAgent()
{
    HostWorld world;
    QVERIFY(begin(world));
    const v1::InstanceStatus before = world.status(kName);
    QCOMPARE(::kill(before.agent_pid(), SIGSTOP), 0);
    QVERIFY(world.waitFor(
        [&] {
            return world.isReady(kName) && world.status(kName).agent_pid() != before.agent_pid();
        },
        30'000));
    QVERIFY(!sys::processAlive(before.agent_pid()));
}

void HostEngineTest::healsWhatLostItsSockets()
{
    HostWorld world;
    QVERIFY(begin(world));
    const auto mesh = world.paths.meshFolder("d1");
    const auto socket = mesh / sys::shortHash(kName) / (sys::shortHash("Web") + ".sock");
    QVERIFY(std::filesystem::is_socket(socket));
    for (const auto &swept : {mesh.parent_path(), mesh, socket}) {
        const v1::InstanceStatus before = world.status(kName);
        std::filesystem::remove_all(swept);
        QVERIFY(world.waitFor(
            [&] {
                return world.isReady(kName) &&
                       world.status(kName).agent_pid() != before.agent_pid();
            },
            30'000));
        QVERIFY(std::filesystem::is_socket(socket));
    }
}

void HostEngineTest::replacesAStoppedHost()
{
    HostWorld world;
    QVERIFY(begin(world));
    const int pid = world.hellos.at("host-1").pid();
    QCOMPARE(::kill(pid, SIGSTOP), 0);
    QVERIFY(world.waitFor([&] { return !world.lost.empty(); }, 30'000));
    QCOMPARE(world.lost.front().cause(), std::string("it was silent for 3 s"));
    QVERIFY(!sys::processAlive(pid));
}

// Many others compute, and the host and its agent get a processor only when nobody else wants it.
void HostEngineTest::keepsAStarvedHost()
{
    HostWorld world;
    QVERIFY(begin(world));
    const v1::InstanceStatus before = world.status(kName);
    const int host = world.hellos.at("host-1").pid();
    const sched_param none{};
    for (const int pid : {host, before.agent_pid()})
        if (sched_setscheduler(pid, SCHED_IDLE, &none) != 0)
            QSKIP("A process of another user cannot be starved without CAP_SYS_NICE.");
    std::vector<int> busy;
    for (int i = 0; i < 16; ++i) {
        sys::SpawnRequest request;
        request.arguments = {"sh", "-c", "while :; do :; done"};
        busy.push_back(sys::spawn(request).value_or(0));
    }
    const std::size_t samples = world.samples;
    world.waitFor([&] { return !world.lost.empty(); }, 12'000);
    const std::size_t heard = world.samples - samples;
    for (const int pid : busy) {
        ::kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
    qInfo("%zu samples came in 12 s", heard);
    QVERIFY(world.lost.empty());
    QVERIFY(world.waitFor([&] { return world.samples > samples + heard; }, 30'000));
    QCOMPARE(world.hellos.at("host-1").pid(), host);
    QCOMPARE(world.status(kName).agent_pid(), before.agent_pid());
}

void HostEngineTest::provesALostHostsSandboxesGone()
{
    HostWorld world;
    QVERIFY(begin(world));
    const v1::InstanceStatus before = world.status(kName);
    QCOMPARE(::kill(world.hellos.at("host-1").pid(), SIGKILL), 0);
    QVERIFY(world.waitFor([&] { return !world.lost.empty(); }));
    QVERIFY(world.lost.front().instances_gone());
    QVERIFY(!world.lost.front().cause().empty());
    QVERIFY(!sys::processAlive(before.agent_pid()));
    QVERIFY(!sys::processAlive(before.program_pid()));
    QVERIFY(!world.runcHolds("host-1"));
    // It comes back, and runs its orders again.
    world.statuses.clear();
    QVERIFY(world.waitFor([&] { return world.isReady(kName); }));
}

void HostEngineTest::isAdoptedByTheNextController()
{
    HostWorld world;
    QVERIFY(begin(world));
    const v1::InstanceStatus before = world.status(kName);
    const int host_pid = world.hellos.at("host-1").pid();
    world.detachEngine();
    world.startEngine();
    QVERIFY(world.waitFor([&] { return world.hostIsUp("host-1"); }));
    QCOMPARE(world.hellos.at("host-1").pid(), host_pid);
    QVERIFY(world.isReady(kName));
    QCOMPARE(world.status(kName).agent_pid(), before.agent_pid());
    QCOMPARE(world.status(kName).program_pid(), before.program_pid());
    QVERIFY(world.lost.empty());
}

void HostEngineTest::enforcesTheMemoryLimit()
{
    HostWorld world;
    QVERIFY(begin(world));
    if (world.hellos.at("host-1").isolation() != "isolated with limits")
        QSKIP("No memory limits possible here.");
    v1::InstanceOrder hog =
        world.order("Hog_IN_0", "exec /usr/bin/tail /dev/zero"); // holds all that it reads
    world.setOrders("host-1", {world.order(kName, kProgram), hog});
    QVERIFY(world.waitFor([&] { return world.hasHappened("OutOfMemory"); }));
    const auto event =
        std::find_if(world.happenings.begin(), world.happenings.end(),
                     [](const v1::Happening &one) { return one.kind() == "OutOfMemory"; });
    QCOMPARE(event->message(), std::string("Hog_IN_0 ran out of memory (limit 64 MB)"));
    QVERIFY(world.isReady(kName));
    QCOMPARE(world.status(kName).restarts(), 0U);
}

void HostEngineTest::followsGenerations()
{
    HostWorld world;
    QVERIFY(begin(world, "echo x >> /local/starts; exec sleep 1000"));
    const auto starts = world.diskOf(kName) / "starts";
    v1::InstanceOrder order = world.order(kName, "echo x >> /local/starts; exec sleep 1000");
    for (const std::uint64_t generation : {2, 3}) {
        order.set_generation(generation);
        order.set_disk_generation(generation == 3 ? 2 : 1);
        world.setOrders("host-1", {order});
        QVERIFY(world.waitFor([&] {
            return world.isReady(kName) && world.status(kName).generation() == generation;
        }));
        const std::string expected = generation == 2 ? "x\nx\n" : "x\n"; // a new disk at the end
        if (hasSandboxes(world)) // without one there is no /local to write to
            QVERIFY2(world.waitFor([&] { return contentOf(starts) == expected; }),
                     (std::to_string(generation) + ": " + contentOf(starts)).c_str());
    }
    const std::string told = world.happenings.empty() ? "" : world.happenings.front().message();
    QVERIFY2(world.status(kName).restarts() == 0, told.c_str());
}

void HostEngineTest::stopsAndRemoves()
{
    HostWorld world;
    QVERIFY(begin(world));
    const v1::InstanceStatus before = world.status(kName);
    v1::InstanceOrder order = world.order(kName, kProgram);
    order.set_run(false);
    world.setOrders("host-1", {order});
    QVERIFY(
        world.waitFor([&] { return world.status(kName).state() == v1::RoleInstance::StoppedVM; }));
    QVERIFY(!sys::processAlive(before.agent_pid()));
    QVERIFY(!world.runcHolds("host-1"));
    QVERIFY(std::filesystem::exists(world.diskOf(kName)));
    world.setOrders("host-1", {}); // by a store that does not know it: it goes, its disk stays
    QVERIFY(world.waitFor([&] { return !world.status(kName).present(); }));
    QVERIFY(world.waitFor([&] { return world.hasHappened("DiskLeft"); }));
    QVERIFY(std::filesystem::exists(world.diskOf(kName)));
    order.set_remove(true); // the store's word
    world.setOrders("host-1", {order});
    QVERIFY(world.waitFor([&] { return !std::filesystem::exists(world.diskOf(kName)); }));
    QVERIFY(!std::filesystem::exists(world.paths.meshFolder("d1")));
    QVERIFY(std::filesystem::exists(world.paths.instanceLogs("d1", kName)));
}

// The fabric's long grace comes with the order that removes it; a person's shorter one overtakes
// it.
void HostEngineTest::stopsWithinTheGraceOfItsOrder()
{
    HostWorld world;
    QVERIFY(begin(world, kStubborn));
    const auto logged = [&](const std::string &text) {
        const auto lines = sys::LogFileReader(world.paths.instanceLogs("d1", kName)).read(0, 100);
        return std::any_of(lines.begin(), lines.end(),
                           [&](const v1::LogLine &line) { return line.text() == text; });
    };
    v1::InstanceOrder order = world.order(kName, kStubborn);
    order.set_remove(true);
    order.set_stop_grace_ms(300'000);
    world.setOrders("host-1", {order});
    QVERIFY(world.waitFor([&] { return logged("may take 300000 ms"); }));
    QVERIFY(world.status(kName).present());
    order.set_stop_grace_ms(50);
    world.setOrders("host-1", {order});
    QVERIFY(world.waitFor([&] { return !world.status(kName).present(); }));
    QVERIFY2(world.lost.empty(), world.lost.empty() ? "" : world.lost[0].cause().c_str());
    QVERIFY(logged("may take 50 ms"));
    world.setOrders("host-1", {order}); // and never begins again
    QVERIFY(world.waitFor([&] { return !world.runcHolds("host-1"); }));
}

void HostEngineTest::endsInTimeAmidALongStop()
{
    HostWorld world;
    QVERIFY(begin(world, kStubborn));
    const v1::InstanceStatus before = world.status(kName);
    v1::InstanceOrder order = world.order(kName, kStubborn);
    order.set_run(false);
    order.set_stop_grace_ms(300'000);
    world.setOrders("host-1", {order});
    QVERIFY(world.waitFor(
        [&] { return world.status(kName).state() == v1::RoleInstance::StoppingRole; }));
    QVERIFY(world.stopEngine(200));
    QVERIFY(!sys::processAlive(before.agent_pid()));
    QVERIFY(!world.runcHolds("host-1"));
}

void HostEngineTest::followsTheFleet()
{
    HostWorld world;
    world.startEngine(1);
    QVERIFY(world.waitFor([&] { return world.hostIsUp("host-1"); }));
    world.setFleet(3, 5'000);
    QVERIFY(world.waitFor([&] { return world.hostIsUp("host-2") && world.hostIsUp("host-3"); }));
    const int gone = world.hellos.at("host-3").pid();
    const int first = world.hellos.at("host-1").pid();
    world.setFleet(2, 5'000);
    QVERIFY(world.waitFor([&] { return !sys::processAlive(gone); }));
    world.setFleet(3, 5'000); // wanted again, perhaps before its earlier life is quite over
    QVERIFY(world.waitFor([&] { return world.hellos.at("host-3").pid() != gone; }));
    QVERIFY(world.lost.empty()); // nobody was lost: it was taken away
    QCOMPARE(world.hellos.at("host-1").pid(), first);
}

void HostEngineTest::comesBackAfterTheTimeThatIsSet()
{
    HostWorld world;
    world.startEngine(1);
    QVERIFY(world.waitFor([&] { return world.hostIsUp("host-1"); }));
    world.setFleet(1, 3'600'000);
    QCOMPARE(::kill(world.hellos.at("host-1").pid(), SIGKILL), 0);
    QVERIFY(world.waitFor([&] { return !world.lost.empty(); }));
    world.setFleet(1, 50); // counts from the next death on, and for the one that rests
    QVERIFY(world.waitFor([&] { return world.hostIsUp("host-1"); }));
}

void HostEngineTest::leavesNothingBehind()
{
    HostWorld world;
    world.startEngine(2);
    world.setOrders("host-1", {world.order(kName, kProgram)});
    world.setOrders("host-2", {world.order("Web_IN_1", kProgram)});
    QVERIFY(world.waitFor([&] { return world.isReady(kName) && world.isReady("Web_IN_1"); }));
    std::vector<int> pids;
    for (const auto &[name, status] : world.statuses) {
        pids.push_back(status.agent_pid());
        pids.push_back(status.program_pid());
    }
    for (const auto &[id, hello] : world.hellos)
        pids.push_back(hello.pid());
    QVERIFY(world.stopEngine());
    for (const int pid : pids)
        QVERIFY2(!sys::processAlive(pid), std::to_string(pid).c_str());
    QVERIFY(!sys::cgroupExists(world.cgroup()));
    QVERIFY(!mountsMention(world.paths.runtime.string()));
    QVERIFY(std::filesystem::is_empty(world.paths.runtime));
}

QTEST_GUILESS_MAIN(HostEngineTest)
#include "host_engine_test.moc"
