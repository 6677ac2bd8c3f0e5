// Streams: snapshot and changes, the slow reader, cancelling, and the promise of a subscription.
#include "backend/fabric/watch_hub.h"
#include "tests/integration/rpc/rpc_fixture.h"
#include "tests/integration/rpc/wire_probe.h"

using namespace slipway;
using namespace slipway::test;

class WatchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_rpc.reset(); }
    void changesComeInOrder();
    void aSnapshotMayBeLargerThanTheQueue();
    void changesFitBehindASnapshot();
    void onceEndsPlainly();
    void theFabricsErrorEndsTheStream();
    void aFullQueueSaysSoAndOthersGoOn();
    void aSlowReaderIsToldToResync();
    void droppingLetsTheSinkGo();
    void noCallbackAfterDropping();
    void aSubscriptionMayBeDroppedInItsCallback();
    void logsAreHeldBackNotLost();
    void metricsAreStreamed();

private:
    static v1::WatchResponse change(std::uint64_t revision, std::size_t bytes = 0);
    static v1::Change service(std::uint64_t revision, int number, std::size_t bytes);
    client::WatchObserver observer() const;

    std::unique_ptr<Rpc> m_rpc;
    SlotPtr<v1::WatchResponse> m_messages;
    SlotPtr<v1::Error> m_ends;
    SlotPtr<std::shared_ptr<fabric::WatchSink>> m_sinks;
};

v1::WatchResponse WatchTest::change(std::uint64_t revision, std::size_t bytes)
{
    v1::WatchResponse response;
    response.set_revision(revision);
    response.mutable_changes()->add_changes()->mutable_event()->set_message(
        std::string(bytes, 'x'));
    return response;
}

v1::Change WatchTest::service(std::uint64_t revision, int number, std::size_t bytes)
{
    v1::Change change;
    change.set_revision(revision);
    change.mutable_service()->set_name("service-" + std::to_string(number));
    change.mutable_service()->set_description(std::string(bytes, 'd'));
    return change;
}

client::WatchObserver WatchTest::observer() const
{
    return {[messages = m_messages](const v1::WatchResponse &response) { messages->put(response); },
            [ends = m_ends](const v1::Error &error) { ends->put(error); }};
}

void WatchTest::init()
{
    m_rpc = std::make_unique<Rpc>();
    m_messages = makeSlot<v1::WatchResponse>();
    m_ends = makeSlot<v1::Error>();
    m_sinks = makeSlot<std::shared_ptr<fabric::WatchSink>>();
    m_rpc->fabric.on_watch = [sinks = m_sinks](const v1::WatchRequest &,
                                               const std::shared_ptr<fabric::WatchSink> &sink) {
        sinks->put(sink);
    };
    m_rpc->start();
    m_rpc->connect();
}

void WatchTest::changesComeInOrder()
{
    const auto watch = m_rpc->client->watch({}, observer());
    QTRY_VERIFY(m_sinks->filled());
    for (std::uint64_t revision = 1; revision <= 100; ++revision)
        QVERIFY(m_sinks->last()->push(change(revision)));
    QTRY_COMPARE(m_messages->count(), std::size_t(100));
    for (std::size_t i = 0; i < 100; ++i)
        QCOMPARE(m_messages->at(i).revision(), std::uint64_t(i + 1));
    QVERIFY(!m_ends->filled());
}

// With the fabric's own hub, and a reader that stands still at first: nothing is cut, nothing is
// lost, and what changes meanwhile comes behind it.
void WatchTest::aSnapshotMayBeLargerThanTheQueue()
{
    static constexpr int kServices = 40; // of 900 KiB
    core::State state;
    for (int i = 0; i < kServices; ++i)
        core::restore(state, service(1, i, 900 * 1024));
    state.revision = 1;
    fabric::WatchHub hub("fab", 1);
    m_rpc->fabric.on_watch = [&](const v1::WatchRequest &request,
                                 const std::shared_ptr<fabric::WatchSink> &sink) {
        hub.watch(request, sink, state, {});
    };
    std::mutex gate;
    std::unique_lock closed(gate);
    auto watch = m_rpc->client->watch(
        {}, {[&gate, messages = m_messages](const v1::WatchResponse &response) {
                 const std::lock_guard wait(gate);
                 messages->put(response);
             },
             [ends = m_ends](const v1::Error &error) { ends->put(error); }});
    const auto onFabric = [this](const auto &work) { m_rpc->fabric.run(work); };
    bool waits = false;
    QTRY_VERIFY((onFabric([&] { waits = hub.size() == 1 && hub.hasBacklog(); }), waits));
    onFabric([&] {
        for (std::uint64_t revision = 2; revision <= 12; ++revision)
            hub.publish({service(revision, kServices, 900 * 1024)}, revision);
    });
    closed.unlock();
    std::int64_t now_ms = 0;
    QTRY_VERIFY((onFabric([&] { hub.pump(now_ms += 50); }), m_messages->count()) &&
                m_messages->last().revision() == 12);
    QVERIFY(!m_ends->filled());
    int services = 0;
    int changes = 0;
    for (std::size_t i = 0; i < m_messages->count(); ++i) {
        const v1::WatchResponse message = m_messages->at(i);
        for (const v1::Change &entity : message.snapshot().entities())
            services += entity.has_service();
        changes += message.changes().changes_size();
    }
    QCOMPARE(services, kServices);
    QCOMPARE(changes, 11);
    watch.reset();
    onFabric([&] { hub.endAll({}); });
}

