// Who ends what a dead host has left, and who must not be ended with it.
#include "backend/sys/sandbox_processes.h"

#include "backend/sys/child_process.h"

#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace slipway;
namespace fs = std::filesystem;

class SandboxProcessesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRecordedUserIsEndedOnce();

private:
    static constexpr std::uint32_t kUser = 1'900'000'000; // of no fabric
    static int sleeper()
    {
        sys::SpawnRequest request;
        request.arguments = {"/bin/sleep", "1000"};
        request.working_folder = "/";
        request.identity = sys::Identity{kUser, kUser, true, 0};
        return sys::spawn(request).value_or(0);
    }
};

// Its instance may have moved to another host meanwhile, which it did under the same user.
void SandboxProcessesTest::aRecordedUserIsEndedOnce()
{
    if (geteuid() != 0)
        QSKIP("Only root gives instances users of their own.");
    const QTemporaryDir folder;
    const fs::path host = folder.path().toStdString();
    const fs::path record = sys::userRecord(host, kUser);
    fs::create_directories(record.parent_path());
    std::ofstream(record) << "";
    const int left = sleeper();
    QVERIFY(left > 1 && sys::processAlive(left));
    sys::endRecordedUsers(host);
    QCOMPARE(waitpid(left, nullptr, 0), left);
    QVERIFY(!fs::exists(record));

    const int moved = sleeper();
    QVERIFY(moved > 1);
    sys::endRecordedUsers(host); // by the host that comes back
    QCOMPARE(waitpid(moved, nullptr, WNOHANG), 0);
    QVERIFY(sys::processAlive(moved));
    QCOMPARE(::kill(moved, SIGKILL), 0);
    waitpid(moved, nullptr, 0);
}

QTEST_GUILESS_MAIN(SandboxProcessesTest)
#include "sandbox_processes_test.moc"
