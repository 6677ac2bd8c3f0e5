// When a drained server or an old route counts as empty, and when it is cut.
#include "backend/edge/drain_watch.h"
#include "backend/edge/traffic_meter.h"

#include <QTest>

using namespace slipway;
using namespace slipway::edge;

namespace
{

constexpr std::int64_t kLimit_ms = 1000;

Layout layout(const std::string &route, bool drain_a)
{
    Layout result;
    result.revision = 1;
    result.drain_limit_ms = kLimit_ms;
    result.routes = {{"f-1", route}};
    result.backends["http-0"].deployment_id = "d1";
    result.backends["http-0"].servers = {{"a", "unix@/a", drain_a, {"d1", "Web_IN_0"}},
                                         {"b", "unix@/b", false, {"d1", "Web_IN_1"}}};
    result.backends["http-1"].deployment_id = "d2";
    return result;
}

ServerStat withOpen(const std::string &server, std::uint64_t count)
{
    ServerStat stat;
    stat.backend = "http-0";
    stat.server = server;
    stat.open = count;
    return stat;
}

// One round with `count` requests open on server a; returns what is to be cut.
std::vector<std::string> look(DrainWatch &watch, std::uint64_t count, std::int64_t now_ms)
{
    watch.beginRound();
    watch.addStats({withOpen("a", count), withOpen("b", 9)});
    return watch.endRound(false, now_ms);
}

std::vector<std::string> lookAtSessions(DrainWatch &watch, const std::vector<Session> &sessions,
                                        std::int64_t now_ms)
{
    watch.beginRound();
    auto late = watch.addSessions(sessions, now_ms);
    watch.endRound(true, now_ms);
    return late;
}

} // namespace

class EdgeDrainWatchTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void idleServerNeedsTwoLooks();
    void openRequestsHoldIt();
    void lateRequestsAreCutOnce();
    void instanceInTwoPoolsNeedsBoth();
    void backInServiceIsNotDrained();
    void movedRouteWaitsForItsRequests();
    void lateSessionsAreCutAndCountedOnce();
    void sessionsOnALivingDeploymentMayEndThere();
    void whatCannotBeSeenCountsAfterTheLimit();
    void whatComesDuringARoundWaitsForTheNext();
    void trafficIsCountedFromDifferences();
};

void EdgeDrainWatchTest::idleServerNeedsTwoLooks()
{
    DrainWatch watch;
    watch.setLayout(layout("http-0", true), 0);
    QVERIFY(watch.active());
    QVERIFY(look(watch, 0, 1).empty());
    QVERIFY(watch.drained(true, 0).empty());
    QVERIFY(look(watch, 0, 2).empty());
    QCOMPARE(watch.drained(true, 0).size(), std::size_t(1));
    QCOMPARE(watch.drained(true, 0)[0].instance(), std::string("Web_IN_0"));
    QVERIFY(!watch.active());
}

void EdgeDrainWatchTest::openRequestsHoldIt()
{
    DrainWatch watch;
    watch.setLayout(layout("http-0", true), 0);
    look(watch, 0, 1);
    look(watch, 2, 2); // one was on its way
    QCOMPARE(watch.draining().size(), std::size_t(1));
    QCOMPARE(watch.draining()[0].deployment_id(), std::string("d1"));
    QCOMPARE(watch.draining()[0].open_requests(), 2U);
    look(watch, 0, 3);
    QVERIFY(watch.drained(true, 0).empty());
    look(watch, 0, 4);
    QCOMPARE(watch.drained(true, 0).size(), std::size_t(1));
    QVERIFY(watch.draining().empty());
}

void EdgeDrainWatchTest::lateRequestsAreCutOnce()
{
    DrainWatch watch;
    watch.setLayout(layout("http-0", true), 0);
    QVERIFY(look(watch, 3, kLimit_ms - 1).empty());
    QVERIFY(look(watch, 3, kLimit_ms) == std::vector<std::string>{"http-0/a"});
    QVERIFY(look(watch, 3, kLimit_ms + 1).empty());
    look(watch, 0, kLimit_ms + 2);
    look(watch, 0, kLimit_ms + 3);
    QCOMPARE(watch.drained(true, 0).size(), std::size_t(1));
    QCOMPARE(watch.draining()[0].cut(), std::uint64_t(3));
}

void EdgeDrainWatchTest::instanceInTwoPoolsNeedsBoth()
{
    Layout both = layout("http-0", true);
    both.backends["http-1"].servers = {{"a2", "unix@/a2", true, {"d1", "Web_IN_0"}}};
    DrainWatch watch;
    watch.setLayout(both, 0);
    const auto round = [&](std::uint64_t second) {
        watch.beginRound();
        ServerStat other = withOpen("a2", second);
        other.backend = "http-1";
        watch.addStats({withOpen("a", 0), other});
        watch.endRound(false, 1);
    };
    round(1);
    round(1);
    QVERIFY(watch.drained(true, 0).empty());
    round(0);
    round(0);
    QCOMPARE(watch.drained(true, 0).size(), std::size_t(1));
}