// Behind a snapshot that fills its half of the queue there is room for changes.
void WatchTest::changesFitBehindASnapshot()
{
    const SilentReader silent(m_rpc->address());
    QTRY_VERIFY(m_sinks->filled());
    v1::WatchResponse piece;
    piece.mutable_snapshot()->add_entities()->mutable_event()->set_message(
        std::string(900 * 1024, 'x'));
    int pieces = 0;
    while (pieces < 1000 && m_sinks->last()->push(piece))
        ++pieces;
    QVERIFY(pieces >= 4 && pieces < 1000);
    for (std::uint64_t revision = 1; revision <= 30; ++revision)
        QVERIFY(m_sinks->last()->push(change(revision, 100 * 1024)));
}

void WatchTest::onceEndsPlainly()
{
    const auto watch = m_rpc->client->watch({}, observer());
    QTRY_VERIFY(m_sinks->filled());
    m_sinks->last()->push(change(1));
    m_sinks->last()->end({});
    QTRY_VERIFY(m_ends->filled());
    QCOMPARE(m_messages->count(), std::size_t(1));
    QVERIFY(m_ends->last().message().empty());
    QCOMPARE(m_ends->last().code(), v1::Error::UNKNOWN);
}

void WatchTest::theFabricsErrorEndsTheStream()
{
    const auto watch = m_rpc->client->watch({}, observer());
    QTRY_VERIFY(m_sinks->filled());
    m_sinks->last()->end(makeError(v1::Error::NOT_FOUND, "SERVICE_NOT_FOUND", "No such service."));
    QTRY_VERIFY(m_ends->filled());
    QCOMPARE(m_ends->last().reason(), std::string("SERVICE_NOT_FOUND"));
    QCOMPARE(m_ends->count(), std::size_t(1));
}

void WatchTest::aFullQueueSaysSoAndOthersGoOn()
{
    const SilentReader silent(m_rpc->address());
    QTRY_VERIFY(m_sinks->filled());
    const auto slow = m_sinks->last();
    const auto watch = m_rpc->client->watch({}, observer());
    QTRY_COMPARE(m_sinks->count(), std::size_t(2));

    // Some messages disappear in gRPC's own buffers; then the bound is reached and push says so.
    bool taken = true;
    for (int i = 0; i < 10000 && taken; ++i)
        taken = slow->push(change(std::uint64_t(i), 64 * 1024));
    QVERIFY(!taken);
    QVERIFY(!slow->push(change(1, 64 * 1024)));
    QVERIFY(m_sinks->last()->push(change(77)));
    QTRY_VERIFY(m_messages->filled());
    QCOMPARE(m_messages->last().revision(), std::uint64_t(77));
}

// The reader stands still in its callback, as a frozen program does.
void WatchTest::aSlowReaderIsToldToResync()
{
    std::mutex gate;
    std::unique_lock closed(gate);
    auto watch = m_rpc->client->watch(
        {}, {[&gate, messages = m_messages](const v1::WatchResponse &response) {
                 const std::lock_guard wait(gate);
                 messages->put(response);
             },
             [ends = m_ends](const v1::Error &error) { ends->put(error); }});
    QTRY_VERIFY(m_sinks->filled());
    bool taken = true;
    for (int i = 0; i < 10000 && taken; ++i)
        taken = m_sinks->last()->push(change(std::uint64_t(i), 64 * 1024));
    QVERIFY(!taken);
    v1::WatchResponse resync;
    resync.mutable_resync()->set_reason("too slow");
    QVERIFY(m_sinks->last()->push(resync));
    QVERIFY(!m_sinks->last()->push(change(1)));
    closed.unlock();
    QTRY_VERIFY(m_ends->filled());
    QVERIFY(m_messages->last().has_resync());
    QVERIFY(m_ends->last().message().empty());
    watch.reset();
}

