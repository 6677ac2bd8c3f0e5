// The shell's parts without a thread: watches, metrics, what is observed.
#include "backend/fabric/inbox.h"
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

v1::MetricSample sampleAtMs(std::int64_t time_ms, std::uint64_t requests)
{
    v1::MetricSample sample;
    sample.set_time_ms(time_ms);
    sample.set_deployment_id("d");
    sample.set_instance("Web_IN_0");
    sample.set_requests(requests);
    sample.set_cpu_permille(std::uint32_t(requests));
    return sample;
}

v1::MetricSample sampleAt(std::int64_t time_s, std::uint64_t requests)
{
    return sampleAtMs(time_s * 1000, requests);
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
    void driftingTimersLeaveNoSecondEmpty();
    void whatWasNotMeasuredIsSaid();
    void loadsThatAreLateLast();
    void whatComesTooLateIsLeftOut();
    void choosesTiersOfMetrics();
    void showsStoredMinutesAfterARestart();
    void oneServicesFloodDelaysNoOther();
    void theInboxIsBounded();
};

namespace
{

v1::Observation statusOf(const std::string &deployment, const std::string &instance,
                         std::uint64_t generation, const std::string &host = "host-1")
{
    v1::Observation observation;
    observation.set_host_id(host);
    v1::InstanceStatus &status = *observation.mutable_instance_status();
    status.set_deployment_id(deployment);
    status.set_name(instance);
    status.set_generation(generation);
    return observation;
}

v1::Observation happeningOf(const std::string &deployment, const std::string &message)
{
    v1::Observation observation;
    observation.mutable_happening()->set_deployment_id(deployment);
    observation.mutable_happening()->set_message(message);
    return observation;
}

} // namespace

