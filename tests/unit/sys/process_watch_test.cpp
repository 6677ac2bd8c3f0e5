#include "backend/sys/child_process.h"

#include <QTest>
#include <csignal>
#include <unistd.h>

using namespace slipway;

namespace
{

int sleeper()
{
    sys::SpawnRequest request;
    request.arguments = {"sleep", "1000"};
    return sys::spawn(request).value_or(0);
}

} // namespace

class ProcessWatchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsHowAChildEnded();
    void doesNotTakeAnothersEventForAnEnd();
    void runsAProgramForItsTimeOnly_data();
    void runsAProgramForItsTimeOnly();
    void doesNotWaitForWhatAProgramLeaves();
    void letsProgramsHeedWhatItIgnores();
};

void ProcessWatchTest::tellsHowAChildEnded()
{
    asio::io_context io;
    int status = 0;
    const sys::ProcessWatch watch(io, sleeper(), [&status](int result) { status = result; });
    ::kill(watch.pid(), SIGKILL);
    io.run();
    QCOMPARE(sys::describeExit(status), std::string("was killed by signal 9 (Killed)"));
}

// A descriptor closed in the same turn in which a watch begins leaves its event to the watch.
void ProcessWatchTest::doesNotTakeAnothersEventForAnEnd()
{
    for (int round = 0; round < 50; ++round) {
        asio::io_context io;
        int first[2];
        int second[2];
        QVERIFY(pipe(first) == 0 && pipe(second) == 0);
        asio::posix::stream_descriptor one(io, first[0]);
        asio::posix::stream_descriptor two(io, second[0]);
        bool ended = false;
        std::unique_ptr<sys::ProcessWatch> watch;
        const auto replace = [&](asio::posix::stream_descriptor &other) {
            if (watch)
                return;
            other.close();
            watch = std::make_unique<sys::ProcessWatch>(io, sleeper(), [&](int) { ended = true; });
        };
        one.async_wait(one.wait_read, [&](std::error_code) { replace(two); });
        two.async_wait(two.wait_read, [&](std::error_code) { replace(one); });
        QVERIFY(write(first[1], "x", 1) == 1 && write(second[1], "x", 1) == 1);
        io.run_for(std::chrono::milliseconds(5));
        const bool ended_early = ended;
        ::kill(watch->pid(), SIGKILL);
        QVERIFY2(!ended_early, std::to_string(round).c_str());
        io.restart();
        io.run();
        QVERIFY(ended);
        close(first[1]);
        close(second[1]);
    }
}

void ProcessWatchTest::runsAProgramForItsTimeOnly_data()
{
    QTest::addColumn<QString>("script");
    QTest::newRow("says nothing") << QStringLiteral("exec sleep 1000");
    QTest::newRow("closes its pipes and lives") << QStringLiteral("exec >&- 2>&- sleep 1000");
    QTest::newRow("prints for ever") << QStringLiteral("exec yes");
}

void ProcessWatchTest::runsAProgramForItsTimeOnly()
{
    QFETCH(QString, script);
    sys::SpawnRequest request;
    request.arguments = {"sh", "-c", script.toStdString()};
    const auto output = sys::runProgram(request, 300);
    QVERIFY(!output);
    QCOMPARE(output.error().reason(), std::string("PROGRAM_TOO_SLOW"));
}

void ProcessWatchTest::doesNotWaitForWhatAProgramLeaves()
{
    sys::SpawnRequest request;
    request.arguments = {"sh", "-c", "sleep 30 & echo $! ; echo why >&2; exit 3"};
    const auto output = sys::runProgram(request, 20'000);
    QVERIFY(output);
    ::kill(std::stoi(output->out), SIGKILL);
    QCOMPARE(output->err, std::string("why\n"));
    QCOMPARE(sys::describeExit(output->wait_status), std::string("ended with code 3"));
}

// An agent heeds no signal; its programs have to end when they are asked to.
void ProcessWatchTest::letsProgramsHeedWhatItIgnores()
{
    const auto before = std::signal(SIGTERM, SIG_IGN);
    sys::SpawnRequest request;
    request.arguments = {"sh", "-c", "kill -TERM $$; echo alive"};
    const auto output = sys::runProgram(request, 30'000);
    std::signal(SIGTERM, before);
    QVERIFY(output);
    QCOMPARE(output->out, std::string());
    QCOMPARE(sys::describeExit(output->wait_status),
             std::string("was killed by signal 15 (Terminated)"));
}

QTEST_GUILESS_MAIN(ProcessWatchTest)
#include "process_watch_test.moc"
