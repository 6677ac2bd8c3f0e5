// Disks have a size: held by the kernel where it can, by counting elsewhere; whoever fills one
// harms itself only, and goes on when there is room.
#include "host_world.h"

#include "backend/sys/confinement.h"
#include "backend/sys/disk_image.h"
#include "backend/sys/sandbox.h"

#include <QTest>
#include <csignal>
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

using namespace slipway;
using test::HostWorld;
namespace fs = std::filesystem;

namespace
{

constexpr char kName[] = "Web_IN_0";
constexpr char kNeighbour[] = "Web_IN_1";
constexpr char kQuiet[] = "exec sleep 1000";
constexpr char kFillBytes[] =
    "n=0; while dd if=/dev/zero of=$HOME/full$n bs=1M count=100 2>/dev/null; do n=$((n+1)); done; "
    "exec sleep 1000";
constexpr char kFillFiles[] = "cd $HOME; seq 1 60000 | xargs touch; exec sleep 1000";
constexpr int kPatience_ms = 90'000;
constexpr std::uint64_t kMegabyte = 1024 * 1024;
constexpr std::uint64_t kLimit_mb = 256; // of a role without local storage

std::string container()
{
    return (sys::programFolder() / "plain_container").string();
}

// A small disk of the machine's under the disks of a world, which can be filled up.
class SmallMachine
{
public:
    explicit SmallMachine(const HostWorld &world) : m_folder(world.paths.disks())
    {
        fs::create_directories(m_folder);
        m_mounted = mount("none", m_folder.c_str(), "tmpfs", 0, "size=64m,mode=755") == 0;
    }
    ~SmallMachine() { umount2(m_folder.c_str(), MNT_DETACH); }
    bool isThere() const { return m_mounted; }
    void fill() const
    {
        std::ofstream file(filler(), std::ios::binary);
        const std::string block(kMegabyte / 16, 'x');
        while (file.write(block.data(), std::streamsize(block.size())).flush())
            continue;
    }
    void makeRoom() const { fs::remove(filler()); }

private:
    fs::path filler() const { return m_folder / ".filler"; }
    fs::path m_folder;
    bool m_mounted = false;
};

} // namespace

class HostSpaceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theKernelHoldsBytes();
    void theKernelHoldsFiles();
    void keepsADiskOverAHostsDeath();
    void countingHoldsBytes();
    void countingHoldsFiles();
    void healsByItselfWhenTempWasFull();
    void healsWhenReimaged();
    void startsWhenTheMachineHasRoomAgain();
    void takesInstancesWhenTheMachineHasRoomAgain();

private:
    static bool isOut(const HostWorld &world)
    {
        const auto state = world.status(kName).state();
        return state == v1::RoleInstance::FailedStartingVM ||
               state == v1::RoleInstance::CyclingRole || state == v1::RoleInstance::RestartingRole;
    }
    void begin(HostWorld &world, const std::string &program) const
    {
        world.startEngine();
        world.setOrders("host-1", {world.order(kName, program), world.order(kNeighbour, kQuiet)});
    }
    bool isHeld(const HostWorld &world) const
    {
        return world.hellos.at("host-1").isolation_advice().find("counting") == std::string::npos;
    }

    bool m_walls = false;
};

// As root, in mounts of this test's own.
void HostSpaceTest::initTestCase()
{
    const bool own_mounts = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
                            mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    HostWorld world;
    world.startEngine();
    QVERIFY(world.waitFor([&] { return world.hostIsFit("host-1"); }, kPatience_ms));
    m_walls = own_mounts && isHeld(world);
    qInfo("Disks here are %s", m_walls ? "held by the kernel" : "counted");
}

#define NEEDS_WALLS                                                                                \
    if (!m_walls)                                                                                  \
    QSKIP("needs root, namespaces, loop devices and mkfs.ext4")

void HostSpaceTest::theKernelHoldsBytes()
{
    NEEDS_WALLS;
    HostWorld world;
    begin(world, kFillBytes);
    QVERIFY(world.waitFor([&] { return world.hasHappened("DiskFull"); }, kPatience_ms));
    const auto room = sys::diskRoom(world.diskOf(kName));
    QVERIFY(room && room->bytes >= kLimit_mb * kMegabyte);
    QVERIFY(room->bytes < (kLimit_mb + 24) * kMegabyte);
    QVERIFY(room->free_bytes < 2 * kMegabyte);
    QVERIFY(sys::diskRoom(world.diskOf(kNeighbour))->free_bytes > kLimit_mb * kMegabyte / 2);
    for (const char *name : {kName, kNeighbour}) { // refused, and not ended
        QVERIFY(world.isReady(name));
        QCOMPARE(world.status(name).restarts(), 0U);
    }
    fs::remove(world.diskOf(kName) / "full0");
    QVERIFY(world.waitFor([&] { return world.hasHappened("DiskHasRoom"); }, kPatience_ms));
}

void HostSpaceTest::theKernelHoldsFiles()
{
    NEEDS_WALLS;
    HostWorld world;
    begin(world, kFillFiles);
    QVERIFY(world.waitFor([&] { return world.hasHappened("DiskFull"); }, kPatience_ms));
    const auto room = sys::diskRoom(world.diskOf(kName));
    QVERIFY(room && room->free_files == 0);
    QVERIFY(room->files >= 50'000 && room->files < 51'000);
    QVERIFY(world.isReady(kName) && world.isReady(kNeighbour));
    // One that is full when it starts, starts.
    v1::InstanceOrder again = world.order(kName, kQuiet);
    again.set_generation(2);
    world.setOrders("host-1", {again, world.order(kNeighbour, kQuiet)});
    QVERIFY(
        world.waitFor([&] { return world.isReady(kName) && world.status(kName).generation() == 2; },
                      kPatience_ms));
}