void FabricHubsTest::oneServicesFloodDelaysNoOther()
{
    Inbox inbox;
    for (int i = 0; i < 1'000; ++i)
        for (int instance = 0; instance < 50; ++instance)
            inbox.add(statusOf("noisy", std::to_string(instance), std::uint64_t(i)));
    inbox.add(statusOf("quiet", "crashed", 7));
    int turns = 0;
    while (const auto next = inbox.take()) {
        ++turns;
        if (next->instance_status().deployment_id() == "quiet")
            break;
    }
    QVERIFY(turns <= 2);
}

void FabricHubsTest::theInboxIsBounded()
{
    Inbox inbox;
    for (int i = 0; i < 10'000; ++i) {
        inbox.add(statusOf("d", "a", std::uint64_t(i)));
        inbox.add(happeningOf("d", std::to_string(i)));
    }
    inbox.add(statusOf("d", "b", 1, "host-2"));
    std::vector<v1::Observation> taken;
    while (auto next = inbox.take())
        taken.push_back(std::move(*next));
    QCOMPARE(taken.size(), Inbox::kStatusesMax + Inbox::kHappeningsMax + 2);
    const v1::Observation &told = taken.back(); // what was dropped is said
    QCOMPARE(told.happening().kind(), std::string("HappeningsDropped"));
    QVERIFY(told.happening().message().starts_with("9744 "));
    std::uint64_t latest = 0;
    for (const v1::Observation &one : taken)
        if (one.instance_status().name() == "a")
            latest = one.instance_status().generation();
    QCOMPARE(latest, std::uint64_t(9'999)); // the latest status counts
    // A host that tells everything anew, or is lost, takes back what it said; not the others.
    inbox.add(statusOf("d", "a", 1, "host-1"));
    inbox.add(statusOf("d", "b", 1, "host-2"));
    inbox.forgetStatuses("host-1");
    QCOMPARE(inbox.take()->host_id(), std::string("host-2"));
    QVERIFY(inbox.empty());
}

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

// Three timers: the host's is a little slow, the edge's a little fast, the fabric's exact.
void FabricHubsTest::driftingTimersLeaveNoSecondEmpty()
{
    const core::State state = stateWithInstance();
    MetricHub hub;
    const auto sink = std::make_shared<MetricRecorder>();
    hub.watch({}, sink);
    std::int64_t host_ms = 1'000'400;
    std::int64_t edge_ms = 1'000'900;
    for (std::int64_t now_ms = 1'001'000; now_ms < 1'601'000; now_ms += 1000) {
        for (; host_ms <= now_ms; host_ms += 1003)
            hub.hostSampled(sampleAtMs(host_ms, 300));
        for (; edge_ms <= now_ms; edge_ms += 998)
            hub.edgeSampled(sampleAtMs(edge_ms, 10));
        hub.tick(state, now_ms);
    }
    int unmeasured = 0;
    int doubled = 0;
    for (const v1::MetricBatch &batch : sink->batches) {
        for (const v1::MetricSample &sample : batch.samples()) {
            QVERIFY(!sample.load_measured() || sample.cpu_permille() == 300);
            unmeasured += sample.load_measured() && sample.traffic_measured() ? 0 : 1;
            doubled += sample.requests() > 10 ? 1 : 0;
        }
    }
    // The instance and its deployment: at the beginning, and where a drift has made up a second.
    QVERIFY2(unmeasured <= 8, qPrintable(QString::number(unmeasured)));
    QVERIFY2(doubled <= 4, qPrintable(QString::number(doubled)));
}

void FabricHubsTest::whatWasNotMeasuredIsSaid()
{
    const core::State state = stateWithInstance();
    MetricHub hub;
    const auto sink = std::make_shared<MetricRecorder>();
    hub.watch({}, sink);
    for (std::int64_t second = 1000; second <= 1020; ++second) {
        hub.edgeSampled(sampleAt(second, 4)); // the host is silent from 1010 on
        if (second < 1010)
            hub.hostSampled(sampleAt(second, 300));
        hub.tick(state, second * 1000);
    }
    const v1::MetricSample &last = sink->batches.back().samples(1);
    QCOMPARE(last.instance(), std::string("Web_IN_0"));
    QVERIFY(!last.load_measured());
    QVERIFY(last.traffic_measured());
    QCOMPARE(last.requests(), 4U);
    QVERIFY(!sink->batches.back().samples(0).load_measured()); // nor of the deployment
    for (const v1::MetricBatch &batch : sink->batches)
        for (const v1::MetricSample &sample : batch.samples())
            QVERIFY(sample.load_measured() == (sample.cpu_permille() > 0));
}

// Agent, host and fabric each add up to a second: the second of a load may be closed when it comes.
void FabricHubsTest::loadsThatAreLateLast()
{
    const core::State state = stateWithInstance();
    MetricHub hub;
    const auto sink = std::make_shared<MetricRecorder>();
    hub.watch({}, sink);
    for (std::int64_t second = 1000; second <= 1030; ++second) {
        hub.edgeSampled(sampleAt(second, 4));
        hub.hostSampled(sampleAt(second - 3, 300));
        hub.tick(state, second * 1000);
    }
    for (const v1::MetricSample &sample : sink->batches.back().samples()) {
        QVERIFY(sample.load_measured());
        QCOMPARE(sample.cpu_permille(), 300U);
    }
}

void FabricHubsTest::whatComesTooLateIsLeftOut()
{
    const core::State state = stateWithInstance();
    MetricHub hub;
    for (std::int64_t second = 1000; second <= 1010; ++second) {
        hub.hostSampled(sampleAt(second, 300));
        hub.tick(state, second * 1000);
    }
    hub.hostSampled(sampleAt(1001, 900));
    hub.hostSampled(sampleAt(9'000'000, 900)); // nor what is far ahead
    hub.tick(state, 1'011'000);
    v1::MetricHistoryRequest request;
    request.set_deployment_id("d");
    request.add_instances("Web_IN_0");
    const v1::MetricBatch kept = hub.query(request, 1'011'000);
    QVERIFY(kept.samples_size() > 0);
    for (const v1::MetricSample &sample : kept.samples())
        QVERIFY(sample.cpu_permille() <= 300);
}

void FabricHubsTest::choosesTiersOfMetrics()
{
    constexpr std::int64_t kNow_ms = 100'000'000;
    QCOMPARE(chooseTier(kNow_ms - 300'000, kNow_ms, 600), 0U);
    QCOMPARE(chooseTier(kNow_ms - 300'000, kNow_ms, 100), 1U);
    QCOMPARE(chooseTier(kNow_ms - 3'600'000, kNow_ms, 600), 1U);
    QCOMPARE(chooseTier(kNow_ms - 80'000'000, kNow_ms, 600), 2U);
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