void EdgeDrainWatchTest::backInServiceIsNotDrained()
{
    DrainWatch watch;
    watch.setLayout(layout("http-0", true), 0);
    look(watch, 0, 1);
    look(watch, 0, 2);
    watch.setLayout(layout("http-0", false), 3);
    QVERIFY(watch.drained(true, 0).empty());
    watch.setLayout(layout("http-0", true), 4); // a drain of its own, looked at anew
    QVERIFY(watch.drained(true, 0).empty());
    QVERIFY(watch.active());
}

void EdgeDrainWatchTest::movedRouteWaitsForItsRequests()
{
    DrainWatch watch;
    watch.setLayout(layout("http-0", false), 0);
    QVERIFY(!watch.watchesRoutes());
    watch.setLayout(layout("http-1", false), 10);
    QVERIFY(watch.watchesRoutes());
    const Session old{"0x1", "f-1", "http-0", "a"};
    const Session fresh{"0x2", "f-1", "http-1", "x"};
    QVERIFY(lookAtSessions(watch, {old, fresh}, 20).empty());
    QCOMPARE(watch.draining().size(), std::size_t(1));
    QCOMPARE(watch.draining()[0].open_requests(), 1U);
    lookAtSessions(watch, {fresh}, 30);
    QVERIFY(!watch.watchesRoutes());
    QVERIFY(watch.draining().empty());
}

void EdgeDrainWatchTest::lateSessionsAreCutAndCountedOnce()
{
    DrainWatch watch;
    watch.setLayout(layout("http-0", false), 0);
    Layout moved = layout("http-1", true);
    moved.backends["http-0"].servers[1].drain = true; // it is on its way out
    watch.setLayout(moved, 0);
    const Session old{"0x1", "f-1", "http-0", "a"};
    const std::vector<std::string> expected{"0x1"};
    QVERIFY(lookAtSessions(watch, {old}, kLimit_ms) == expected);
    QVERIFY(lookAtSessions(watch, {old}, kLimit_ms + 1) == expected); // it was retried
    QCOMPARE(watch.draining()[0].cut(), std::uint64_t(1));
}

// After a swap: the old version goes on in the other slot.
void EdgeDrainWatchTest::sessionsOnALivingDeploymentMayEndThere()
{
    DrainWatch watch;
    watch.setLayout(layout("http-0", false), 0);
    watch.setLayout(layout("http-1", false), 0);
    const Session old{"0x1", "f-1", "http-0", "a"};
    QVERIFY(lookAtSessions(watch, {old}, kLimit_ms - 1).empty());
    QCOMPARE(watch.draining()[0].open_requests(), 1U);
    QVERIFY(lookAtSessions(watch, {old}, kLimit_ms).empty());
    QVERIFY(!watch.watchesRoutes()); // nobody waits for it any more
    QVERIFY(watch.draining().empty());
}

void EdgeDrainWatchTest::whatCannotBeSeenCountsAfterTheLimit()
{
    DrainWatch watch;
    watch.setLayout(layout("http-0", true), 0);
    look(watch, 0, 1);
    look(watch, 0, 2);
    QVERIFY(watch.drained(false, kLimit_ms - 1).empty());
    QCOMPARE(watch.drained(false, kLimit_ms).size(), std::size_t(1));
}

// A round asks several processes, and a new table may come between two answers.
void EdgeDrainWatchTest::whatComesDuringARoundWaitsForTheNext()
{
    DrainWatch watch;
    watch.setLayout(layout("http-0", false), 0);
    watch.beginRound();
    watch.addStats({});
    watch.setLayout(layout("http-1", true), 10);
    watch.endRound(true, 10);
    QVERIFY(watch.watchesRoutes());
    look(watch, 0, 11);
    QVERIFY(watch.drained(true, 0).empty()); // only now it was looked at for the first time
    look(watch, 0, 12);
    QCOMPARE(watch.drained(true, 0).size(), std::size_t(1));
}

void EdgeDrainWatchTest::trafficIsCountedFromDifferences()
{
    const Layout wanted = layout("http-0", false);
    TrafficMeter meter;
    ServerStat stat = withOpen("a", 1);
    stat.http = true;
    stat.answers = 100;
    meter.add(1, {stat}, wanted);
    meter.take({}, wanted, 0, 1000);
    stat.answers = 130;
    stat.answers_5xx = 2;
    meter.add(1, {stat}, wanted);
    ServerStat successor = stat;
    successor.answers = 5; // another process counts from 0
    meter.add(2, {successor}, wanted);
    const v1::EdgeMetrics metrics = meter.take({}, wanted, 1000, 1000);
    QCOMPARE(metrics.samples_size(), 2);
    QCOMPARE(metrics.samples(0).instance(), std::string("Web_IN_0"));
    QCOMPARE(metrics.samples(0).requests(), std::uint64_t(35));
    QCOMPARE(metrics.samples(0).errors(), std::uint64_t(4));
    QCOMPARE(metrics.samples(1).requests(), std::uint64_t(0));
}

QTEST_GUILESS_MAIN(EdgeDrainWatchTest)
#include "edge_drain_watch_test.moc"
