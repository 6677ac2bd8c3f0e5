// A fabric that loses its store or its locks for a while: nothing is taken, decided or shown
// meanwhile, and it goes on afterwards.
#include "backend/sys/file_lock.h"
#include "tests/support/full_disk.h"
#include "tests/unit/fabric/played_parts.h"

#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace slipway;
using namespace slipway::fabric;

namespace
{

constexpr int kPatience_ms = 60'000; // each try at a locked store takes seconds

// Another process that holds the store's locks: it can be neither read nor written.
class LockedStore
{
public:
    explicit LockedStore(const std::filesystem::path &store)
    {
        const std::string index = store.string() + "-shm";
        int ready[2] = {};
        if (pipe(ready) != 0)
            return;
        m_child = fork();
        if (m_child == 0)
            holdLocks(index.c_str(), ready[1]);
        close(ready[1]);
        char byte = 0;
        m_locked = read(ready[0], &byte, 1) == 1;
        close(ready[0]);
    }
    ~LockedStore()
    {
        kill(m_child, SIGKILL);
        waitpid(m_child, nullptr, 0);
    }
    bool isLocked() const { return m_locked; }

private:
    // Between fork and the end nothing may take a lock of this process: system calls alone.
    [[noreturn]] static void holdLocks(const char *index, int ready)
    {
        const int fd = open(index, O_RDWR);
        struct flock locks {
        };
        locks.l_type = F_WRLCK;
        locks.l_start = 120; // SQLite's, for writing, checkpoints, recovery and five readers
        locks.l_len = 8;
        if (fd >= 0 && fcntl(fd, F_SETLKW, &locks) == 0 && write(ready, "x", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }

    pid_t m_child = -1;
    bool m_locked = false;
};

} // namespace

class FabricLossesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_home = std::make_unique<QTemporaryDir>(); }
    void decidesNothingWhileItsStoreIsUnreadable();
    void observesAgainAfterALostCommit();
    void decidesNothingBesideAnotherFabric_data();
    void decidesNothingBesideAnotherFabric();
    void tellsOnceThatItsRuntimeFolderIsGone();

private:
    FabricOptions options() const
    {
        const std::filesystem::path home = m_home->path().toStdString();
        FabricOptions result;
        result.paths = {home / "data", home / "run"};
        result.socket = result.paths.fabricSocket();
        return result;
    }

    std::unique_ptr<QTemporaryDir> m_home;
};

void FabricLossesTest::decidesNothingWhileItsStoreIsUnreadable()
{
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    QVERIFY(execute(**fabric, createService("before")));
    auto locked = std::make_unique<LockedStore>(options().paths.storeFile());
    QVERIFY(locked->isLocked()); // neither written nor read
    QCOMPARE(execute(**fabric, createService("lost")).error().reason(),
             std::string("STORE_FAILED"));
    QCOMPARE(execute(**fabric, createService("refused")).error().reason(),
             std::string("STORE_UNUSABLE"));
    const auto watcher = std::make_shared<Watcher>();
    (*fabric)->watch({}, watcher);
    QTRY_VERIFY_WITH_TIMEOUT(watcher->ended, kPatience_ms);
    QCOMPARE(watcher->end_reason, std::string("STORE_UNUSABLE"));
    QVERIFY(!watcher->sawService("lost"));
    locked.reset();
    int attempts = 0;
    bool done = false; // QTRY_VERIFY asks once more
    const auto taken = [&] {
        if (done)
            return true;
        v1::Command again = createService("lost");
        again.set_request_id("again-" + std::to_string(++attempts));
        done = execute(**fabric, again).has_value(); // never refused as existing already
        return done;
    };
    QTRY_VERIFY_WITH_TIMEOUT(taken(), kPatience_ms);
}

void FabricLossesTest::observesAgainAfterALostCommit()
{
    EngineCalls calls;
    auto fabric = openFabric(options(), countingParts(calls));
    QVERIFY(fabric);
    QVERIFY(execute(**fabric, createService("before")));
    QCOMPARE(calls.asked_again.load(), 0);
    const auto log_bytes =
        std::filesystem::file_size(options().paths.storeFile().string() + "-wal");
    {
        const FullDisk full(log_bytes + 100);
        QCOMPARE(execute(**fabric, createService("lost")).error().reason(),
                 std::string("STORE_FAILED"));
        QCOMPARE(execute(**fabric, createService("refused")).error().reason(),
                 std::string("STORE_UNUSABLE"));
        QCOMPARE(calls.asked_again.load(), 0); // in vain, and without end
    }
    QTRY_VERIFY_WITH_TIMEOUT(calls.asked_again.load() == 1, kPatience_ms);
    QVERIFY(execute(**fabric, createService("after")));
}

void FabricLossesTest::decidesNothingBesideAnotherFabric_data()
{
    QTest::addColumn<bool>("of_data");
    QTest::newRow("on its data") << true;
    QTest::newRow("at its sockets") << false;
}

// Somebody removed a lock's file, and another fabric was faster with the new one.
void FabricLossesTest::decidesNothingBesideAnotherFabric()
{
    QFETCH(bool, of_data);
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    QVERIFY(execute(**fabric, createService("before")));
    const std::filesystem::path file =
        of_data ? options().paths.lockFile() : options().paths.runtime / "fabric.lock";
    std::optional<sys::FileLock> other;
    const auto taken = [&] { // unless the fabric itself is faster: once more
        if (other)
            return true;
        std::filesystem::remove(file);
        if (auto lock = sys::FileLock::take(file))
            other = std::move(*lock);
        return other.has_value();
    };
    QTRY_VERIFY(taken());
    const auto reason = [&] {
        static int tries = 0;
        const auto reply = execute(**fabric, createService("lost-" + std::to_string(++tries)));
        return reply ? std::string() : reply.error().reason();
    };
    QTRY_COMPARE(reason(), std::string("FABRIC_OUSTED"));
    other->release();
    QTRY_COMPARE(reason(), std::string());
}

void FabricLossesTest::tellsOnceThatItsRuntimeFolderIsGone()
{
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    const std::filesystem::path folder = options().paths.runtime;
    const auto told = [&](const std::string &kind) {
        const auto events =
            waitFor<v1::EventsReply>([&](auto done) { (*fabric)->listEvents({}, done); });
        return std::count_if(events->events().begin(), events->events().end(),
                             [&](const v1::Event &event) { return event.kind() == kind; });
    };
    std::filesystem::rename(folder, folder.string() + "-away");
    std::ofstream(folder) << "somebody's file, so that no folder can be made";
    QTRY_COMPARE(told("RuntimeFolderGone"), 1);
    QVERIFY(execute(**fabric, createService("taken"))); // nobody else has it
    std::filesystem::remove(folder);
    QTRY_COMPARE(told("RuntimeFolderSwept"), 1);
    QCOMPARE(told("RuntimeFolderGone"), 1); // several seconds, one word
}

QTEST_APPLESS_MAIN(FabricLossesTest)
#include "fabric_losses_test.moc"
