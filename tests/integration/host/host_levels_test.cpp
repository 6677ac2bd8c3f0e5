// The four levels with real instances, and that none is reached but by what the machine refuses for
// good: a runtime that fails in all the ways it can, hosts in a plain container, no Landlock.
#include "host_world.h"

#include "backend/proto/isolation_level.h"
#include "backend/sys/confinement.h"
#include "backend/sys/sandbox.h"
#include "backend/sys/sandbox_processes.h"

#include <QTest>
#include <csignal>
#include <fstream>
#include <iterator>
#include <unistd.h>

using namespace slipway;
using test::HostWorld;
namespace fs = std::filesystem;

namespace
{

constexpr char kProgram[] = "exec sleep 1000";
constexpr char kName[] = "Web_IN_0";
constexpr int kRetests_ms = 40'000; // several tests of a host with their pauses

std::string contentOf(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string container(const std::string &option = {})
{
    return (sys::programFolder() / "plain_container").string() + " " + option;
}

} // namespace

class HostLevelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void namesTheLevelOfThisMachine();
    void isUnfitWhileThereIsNoSpace();
    void isUnfitForWordsThatNobodyKnows();
    void isTriedAgainAfterOneFailure();
    void goesLowerWhenRefusedForGood();
    void neverComesBackLower();
    void runsConfinedInAPlainContainer();
    void locksConfinedInstancesIn();
    void needsTheWordWithoutLandlock();

private:
    // "good", "once", or the words that the runtime fails with.
    void letRuntime(const std::string &say) { std::ofstream(m_bin / "says") << say; }
    static bool begin(HostWorld &world, const std::string &program = kProgram)
    {
        world.startEngine();
        world.setOrders("host-1", {world.order(kName, program)});
        return world.waitFor([&] { return world.isReady(kName); }, kRetests_ms);
    }
    static bool waitForHello(HostWorld &world)
    {
        return world.waitFor([&] { return world.hostIsUp("host-1"); }, kRetests_ms);
    }
    static std::string unfitReason(const HostWorld &world)
    {
        return world.hostIsUp("host-1") ? world.hellos.at("host-1").unfit_reason() : "no hello";
    }
    static std::string level(const HostWorld &world)
    {
        return world.hellos.at("host-1").isolation();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_bin;
    QByteArray m_path;
    std::string m_best; // what the machine gives with its own runtime
};

void HostLevelsTest::initTestCase()
{
    HostWorld world;
    world.startEngine();
    QVERIFY(waitForHello(world));
    QCOMPARE(unfitReason(world), std::string());
    m_best = level(world);
    qInfo("This machine: %s", m_best.c_str());
}

// A runtime earlier in PATH that fails as it is told, and else is the machine's own.
void HostLevelsTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_bin = m_folder->path().toStdString();
    letRuntime("good");
    std::ofstream(m_bin / "runc")
        << "#!/bin/sh\nsays=$(cat " << m_bin.string() << "/says)\n"
        << "case \" $* \" in *' run '*)\n  case $says in\n  good) ;;\n"
        << "  once) echo good >" << m_bin.string()
        << "/says; echo 'runc run failed: fork/exec /proc/self/exe: cannot allocate memory' >&2; "
           "exit 1;;\n"
        << "  *) echo \"$says\" >&2; exit 1;;\n  esac;;\nesac\nexec "
        << sys::findSandboxProgram().string() << " \"$@\"\n";
    fs::permissions(m_bin / "runc", fs::perms(0755));
    m_path = qgetenv("PATH");
    qputenv("PATH", QByteArray::fromStdString(m_bin.string()) + ':' + m_path);
}

void HostLevelsTest::cleanup()
{
    qputenv("PATH", m_path);
    m_folder = nullptr;
}

void HostLevelsTest::namesTheLevelOfThisMachine()
{
    HostWorld world;
    QVERIFY(begin(world));
    QVERIFY(isolationNamed(level(world)));
    QCOMPARE(world.status(kName).isolation(), level(world));
    QCOMPARE(world.hellos.at("host-1").isolation_advice().empty(),
             level(world) == isolationName(IsolationLevel::WithLimits));
}

void HostLevelsTest::isUnfitWhileThereIsNoSpace()
{
    if (!hasNamespaces(*isolationNamed(m_best)))
        QSKIP("This machine gives no namespaces, so its runtime is not asked.");
    letRuntime("runc run failed: mkdir /run/x: no space left on device");
    HostWorld world;
    world.startEngine();
    QVERIFY(waitForHello(world));
    QVERIFY2(unfitReason(world).find("no space left on device") != std::string::npos,
             unfitReason(world).c_str());
    QCOMPARE(level(world), std::string());
    world.setOrders("host-1", {world.order(kName, kProgram)});
    letRuntime("good");
    QVERIFY(world.waitFor([&] { return world.hostIsFit("host-1"); }, kRetests_ms));
    QCOMPARE(level(world), m_best);
    QVERIFY(world.waitFor([&] { return world.isReady(kName); }, kRetests_ms));
    QVERIFY(world.lost.empty()); // its tests are nobody's loss
}

void HostLevelsTest::isUnfitForWordsThatNobodyKnows()
{
    if (!hasNamespaces(*isolationNamed(m_best)))
        QSKIP("This machine gives no namespaces, so its runtime is not asked.");
    letRuntime("panic: something that was never said before");
    HostWorld world;
    world.startEngine();
    QVERIFY(waitForHello(world));
    QVERIFY(unfitReason(world).find("never said before") != std::string::npos);
}