void WatchTest::droppingLetsTheSinkGo()
{
    auto watch = m_rpc->client->watch({}, observer());
    QTRY_VERIFY(m_sinks->filled());
    QCOMPARE(m_rpc->fabric.watchers(), std::size_t(1));
    watch.reset();
    QTRY_COMPARE(m_rpc->fabric.watchers(), std::size_t(0));
    QVERIFY(!m_sinks->last()->push(change(1)));
    QVERIFY(!m_ends->filled());
}

void WatchTest::noCallbackAfterDropping()
{
    for (int round = 0; round < 50; ++round) {
        auto alive = std::make_unique<std::atomic<int>>(0);
        std::atomic<bool> stop = false;
        auto watch = m_rpc->client->watch(
            {}, {[counter = alive.get()](const v1::WatchResponse &) { ++*counter; }, {}});
        QTRY_COMPARE(m_sinks->count(), std::size_t(round + 1));
        const auto sink = m_sinks->last();
        std::thread writer([&] {
            for (std::uint64_t i = 1; !stop && sink->push(change(i));)
                ++i;
        });
        QTRY_VERIFY(*alive > 0);
        watch.reset();
        alive.reset(); // a callback after this is a use after free
        stop = true;
        writer.join();
    }
}

void WatchTest::aSubscriptionMayBeDroppedInItsCallback()
{
    const auto held = std::make_shared<std::unique_ptr<client::Subscription>>();
    const auto count = makeSlot<int>();
    std::mutex stored;
    std::unique_lock storing(stored);
    *held = m_rpc->client->watch({}, {[held, count, &stored](const v1::WatchResponse &) {
                                          const std::lock_guard wait(stored);
                                          held->reset();
                                          count->put(1);
                                      },
                                      {}});
    storing.unlock();
    QTRY_VERIFY(m_sinks->filled());
    m_sinks->last()->push(change(1));
    m_sinks->last()->push(change(2));
    QTRY_COMPARE(m_rpc->fabric.watchers(), std::size_t(0));
    QCOMPARE(count->count(), std::size_t(1));
}

void WatchTest::logsAreHeldBackNotLost()
{
    const auto sinks = makeSlot<std::shared_ptr<fabric::LogSink>>();
    m_rpc->fabric.on_logs = [sinks](const v1::LogRequest &,
                                    const std::shared_ptr<fabric::LogSink> &sink) {
        sinks->put(sink);
    };
    const auto lines = makeSlot<std::string>();
    const auto stream = m_rpc->client->streamLogs(
        {}, [lines](const v1::LogBatch &batch) { lines->put(batch.lines(0).text()); }, {});
    QTRY_VERIFY(sinks->filled());
    static constexpr int kBatches = 2000;
    for (int i = 0; i < kBatches;) {
        v1::LogBatch batch;
        batch.add_lines()->set_text(std::to_string(i));
        if (sinks->last()->push(batch))
            ++i;
        else
            std::this_thread::yield(); // "try the same batch again a little later"
    }
    QTRY_COMPARE(lines->count(), std::size_t(kBatches));
    for (int i = 0; i < kBatches; ++i)
        QCOMPARE(lines->at(std::size_t(i)), std::to_string(i));
}

void WatchTest::metricsAreStreamed()
{
    const auto sinks = makeSlot<std::shared_ptr<fabric::MetricSink>>();
    m_rpc->fabric.on_metrics = [sinks](const v1::MetricsRequest &,
                                       const std::shared_ptr<fabric::MetricSink> &sink) {
        sinks->put(sink);
    };
    const auto batches = makeSlot<v1::MetricBatch>();
    const auto stream = m_rpc->client->watchMetrics(
        {}, [batches](const v1::MetricBatch &batch) { batches->put(batch); },
        [ends = m_ends](const v1::Error &error) { ends->put(error); });
    QTRY_VERIFY(sinks->filled());
    v1::MetricBatch batch;
    batch.add_samples()->set_cpu_permille(120);
    QVERIFY(sinks->last()->push(batch));
    QTRY_VERIFY(batches->filled());
    QCOMPARE(batches->last().samples(0).cpu_permille(), 120u);
}

QTEST_GUILESS_MAIN(WatchTest)
#include "watch_test.moc"
