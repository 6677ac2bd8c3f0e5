#include "backend/sys/child_process.h"
#include "backend/sys/clock.h"
#include "backend/sys/liveness.h"

#include <QTest>
#include <csignal>
#include <memory>
#include <poll.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace slipway;

namespace
{

constexpr int kPid = 77;
constexpr std::int64_t kMs = 1'000'000;

// The kernel's word, played.
struct Played {
    std::map<int, sys::RunFacts> facts;
    sys::Silence silence{[this](int) { return facts; }};

    void second(char state, std::int64_t ran_ms, std::int64_t ready_ms)
    {
        sys::RunFacts &own = facts[kPid];
        own.state = state;
        own.ran_ns += ran_ms * kMs;
        own.ready_ns += ready_ms * kMs;
        silence.look(kPid, 1'000);
    }
};

int stateOf(int pid)
{
    const auto facts = sys::readProcess(pid);
    const auto own = facts.find(pid);
    return own == facts.end() ? 0 : own->second.state;
}

} // namespace

class LivenessTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsSleepingRunningAndStopped();
    void excusesWaitingForAProcessor();
    void countsATenthOfBlocking();
    void excusesWhoWaitsForAStarvedChild();
    void needsTwoLooks();
    void tellsAStoppedProcess();
    void tellsAStarvedProcess();
    void seesWhatOtherThreadsStarted();
};

void LivenessTest::countsSleepingRunningAndStopped()
{
    for (const char state : {'S', 'R', 'T'}) {
        Played played;
        played.second(state, 0, 0); // the first look only remembers, but for a stopped one
        played.silence.heard();
        for (int i = 0; i < 4; ++i)
            played.second(state, state == 'R' ? 1'000 : 0, 0);
        QCOMPARE(played.silence.countedMs(), 4'000);
        QVERIFY(!played.silence.isLongerThan(3'000));
        played.second(state, state == 'R' ? 1'000 : 0, 0);
        QVERIFY(played.silence.isLongerThan(3'000));
    }
}

void LivenessTest::excusesWaitingForAProcessor()
{
    Played played;
    played.second('S', 10, 0);
    for (int i = 0; i < 60; ++i)
        played.second('R', 0, 0); // in the queue all the time
    QCOMPARE(played.silence.countedMs(), 0);
    for (int i = 0; i < 60; ++i)
        played.second('R', 40, 960); // load 50 on two cores
    QCOMPARE(played.silence.countedMs(), 60 * 40);
    played.second('T', 0, 0); // and stopped is stopped, whatever it waited for
    QCOMPARE(played.silence.countedMs(), 60 * 40 + 1'000);
}

void LivenessTest::countsATenthOfBlocking()
{
    Played played;
    for (int i = 0; i < 31; ++i)
        played.second('D', 0, 0);
    QCOMPARE(played.silence.countedMs(), 3'000);
}

void LivenessTest::excusesWhoWaitsForAStarvedChild()
{
    Played played;
    played.second('S', 0, 0);
    played.facts[kPid + 1] = {'R', 5, 0};
    played.second('S', 0, 0); // the child is new
    QCOMPARE(played.silence.countedMs(), 1'000);
    played.second('S', 0, 0);
    QCOMPARE(played.silence.countedMs(), 1'000);
    played.facts[kPid + 1] = {'S', 6, 0}; // it sleeps: then both are silent
    played.second('S', 0, 0);
    QCOMPARE(played.silence.countedMs(), 2'000);
}

void LivenessTest::needsTwoLooks()
{
    Played played;
    played.second('S', 0, 0);
    played.silence.look(kPid, 60'000);
    QVERIFY(!played.silence.isLongerThan(3'000));
    played.silence.look(kPid, 500);
    QVERIFY(played.silence.isLongerThan(3'000));
    played.silence.heard();
    QVERIFY(!played.silence.isLongerThan(0));
}

void LivenessTest::tellsAStoppedProcess()
{
    sys::SpawnRequest request;
    request.arguments = {"sleep", "1000"};
    const int pid = sys::spawn(request).value_or(0);
    QVERIFY(pid > 0);
    kill(pid, SIGSTOP);
    QTRY_COMPARE(stateOf(pid), int('T'));
    sys::Silence silence;
    for (int i = 0; i < 5; ++i)
        silence.look(pid, 1'000);
    QVERIFY(silence.isLongerThan(3'000));
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
}

// One that has to share one processor with many others that only compute: it gets a small part.
// Runtimes written in Go work, and start processes, from any thread but the first.
void LivenessTest::seesWhatOtherThreadsStarted()
{
    int child = -1;
    int worker = -1;
    std::map<int, sys::RunFacts> facts;
    std::thread([&] {
        worker = gettid();
        sys::SpawnRequest request;
        request.arguments = {"sleep", "3600"};
        child = sys::spawn(request).value_or(-1);
        facts = sys::readProcessTree(getpid());
    }).join();
    QVERIFY(child > 0);
    kill(child, SIGKILL);
    QCOMPARE(waitpid(child, nullptr, 0), child);
    QVERIFY(facts.contains(getpid()));
    QVERIFY(facts.contains(worker));
    QVERIFY(facts.contains(child));
}

void LivenessTest::tellsAStarvedProcess()
{
    constexpr int kBusy = 24;
    std::vector<int> pids;
    for (int i = 0; i <= kBusy; ++i) {
        sys::SpawnRequest request;
        request.arguments = {"taskset", "-c", "0", "sh", "-c", "while :; do :; done"};
        pids.push_back(sys::spawn(request).value_or(0));
    }
    sys::Silence silence;
    const sys::SystemClock clock;
    std::int64_t before_ms = clock.steadyMs();
    silence.look(pids.front(), 0);
    const auto first = sys::readProcess(pids.front());
    const std::int64_t start_ms = before_ms;
    while (before_ms - start_ms < 3'000) {
        QTest::qWait(200);
        const std::int64_t now_ms = clock.steadyMs();
        silence.look(pids.front(), now_ms - before_ms);
        before_ms = now_ms;
    }
    for (const int pid : pids) {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
    qInfo("of %lld ms it is held to have been silent for %lld ms",
          static_cast<long long>(before_ms - start_ms),
          static_cast<long long>(silence.countedMs()));
    QVERIFY(silence.countedMs() < (before_ms - start_ms) / 2);
}

QTEST_GUILESS_MAIN(LivenessTest)
#include "liveness_test.moc"
