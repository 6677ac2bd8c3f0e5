// The shell's parts without a thread: watches and metrics.
#include "backend/fabric/metric_hub.h"
#include "backend/fabric/watch_hub.h"

#include <QTest>

using namespace slipway;
using namespace slipway::fabric;

namespace
{

struct RecordingSink final : WatchSink {
    bool push(const v1::WatchResponse &response) override
    {
        if (received.size() >= room)
            return false;
        received.push_back(response);
        return true;
    }
    void end(const v1::Error &error) override
    {
        ended = true;
        end_error = error;
    }
    std::size_t room = 1000;
    std::vector<v1::WatchResponse> received;
    bool ended = false;
    v1::Error end_error;
};

struct MetricRecorder final : MetricSink {
    bool push(const v1::MetricBatch &batch) override
    {
        batches.push_back(batch);
        return true;
    }
    void end(const v1::Error &) override {}
    std::vector<v1::MetricBatch> batches;
};

v1::Change serviceChange(std::uint64_t revision, const std::string &name, std::size_t bytes = 0)
{
    v1::Change change;
    change.set_revision(revision);
    change.mutable_service()->set_name(name);
    change.mutable_service()->set_revision(revision);
    change.mutable_service()->set_description(std::string(bytes, 'd'));
    return change;
}

core::State stateWith(std::uint64_t revision, std::initializer_list<const char *> services,
                      std::size_t bytes = 0)
{
    core::State state;
    for (const char *name : services)
        core::restore(state, serviceChange(revision, name, bytes));
    state.revision = revision;
    return state;
}

v1::WatchRequest resumeFrom(std::uint64_t revision)
{
    v1::WatchRequest request;
    request.set_since_revision(revision);
    request.set_fabric_id("fab");
    return request;
}

v1::MetricSample sampleAt(std::int64_t time_s, std::uint64_t requests)
{
    v1::MetricSample sample;
    sample.set_time_ms(time_s * 1000);
    sample.set_deployment_id("d");
    sample.set_instance("Web_IN_0");
    sample.set_requests(requests);
    sample.set_cpu_permille(std::uint32_t(requests));
    return sample;
}

core::State stateWithInstance()
{
    core::State state;
    v1::Change change;
    change.mutable_instance()->set_deployment_id("d");
    change.mutable_instance()->set_name("Web_IN_0");
    core::restore(state, change);
    return state;
}

} // namespace

class FabricHubsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sendsSnapshotThenChanges();
    void filtersByService();
    void cutsLargeSnapshotsIntoMarkedParts();
    void resumesFromHistory();
    void cutsSlowReaders();
    void waitsForSlowReadersOfASnapshot();
    void endsAfterTheSnapshotWhenAsked();
    void joinsMetricsBySecond();
    void choosesTiersOfMetrics();
    void showsStoredMinutesAfterARestart();
};

void FabricHubsTest::sendsSnapshotThenChanges()
{
    WatchHub hub("fab", 5);
    const auto sink = std::make_shared<RecordingSink>();
    hub.watch({}, sink, stateWith(5, {"a", "b"}), {});
    QCOMPARE(sink->received.size(), 1U);
    const v1::WatchResponse &first = sink->received[0];
    QCOMPARE(first.revision(), 5U);
    QVERIFY(first.snapshot().last());
    QCOMPARE(first.snapshot().fabric_id(), std::string("fab"));
    QCOMPARE(first.snapshot().entities_size(), 3); // and the settings
    hub.publish({serviceChange(6, "c")}, 6);
    QCOMPARE(sink->received.size(), 2U);
    QCOMPARE(sink->received[1].revision(), 6U);
    QCOMPARE(sink->received[1].changes().changes(0).service().name(), std::string("c"));
    hub.heartbeat(123);
    QCOMPARE(sink->received[2].heartbeat().time_ms(), 123);
    hub.unwatch(sink.get());
    hub.publish({serviceChange(7, "d")}, 7);
    QCOMPARE(sink->received.size(), 3U);
}

