// Disks that are file systems of their own, in mounts of this test's own.
#include "backend/sys/disk_image.h"

#include <QTemporaryDir>
#include <QTest>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace slipway;
namespace fs = std::filesystem;

namespace
{

constexpr std::uint64_t kMegabyte = 1024 * 1024;
constexpr sys::DiskSize kSize{32 * kMegabyte, 500};
constexpr std::uint32_t kAgent = 61'000;
constexpr std::uint32_t kProgram = 62'000;

// Writes to a new file until it is refused, and returns the megabytes.
std::uint64_t fill(const fs::path &file)
{
    const std::string block(kMegabyte, 'x');
    const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    std::uint64_t written = 0;
    while (written < 1'000 && write(fd, block.data(), block.size()) == ssize_t(block.size()))
        ++written;
    close(fd);
    return written;
}

// As that user, in a child; returns whether `work` did.
bool doAs(std::uint32_t user, const std::function<bool()> &work)
{
    const pid_t child = fork();
    if (child == 0)
        _exit(setgid(user) == 0 && setuid(user) == 0 && work() ? 0 : 1);
    int status = 0;
    waitpid(child, &status, 0);
    return status == 0;
}

} // namespace

class DiskImageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void holdsBytes();
    void holdsFiles();
    void keepsWhatIsOnIt();
    void isShownOnce();
    void leavesTheAgentSomeRoom();
    void saysThatTheMachineIsFull();
    void triesItself();

private:
    fs::path home() const { return m_home->path().toStdString(); }
    fs::path image() const { return home() / "disk.img"; }
    fs::path place() const { return home() / "disk"; }
    void show() const
    {
        const auto shown = sys::showDiskImage(image(), place(), kAgent);
        QVERIFY2(shown, shown ? "" : shown.error().message().c_str());
    }

    std::unique_ptr<QTemporaryDir> m_home;
};

void DiskImageTest::initTestCase()
{
    if (geteuid() != 0)
        QSKIP("needs root");
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        QSKIP("needs mounts of its own, which this machine does not give");
    const QTemporaryDir folder;
    if (const auto tried = sys::tryDiskImage(folder.path().toStdString() + "/try"); !tried)
        QSKIP(("this machine has no disks in files: " + tried.error().message()).c_str());
}

void DiskImageTest::init()
{
    m_home = std::make_unique<QTemporaryDir>();
    fs::permissions(home(), fs::perms(0755));
    fs::create_directories(place());
    const auto made = sys::makeDiskImage(image(), kSize, home() / "blanks");
    QVERIFY2(made, made ? "" : made.error().message().c_str());
    show();
    fs::permissions(place(), fs::perms(0777));
}

void DiskImageTest::cleanup()
{
    if (!m_home)
        return;
    sys::hideDiskImage(place());
    m_home = nullptr;
}

void DiskImageTest::holdsBytes()
{
    QVERIFY(doAs(kProgram, [&] {
        const std::uint64_t written = fill(place() / "full");
        return written >= kSize.bytes / kMegabyte && written < kSize.bytes / kMegabyte + 8;
    }));
    const auto room = sys::diskRoom(place());
    QVERIFY(room && room->free_bytes < kMegabyte);
    fs::remove(place() / "full");
    QVERIFY(sys::diskRoom(place())->free_bytes >= kSize.bytes);
}

void DiskImageTest::holdsFiles()
{
    int made = 0;
    while (made < 5'000 && std::ofstream(place() / std::to_string(made)).is_open())
        ++made;
    QVERIFY(made >= int(kSize.files) - 20 && made < 1'000);
    QCOMPARE(sys::diskRoom(place())->free_files, std::uint64_t(0));
}

void DiskImageTest::keepsWhatIsOnIt()
{
    std::ofstream(place() / "kept") << "words";
    sys::hideDiskImage(place());
    QVERIFY(!fs::exists(place() / "kept"));
    QVERIFY(QTest::qWaitFor(
        [&] { return sys::showDiskImage(image(), place(), kAgent).has_value(); }, 30'000));
    std::string words;
    std::ifstream(place() / "kept") >> words;
    QCOMPARE(words, std::string("words"));
    QVERIFY(!fs::exists(place() / "lost+found"));
}

// Two kernels' views of one file system would destroy it.
void DiskImageTest::isShownOnce()
{
    const fs::path other = home() / "other";
    fs::create_directories(other);
    const auto again = sys::showDiskImage(image(), other, kAgent);
    QVERIFY(!again);
    QCOMPARE(again.error().reason(), std::string("DISK_IN_USE"));
}

void DiskImageTest::leavesTheAgentSomeRoom()
{
    QVERIFY(doAs(kProgram, [&] { return fill(place() / "full") > 0; }));
    QVERIFY(doAs(kAgent, [&] {
        const int fd = open((place() / "own").c_str(), O_WRONLY | O_CREAT, 0600);
        const std::string block(64 * 1024, 'x');
        return write(fd, block.data(), block.size()) == ssize_t(block.size());
    }));
}

void DiskImageTest::saysThatTheMachineIsFull()
{
    const fs::path small = home() / "small";
    fs::create_directories(small);
    QCOMPARE(mount("none", small.c_str(), "tmpfs", 0, "size=8k"), 0);
    const auto made = sys::makeDiskImage(small / "disk.img", kSize, home() / "blanks");
    const bool left = fs::exists(small / "disk.img") || fs::exists(small / "disk.img.new");
    umount(small.c_str());
    QVERIFY(!made);
    QCOMPARE(made.error().code(), v1::Error::RESOURCE_EXHAUSTED);
    QVERIFY(!left);
}

void DiskImageTest::triesItself()
{
    QVERIFY(sys::tryDiskImage(home() / "try"));
    QVERIFY(!fs::exists(home() / "try"));
}

QTEST_GUILESS_MAIN(DiskImageTest)
#include "disk_image_test.moc"
