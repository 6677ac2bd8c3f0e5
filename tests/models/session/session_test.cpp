// The session's states, its reconnecting, its commands and its metrics.
#include "models/metrics/metric_hub.h"
#include "models/session/commands.h"
#include "models/session/session.h"
#include "tests/support/fake_client.h"
#include "tests/support/sample_state.h"

#include <QtTest>
#include <thread>

using namespace slipway;
using namespace slipway::models;
using namespace Qt::StringLiterals;

namespace
{

struct Bench {
    test::FakeClient client;
    sys::SystemClock clock;
    FabricStore store;
    Session session{client, store, clock};

    Bench()
    {
        client.setStatus(test::sampleStatus());
        client.setSnapshot(test::sampleState());
    }
    bool live()
    {
        session.start();
        return QTest::qWaitFor([this] { return session.isLive(); });
    }
};

} // namespace

class SessionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void resumesWhereItStopped();
    void connectsWhenTheFabricComesLater();
    void aThousandChangesAreOneBatch();
    void answersComeInTheGuiThreadAndNotToTheDead();
    void aCommandIsRepeatedWithItsId();
    void refusalsAreAnnounced();
    void metricsRunWhileSomebodyListens();
    void followingLoadsThePast();
    void changesFromOtherThreadsArrive();
    void aLargeFabricComesInParts();
};

void SessionTest::resumesWhereItStopped()
{
    Bench bench;
    QVERIFY(bench.live());
    QTRY_VERIFY(bench.session.size("Small") != nullptr);
    const auto revision = bench.client.revision();
    bench.client.disconnect("gone");
    QTRY_COMPARE(bench.session.state(), Session::State::Stale);
    QVERIFY(bench.session.staleSinceMs() > 0);
    QCOMPARE(bench.session.lastProblem(), u"gone"_s);
    bench.client.reconnect();
    QTRY_VERIFY(bench.session.isLive());
    QCOMPARE(bench.client.watches().back().since_revision(), revision);
    QCOMPARE(bench.client.watches().back().fabric_id(), std::string("0badcafe"));
    QCOMPARE(bench.session.staleSinceMs(), std::int64_t(0));
}

void SessionTest::connectsWhenTheFabricComesLater()
{
    Bench bench;
    bench.client.disconnect();
    bench.session.start();
    QTRY_COMPARE(bench.session.state(), Session::State::Connecting);
    QTRY_VERIFY(!bench.session.lastProblem().isEmpty());
    bench.client.reconnect();
    QTRY_VERIFY(bench.session.isLive());
    QVERIFY(bench.store.service("guestbook") != nullptr);
}

void SessionTest::aThousandChangesAreOneBatch()
{
    Bench bench;
    QVERIFY(bench.live());
    QSignalSpy changed(&bench.store, &FabricStore::changed);
    for (std::uint32_t i = 0; i < 1000; ++i) {
        auto instance = test::sampleInstance(test::kProductionId, "WebRole", 0);
        instance.set_restarts(i);
        bench.client.push({test::changeOf(instance)});
    }
    QTRY_COMPARE(bench.store.revision(), bench.client.revision());
    QVERIFY2(changed.count() <= 2, qPrintable(QString::number(changed.count())));
    QCOMPARE(bench.store.instance({test::kProductionId, "WebRole_IN_0"})->restarts(), 999u);
}

void SessionTest::answersComeInTheGuiThreadAndNotToTheDead()
{
    Bench bench;
    QVERIFY(bench.live());
    bench.client.holdAnswers(true);
    int answers = 0;
    auto *context = new QObject;
    const auto command = commands::swap(*bench.store.service("guestbook"), true);
    bench.session.execute(command, context,
                          [&answers](const Result<v1::CommandReply> &) { answers += 100; });
    bench.session.execute(command, this, [&answers](const Result<v1::CommandReply> &reply) {
        QVERIFY(reply.has_value());
        ++answers;
    });
    delete context;
    bench.client.release();
    QCOMPARE(answers, 0); // never inside the call
    QTRY_COMPARE(answers, 1);
    QVERIFY(bench.client.lastCommand().etag() > 0);
    QCOMPARE(bench.client.lastCommand().request_id().size(), std::size_t(32));
}

void SessionTest::aCommandIsRepeatedWithItsId()
{
    Bench bench;
    QVERIFY(bench.live());
    int failures = 2;
    bench.client.onExecute([&failures](const v1::Command &) -> Result<v1::CommandReply> {
        if (failures-- > 0) {
            return failure(v1::Error::UNAVAILABLE, "UNAVAILABLE", "handing over");
        }
        return v1::CommandReply();
    });
    bool done = false;
    bench.session.execute(
        commands::createService("pier", {}, {}), this,
        [&done](const Result<v1::CommandReply> &reply) { done = reply.has_value(); });
    QTRY_VERIFY(done);
    QCOMPARE(bench.client.commands().size(), std::size_t(3));
    QCOMPARE(bench.client.commands()[0].request_id(), bench.client.commands()[2].request_id());
}