void HostSpaceTest::keepsADiskOverAHostsDeath()
{
    NEEDS_WALLS;
    HostWorld world;
    begin(world, "echo kept >>$HOME/kept; exec sleep 1000");
    QVERIFY(world.waitFor([&] { return world.isReady(kName); }, kPatience_ms));
    const auto kept = [&] { return world.diskOf(kName) / "kept"; };
    QVERIFY(world.waitFor([&] { return fs::exists(kept()) && fs::file_size(kept()) == 5; }));
    QCOMPARE(::kill(world.hellos.at("host-1").pid(), SIGKILL), 0);
    QVERIFY(world.waitFor([&] { return !world.lost.empty(); }, kPatience_ms));
    world.setOrders("host-1", {world.order(kName, "echo kept >>$HOME/kept; exec sleep 1000")});
    QVERIFY(world.waitFor(
        [&] {
            return world.hostIsUp("host-1") && world.isReady(kName) && fs::exists(kept()) &&
                   fs::file_size(kept()) == 10;
        },
        kPatience_ms));
}

void HostSpaceTest::countingHoldsBytes()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    HostWorld world;
    world.startHostsBy(container());
    begin(world, kFillBytes);
    QVERIFY(world.waitFor([&] { return world.hasHappened("DiskFull"); }, kPatience_ms));
    QVERIFY(!isHeld(world)); // and said so
    QVERIFY(world.waitFor([&] { return isOut(world); }, kPatience_ms));
    QVERIFY(world.isReady(kNeighbour));
    QCOMPARE(world.status(kNeighbour).restarts(), 0U);
}

void HostSpaceTest::countingHoldsFiles()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    HostWorld world;
    world.startHostsBy(container());
    begin(world, kFillFiles);
    QVERIFY(world.waitFor([&] { return world.hasHappened("DiskFull"); }, kPatience_ms));
    QVERIFY(world.waitFor([&] { return isOut(world); }, kPatience_ms));
    QVERIFY(world.isReady(kNeighbour));
}

// TEMP goes with every life of an instance: it needs nobody.
void HostSpaceTest::healsByItselfWhenTempWasFull()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    HostWorld world;
    world.startHostsBy(container());
    begin(world, "[ -e $HOME/once ] || { touch $HOME/once; for n in 1 2 3; do "
                 "dd if=/dev/zero of=$HOME/tmp/full$n bs=1M count=100; done; }; exec sleep 1000");
    QVERIFY(world.waitFor([&] { return world.hasHappened("DiskFull"); }, kPatience_ms));
    QVERIFY(world.waitFor([&] { return isOut(world); }, kPatience_ms));
    QVERIFY(world.waitFor([&] { return world.isReady(kName); }, kPatience_ms));
}

void HostSpaceTest::healsWhenReimaged()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    HostWorld world;
    world.startHostsBy(container());
    begin(world, kFillBytes);
    QVERIFY(world.waitFor(
        [&] { return world.status(kName).reason().find("disk is full") != std::string::npos; },
        kPatience_ms));
    QVERIFY(world.waitFor([&] { return isOut(world); }, kPatience_ms));
    v1::InstanceOrder again = world.order(kName, kQuiet);
    again.set_generation(2);
    again.set_disk_generation(2);
    world.setOrders("host-1", {again, world.order(kNeighbour, kQuiet)});
    QVERIFY(
        world.waitFor([&] { return world.isReady(kName) && world.status(kName).generation() == 2; },
                      kPatience_ms));
}

void HostSpaceTest::startsWhenTheMachineHasRoomAgain()
{
    NEEDS_WALLS;
    HostWorld world;
    const SmallMachine machine(world);
    QVERIFY(machine.isThere());
    world.startEngine();
    QVERIFY(world.waitFor([&] { return world.hostIsFit("host-1"); }, kPatience_ms));
    machine.fill();
    world.setOrders("host-1", {world.order(kName, kQuiet)});
    QVERIFY(world.waitFor([&] { return isOut(world); }, kPatience_ms));
    const std::string reason = world.status(kName).reason();
    QVERIFY2(reason.find("No space left") != std::string::npos, reason.c_str());
    machine.makeRoom();
    QVERIFY(world.waitFor([&] { return world.isReady(kName); }, kPatience_ms));
    QVERIFY(world.stopEngine());
}

void HostSpaceTest::takesInstancesWhenTheMachineHasRoomAgain()
{
    NEEDS_WALLS;
    HostWorld world;
    const SmallMachine machine(world);
    QVERIFY(machine.isThere());
    machine.fill();
    world.startEngine();
    QVERIFY(world.waitFor([&] { return world.hostIsUp("host-1"); }, kPatience_ms));
    const std::string reason = world.hellos.at("host-1").unfit_reason();
    QVERIFY2(reason.find("No space left") != std::string::npos, reason.c_str());
    machine.makeRoom();
    world.setOrders("host-1", {world.order(kName, kQuiet)});
    QVERIFY(world.waitFor([&] { return world.isReady(kName); }, kPatience_ms));
    QVERIFY(world.stopEngine());
}

QTEST_GUILESS_MAIN(HostSpaceTest)
#include "host_space_test.moc"