void HostLevelsTest::isTriedAgainAfterOneFailure()
{
    if (!hasNamespaces(*isolationNamed(m_best)))
        QSKIP("This machine gives no namespaces, so its runtime is not asked.");
    letRuntime("once");
    HostWorld world;
    world.startEngine();
    QVERIFY(waitForHello(world));
    QVERIFY(unfitReason(world).find("cannot allocate memory") != std::string::npos);
    QVERIFY(world.waitFor([&] { return world.hostIsFit("host-1"); }, kRetests_ms));
    QCOMPARE(level(world), m_best);
}

void HostLevelsTest::goesLowerWhenRefusedForGood()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    letRuntime("nsexec-1[7]: failed to unshare user namespace: Operation not permitted");
    HostWorld world;
    QVERIFY(begin(world));
    QCOMPARE(level(world), std::string("confined"));
    QCOMPARE(world.status(kName).isolation(), std::string("confined"));
    QVERIFY(!world.hellos.at("host-1").isolation_advice().empty());
}

void HostLevelsTest::neverComesBackLower()
{
    if (!hasNamespaces(*isolationNamed(m_best)))
        QSKIP("This machine gives no namespaces; there is nothing to come down from.");
    HostWorld world;
    QVERIFY(begin(world));
    QCOMPARE(level(world), m_best);
    letRuntime("nsexec-1[7]: failed to unshare user namespace: Operation not permitted");
    QCOMPARE(::kill(world.hellos.at("host-1").pid(), SIGKILL), 0);
    QVERIFY(world.waitFor([&] { return !world.hostIsUp("host-1"); }));
    QVERIFY(waitForHello(world));
    QVERIFY2(unfitReason(world).find(m_best) != std::string::npos, unfitReason(world).c_str());
    QCOMPARE(level(world), std::string());
    letRuntime("good");
    QVERIFY(world.waitFor([&] { return world.hostIsFit("host-1") && world.isReady(kName); },
                          kRetests_ms));
    QCOMPARE(level(world), m_best);
}

void HostLevelsTest::runsConfinedInAPlainContainer()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    HostWorld world;
    world.startHostsBy(container());
    QVERIFY(begin(world));
    QCOMPARE(level(world), std::string("confined"));
    const int agent = world.status(kName).agent_pid();
    const int program = world.status(kName).program_pid();
    QCOMPARE(::kill(agent, SIGKILL), 0);
    QVERIFY(world.waitFor(
        [&] { return world.isReady(kName) && world.status(kName).agent_pid() != agent; }));
    QVERIFY(!sys::processAlive(program));
    const int left = world.status(kName).program_pid();
    QVERIFY(world.stopEngine());
    QVERIFY(world.waitFor([&] { return !sys::processAlive(left); }));
}

void HostLevelsTest::locksConfinedInstancesIn()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    HostWorld world;
    world.startHostsBy(container());
    world.startEngine();
    const std::string data = world.paths.data.string();
    const std::string runtime = world.paths.runtime.string();
    world.setOrders(
        "host-1",
        {world.order(kName, "echo mine >$HOME/mine; exec sleep 1000"),
         world.order("Web_IN_1", "{ cat $HOME/../Web_IN_0/mine; ls $HOME/..; ls " + data + "; ls " +
                                     runtime +
                                     "; ls /root /home /tmp; cat /etc/passwd; "
                                     "touch /role/x; cat index.html; echo x >$HOME/own && cat "
                                     "$HOME/own; grep -E 'Uid|CapEff|NoNewPrivs|Seccomp:' "
                                     "/proc/self/status; kill -0 " +
                                     std::to_string(getpid()) +
                                     "; unshare -r true; "
                                     "echo end; } >$HOME/seen 2>&1; exec sleep 1000")});
    const auto seen = [&] { return contentOf(world.diskOf("Web_IN_1") / "seen"); };
    QVERIFY(world.waitFor([&] { return seen().find("end\n") != std::string::npos; }, kRetests_ms));
    const std::string text = seen();
    for (const char *forbidden : {"mine\n", "fabric", "host-1\n", "root:"})
        QVERIFY2(text.find(forbidden) == std::string::npos, text.c_str());
    for (const char *expected :
         {"x\n", "CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2", "ot permitted"})
        QVERIFY2(text.find(expected) != std::string::npos, text.c_str());
    QVERIFY2(text.find("Uid:\t0\t") == std::string::npos, text.c_str());
    if (geteuid() == 0) {
        const auto user = [&](const std::string &name) {
            const std::string status =
                contentOf("/proc/" + std::to_string(world.status(name).program_pid()) + "/status");
            return status.substr(status.find("Uid:"), 16);
        };
        QVERIFY(user(kName) != user("Web_IN_1"));
    }
}

void HostLevelsTest::needsTheWordWithoutLandlock()
{
    HostWorld world;
    world.startHostsBy(container("--no-landlock"));
    world.startEngine();
    QVERIFY(waitForHello(world));
    QVERIFY2(unfitReason(world).find("accept_no_isolation") != std::string::npos,
             unfitReason(world).c_str());
    world.setOrders("host-1", {world.order(kName, kProgram)});
    world.setWord(true);
    QVERIFY(world.waitFor([&] { return world.isReady(kName); }, kRetests_ms));
    QCOMPARE(level(world), std::string("no isolation"));
    const std::string status =
        contentOf("/proc/" + std::to_string(world.status(kName).program_pid()) + "/status");
    QVERIFY2(status.find("Uid:\t0\t") == std::string::npos, status.c_str()); // never root
    QVERIFY(status.find("NoNewPrivs:\t1") != std::string::npos);
    // Taken back: what runs goes on, and nothing new comes.
    world.setWord(false);
    QVERIFY(world.waitFor([&] { return !unfitReason(world).empty(); }, kRetests_ms));
    QVERIFY(world.isReady(kName));
}

QTEST_GUILESS_MAIN(HostLevelsTest)
#include "host_levels_test.moc"
