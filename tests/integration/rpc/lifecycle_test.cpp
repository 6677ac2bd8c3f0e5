// Ends and beginnings: stopping with open streams, a fabric that is not there, comes back or hangs.
#include "tests/integration/rpc/rpc_fixture.h"
#include "tests/integration/rpc/wire_probe.h"

#include <QElapsedTimer>

using namespace slipway;
using namespace slipway::test;

using client::ConnectionState;

class LifecycleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_rpc.reset(); }
    void stopEndsOpenWatches();
    void stopEndsAReaderThatTakesNothing();
    void stopDoesNotWaitForAnAnswerThatNeverComes();
    void theSocketGoesWithTheServer();
    void withoutAFabricTheErrorSaysWhatToDo();
    void theConnectionIsObserved();
    void aClientMayEndWithCallsUnderWay();
    void subscriptionsMayOutliveTheClient();

private:
    // Streams end at once and the deadline is 500 ms; the rest is room for a busy machine.
    static constexpr int kStopMs = 3000;

    std::unique_ptr<Rpc> m_rpc;
    SlotPtr<std::shared_ptr<fabric::WatchSink>> m_sinks;
};

void LifecycleTest::init()
{
    m_rpc = std::make_unique<Rpc>();
    m_sinks = makeSlot<std::shared_ptr<fabric::WatchSink>>();
    m_rpc->fabric.on_watch = [sinks = m_sinks](const v1::WatchRequest &,
                                               const std::shared_ptr<fabric::WatchSink> &sink) {
        sinks->put(sink);
    };
    m_rpc->start();
    m_rpc->connect();
}

void LifecycleTest::stopEndsOpenWatches()
{
    const auto ends = makeSlot<v1::Error>();
    std::vector<std::unique_ptr<client::Subscription>> watches;
    for (int i = 0; i < 20; ++i)
        watches.push_back(m_rpc->client->watch(
            {}, {[](const v1::WatchResponse &) {}, [ends](const v1::Error &e) { ends->put(e); }}));
    QTRY_COMPARE(m_sinks->count(), std::size_t(20));
    QElapsedTimer timer;
    timer.start();
    m_rpc->server->stop();
    QVERIFY2(timer.elapsed() < kStopMs, qPrintable(QString::number(timer.elapsed())));
    QTRY_COMPARE(ends->count(), std::size_t(20));
    QCOMPARE(ends->last().reason(), std::string("FABRIC_STOPPING"));
    QCOMPARE(m_rpc->fabric.watchers(), std::size_t(0));
}

void LifecycleTest::stopEndsAReaderThatTakesNothing()
{
    const SilentReader silent(m_rpc->address());
    QTRY_VERIFY(m_sinks->filled());
    v1::WatchResponse response;
    response.mutable_changes()->add_changes()->mutable_event()->set_message(
        std::string(512 * 1024, 'x'));
    for (int i = 0; i < 10; ++i)
        m_sinks->last()->push(response);
    QElapsedTimer timer;
    timer.start();
    m_rpc->server->stop();
    QVERIFY2(timer.elapsed() < kStopMs, qPrintable(QString::number(timer.elapsed())));
}

void LifecycleTest::stopDoesNotWaitForAnAnswerThatNeverComes()
{
    m_rpc->fabric.silent = true;
    const auto slot = makeSlot<Result<v1::FabricStatus>>();
    m_rpc->client->status(into(slot));
    m_rpc->fabric.run([] {});
    QElapsedTimer timer;
    timer.start();
    m_rpc->server->stop();
    QVERIFY2(timer.elapsed() < kStopMs, qPrintable(QString::number(timer.elapsed())));
    QTRY_VERIFY(slot->filled());
    QVERIFY(!slot->last().has_value());
}

void LifecycleTest::theSocketGoesWithTheServer()
{
    QVERIFY(std::filesystem::exists(m_rpc->path()));
    m_rpc->server->stop();
    QVERIFY(!std::filesystem::exists(m_rpc->path()));
    m_rpc->server->stop(); // again is harmless
}

void LifecycleTest::withoutAFabricTheErrorSaysWhatToDo()
{
    m_rpc->server.reset();
    const auto slot = makeSlot<Result<v1::FabricStatus>>();
    m_rpc->client->status(into(slot));
    QTRY_VERIFY(slot->filled());
    const v1::Error error = slot->last().error();
    QCOMPARE(error.code(), v1::Error::UNAVAILABLE);
    QCOMPARE(error.reason(), std::string("FABRIC_UNREACHABLE"));
    QVERIFY(error.message().find(m_rpc->address()) != std::string::npos);
    QVERIFY(error.message().find("is it running?") != std::string::npos);
}

void LifecycleTest::theConnectionIsObserved()
{
    m_rpc->server.reset();
    const auto states = makeSlot<ConnectionState>();
    m_rpc->client->observeConnection([states](ConnectionState state) { states->put(state); });
    QTRY_VERIFY(states->filled() && states->last() == ConnectionState::Lost);
    m_rpc->start();
    QTRY_COMPARE(states->last(), ConnectionState::Ready);
    m_rpc->server.reset();
    QTRY_COMPARE(states->last(), ConnectionState::Lost);
    m_rpc->start();
    QTRY_COMPARE(states->last(), ConnectionState::Ready);
    const auto slot = makeSlot<Result<v1::FabricStatus>>();
    m_rpc->client->status(into(slot));
    QTRY_VERIFY(slot->filled());
    QVERIFY(slot->last().has_value());
}

void LifecycleTest::aClientMayEndWithCallsUnderWay()
{
    m_rpc->fabric.silent = true;
    const auto slot = makeSlot<Result<v1::FabricStatus>>();
    for (int i = 0; i < 10; ++i)
        m_rpc->client->status(into(slot));
    m_rpc->client.reset();
    QCOMPARE(slot->count(), std::size_t(10)); // each exactly once, before the end
    QCOMPARE(slot->last().error().code(), v1::Error::CANCELLED);
}

void LifecycleTest::subscriptionsMayOutliveTheClient()
{
    auto watch = m_rpc->client->watch({}, {[](const v1::WatchResponse &) {}, {}});
    QTRY_VERIFY(m_sinks->filled());
    m_rpc->client.reset();
    QTRY_COMPARE(m_rpc->fabric.watchers(), std::size_t(0));
    watch.reset();
}

QTEST_GUILESS_MAIN(LifecycleTest)
#include "lifecycle_test.moc"