void SessionTest::refusalsAreAnnounced()
{
    Bench bench;
    QVERIFY(bench.live());
    bench.client.onExecute([](const v1::Command &) -> Result<v1::CommandReply> {
        return failure(v1::Error::FAILED_PRECONDITION, "SLOT_OCCUPIED", "staging is occupied");
    });
    QString said;
    connect(&bench.session, &Session::commandFailed, this,
            [&said](const QString &title, const v1::Error &error) {
                said = title + u": "_s + QString::fromStdString(error.message());
            });
    bench.session.run(commands::createService("pier", {}, {}), u"Create pier"_s);
    QTRY_COMPARE(said, u"Create pier: staging is occupied"_s);
}

void SessionTest::metricsRunWhileSomebodyListens()
{
    Bench bench;
    QVERIFY(bench.live());
    MetricHub hub(bench.session);
    QVERIFY(!bench.client.isMeasured());
    auto interest = hub.listen();
    QVERIFY(bench.client.isMeasured());
    QSignalSpy ticked(&hub, &MetricHub::ticked);
    bench.client.pushMetrics(test::sampleMetrics(test::sampleState(), test::kSampleNowMs));
    QTRY_COMPARE(ticked.count(), 1);
    QVERIFY(hub.latest({test::kProductionId, "WebRole_IN_0"}) != nullptr);
    QVERIFY(hub.latest({test::kProductionId, "WebRole_IN_3"}) == nullptr); // still starting
    QVERIFY(hub.requestsPerSecond(test::kProductionId) > 1000);
    interest.reset();
    QTRY_VERIFY(!bench.client.isMeasured());
}

void SessionTest::followingLoadsThePast()
{
    Bench bench;
    QVERIFY(bench.live());
    bench.client.setHistory(test::sampleHistory(test::kProductionId, "WebRole_IN_0", 300));
    MetricHub hub(bench.session);
    const MetricKey key{test::kProductionId, "WebRole_IN_0"};
    auto interest = hub.follow(key);
    QTRY_COMPARE(hub.series(key).points().size(), std::size_t(300));
    bench.client.pushMetrics(test::sampleMetrics(test::sampleState(), test::kSampleNowMs));
    QTRY_COMPARE(hub.series(key).points().size(), std::size_t(301));
    interest.reset();
    QVERIFY(hub.series(key).isEmpty());
}

void SessionTest::changesFromOtherThreadsArrive()
{
    Bench bench;
    QVERIFY(bench.live());
    std::thread other([&bench] {
        for (std::uint32_t i = 0; i < 500; ++i) {
            bench.client.push(
                {test::changeOf(test::sampleInstance(test::kProductionId, "WebRole", 100 + i))});
        }
    });
    other.join();
    QTRY_COMPARE(bench.store.revision(), bench.client.revision());
    QVERIFY(bench.store.instance({test::kProductionId, "WebRole_IN_599"}) != nullptr);
}

// Each part a turn of the event loop; live when the last one is there; what changed since wins.
void SessionTest::aLargeFabricComesInParts()
{
    constexpr int kMany = 9000;
    Bench bench;
    auto state = test::sampleState({.web_instances = kMany});
    const auto count = state.size();
    bench.client.setSnapshot(std::move(state));
    std::size_t parts = 0;
    std::size_t largest = 0;
    std::size_t events = 0;
    connect(&bench.store, &FabricStore::changed, this, [&](const StoreDelta &delta) {
        ++parts;
        largest = std::max(largest, delta.instances.size());
        events += delta.events.size();
        if (parts == 2) {
            auto changed = test::sampleInstance(test::kProductionId, "WebRole", kMany - 1);
            changed.set_reason("changed meanwhile");
            bench.client.push({test::changeOf(changed)});
        }
        QVERIFY(!bench.session.isLive() || parts > 4);
    });
    QVERIFY(bench.live());
    QVERIFY2(parts >= count / 2000, qPrintable(QString::number(parts)));
    QVERIFY2(largest <= 2000, qPrintable(QString::number(largest)));
    QCOMPARE(events, std::size_t(3));
    const InstanceId last{test::kProductionId, "WebRole_IN_" + std::to_string(kMany - 1)};
    QVERIFY(bench.store.instance(last) != nullptr);
    QTRY_COMPARE(bench.store.instance(last)->reason(), std::string("changed meanwhile"));
    QCOMPARE(bench.store.revision(), bench.client.revision());
    // Once it is known, the next snapshot is compared as a whole: nothing goes and comes.
    const auto before = parts;
    bench.client.resync();
    QTRY_COMPARE(parts, before + 1);
}

QTEST_GUILESS_MAIN(SessionTest)
#include "session_test.moc"