void FabricHubsTest::filtersByService()
{
    WatchHub hub("fab", 5);
    const auto sink = std::make_shared<RecordingSink>();
    v1::WatchRequest request;
    request.set_service("a");
    hub.watch(request, sink, stateWith(5, {"a", "b"}), {});
    QCOMPARE(sink->received[0].snapshot().entities_size(), 2);
    hub.publish({serviceChange(6, "b")}, 6);
    QCOMPARE(sink->received.size(), 1U);
    hub.publish({serviceChange(7, "a")}, 7);
    QCOMPARE(sink->received.size(), 2U);
}

void FabricHubsTest::cutsLargeSnapshotsIntoMarkedParts()
{
    WatchHub hub("fab", 5);
    const auto sink = std::make_shared<RecordingSink>();
    hub.watch({}, sink, stateWith(5, {"a", "b", "c", "d"}, 400'000), {});
    QCOMPARE(sink->received.size(), 2U);
    QVERIFY(!sink->received[0].snapshot().last());
    QVERIFY(sink->received[1].snapshot().last());
    for (const auto &response : sink->received)
        QVERIFY(response.ByteSizeLong() < 1024 * 1024);
}

void FabricHubsTest::resumesFromHistory()
{
    WatchHub hub("fab", 5);
    hub.publish({serviceChange(6, "a")}, 6);
    hub.publish({serviceChange(7, "b"), serviceChange(8, "c")}, 8);
    const auto sink = std::make_shared<RecordingSink>();
    hub.watch(resumeFrom(6), sink, stateWith(8, {"a"}), {});
    QCOMPARE(sink->received.size(), 1U);
    QCOMPARE(sink->received[0].revision(), 8U);
    QCOMPARE(sink->received[0].changes().changes_size(), 2);
    QVERIFY(hub.canResume(resumeFrom(5)));
    QVERIFY(!hub.canResume(resumeFrom(4))); // before this process
    QVERIFY(!hub.canResume(resumeFrom(9))); // of another store
    v1::WatchRequest foreign = resumeFrom(8);
    foreign.set_fabric_id("other");
    QVERIFY(!hub.canResume(foreign));
}

void FabricHubsTest::cutsSlowReaders()
{
    WatchHub hub("fab", 5);
    const auto slow = std::make_shared<RecordingSink>();
    const auto quick = std::make_shared<RecordingSink>();
    slow->room = 2;
    hub.watch({}, slow, stateWith(5, {}), {});
    hub.watch({}, quick, stateWith(5, {}), {});
    hub.publish({serviceChange(6, "a")}, 6);
    QVERIFY(!slow->ended);
    hub.publish({serviceChange(7, "b")}, 7);
    QVERIFY(slow->ended);
    QCOMPARE(slow->end_error.reason(), std::string("RESYNC"));
    QVERIFY(!quick->ended);
    QCOMPARE(quick->received.size(), 3U);
    QCOMPARE(hub.size(), 1U);
}

void FabricHubsTest::waitsForSlowReadersOfASnapshot()
{
    WatchHub hub("fab", 5);
    const auto sink = std::make_shared<RecordingSink>();
    sink->room = 1;
    hub.watch({}, sink, stateWith(5, {"a", "b", "c", "d"}, 400'000), {});
    QCOMPARE(sink->received.size(), 1U);
    hub.publish({serviceChange(6, "e")}, 6); // comes after the snapshot
    QVERIFY(!sink->ended);
    sink->room = 10;
    hub.pump(1000);
    QCOMPARE(sink->received.size(), 3U);
    QVERIFY(sink->received[1].snapshot().last());
    QCOMPARE(sink->received[2].changes().changes(0).service().name(), std::string("e"));
    QVERIFY(!hub.hasBacklog());
}

void FabricHubsTest::endsAfterTheSnapshotWhenAsked()
{
    WatchHub hub("fab", 5);
    const auto sink = std::make_shared<RecordingSink>();
    v1::WatchRequest request;
    request.set_once(true);
    hub.watch(request, sink, stateWith(5, {"a"}), {});
    QVERIFY(sink->ended);
    QCOMPARE(sink->end_error.code(), v1::Error::UNKNOWN);
    QVERIFY(sink->end_error.message().empty());
    QCOMPARE(hub.size(), 0U);
}

void FabricHubsTest::joinsMetricsBySecond()
{
    const core::State state = stateWithInstance();
    MetricHub hub;
    const auto sink = std::make_shared<MetricRecorder>();
    hub.watch({}, sink);
    for (std::int64_t second = 1000; second <= 1100; ++second) {
        hub.hostSampled(sampleAt(second, 300));
        hub.edgeSampled(sampleAt(second, 4));
        hub.edgeSampled(sampleAt(second, 6));
        hub.tick(state, second * 1000);
    }
    QCOMPARE(sink->batches.size(), 101U);
    QCOMPARE(sink->batches.back().samples_size(), 2); // the deployment's total, the instance
    QCOMPARE(sink->batches.back().samples(0).instance(), std::string());
    QCOMPARE(sink->batches.back().samples(1).requests(), 10U);
    QCOMPARE(sink->batches.back().samples(1).cpu_permille(), 300U);
    const v1::MetricBatch minutes = hub.takeMinutes();
    QCOMPARE(minutes.samples_size(), 4); // 1020 and 1080, twice
    QCOMPARE(minutes.samples(2).time_ms(), 1'080'000);
    QCOMPARE(minutes.samples(2).requests(), 600U);
    MetricHub later;
    later.restoreMinutes(minutes);
    v1::MetricHistoryRequest request;
    request.set_deployment_id("d");
    request.add_instances("Web_IN_0");
    request.set_to_time_ms(2'000'000);
    QCOMPARE(later.query(request, 90'000'000).samples_size(), 2);
    hub.tick(state, 2'000'000);
    QCOMPARE(sink->batches.back().samples_size(), 0);
}

void FabricHubsTest::choosesTiersOfMetrics()
{
    constexpr std::int64_t kNow_ms = 100'000'000;
    QCOMPARE(chooseTier(kNow_ms - 300'000, kNow_ms, kNow_ms, 600), 0U);
    QCOMPARE(chooseTier(kNow_ms - 300'000, kNow_ms, kNow_ms, 100), 1U);
    QCOMPARE(chooseTier(kNow_ms - 3'600'000, kNow_ms, kNow_ms, 600), 1U);
    QCOMPARE(chooseTier(kNow_ms - 80'000'000, kNow_ms, kNow_ms, 600), 2U);
    MetricRing ring(3);
    for (std::uint32_t second = 1; second <= 5; ++second)
        ring.add({second});
    const auto kept = ring.between(0, 10'000);
    QCOMPARE(kept.size(), 3U);
    QCOMPARE(kept.front().time_s, 3U);
    QCOMPARE(kept.back().time_s, 5U);
}

// The finest tier reaches back 15 minutes, but a new controller has nothing in it yet.
void FabricHubsTest::showsStoredMinutesAfterARestart()
{
    v1::MetricBatch minutes;
    for (std::int64_t minute_s = 600; minute_s <= 1200; minute_s += 60)
        *minutes.add_samples() = sampleAt(minute_s, 60);
    MetricHub hub;
    hub.restoreMinutes(minutes);
    const core::State state = stateWithInstance();
    v1::MetricHistoryRequest request;
    request.set_deployment_id("d");
    request.add_instances("Web_IN_0");
    request.set_from_time_ms(590'000);
    QCOMPARE(hub.query(request, 1'210'000).samples_size(), 11);
    for (std::int64_t second = 1211; second <= 1230; ++second) {
        hub.hostSampled(sampleAt(second, 1));
        hub.tick(state, second * 1000);
    }
    QCOMPARE(hub.query(request, 1'230'000).samples(0).interval_ms(), 60'000U);
    request.set_from_time_ms(1'205'000); // since then only seconds are known
    QCOMPARE(hub.query(request, 1'230'000).samples(0).interval_ms(), 1'000U);
}

QTEST_APPLESS_MAIN(FabricHubsTest)
#include "fabric_hubs_test.moc"
