// A whole fabric with parts that the test plays: commands, restart, locks, the edge's confirmation,
// the written end.
#include "backend/store/store.h"
#include "tests/unit/fabric/played_parts.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace slipway;
using namespace slipway::fabric;

class FabricShellTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_home = std::make_unique<QTemporaryDir>(); }
    void keepsCommandsOverRestarts();
    void answersRepeatedRequestsOnce();
    void watchesFromSnapshotToEnd();
    void tellsTheEdgesConfirmation();
    void sharesNeitherDataNorFolder();
    void refusesWhatIsNotForOutside();
    void answersAfterTheEnd();
    void leavesNothingOfDeletedDeployments();
    void tellsTheEngineOfOtherHosts();
    void startsWhileAServiceIsBeingDeleted();
    void answersWhatWaitsWhenItEnds();
    void startsNothingWhenItsDoorStaysShut();
    void refusesFoldersThatTheEdgeCannotName();
    void removesTheSocketThatItWasGiven();

private:
    FabricOptions options() const
    {
        const std::filesystem::path home = m_home->path().toStdString();
        FabricOptions result;
        result.paths = {home / "data", home / "run"};
        result.socket = result.paths.fabricSocket();
        return result;
    }
    // Logs and metrics of these deployments; only the last one is still deployed, in "shop".
    void prepareData(const std::vector<std::string> &deployments) const;

    std::unique_ptr<QTemporaryDir> m_home;
};

void FabricShellTest::prepareData(const std::vector<std::string> &deployments) const
{
    const sys::Paths paths = options().paths;
    std::filesystem::create_directories(paths.data);
    const auto store = store::Store::open(paths.storeFile());
    QVERIFY(store);
    v1::MetricBatch batch;
    std::filesystem::create_directories(paths.logs() / "hosts");
    for (const std::string &id : deployments) {
        std::filesystem::create_directories(paths.instanceLogs(id, "Web_IN_0"));
        batch.add_samples()->set_deployment_id(id);
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    QVERIFY((*store)->addMetrics(now_ms, batch, 0));
    v1::Change service;
    service.set_revision(1);
    service.mutable_service()->set_name("shop");
    service.mutable_service()->mutable_production()->set_kind(v1::PRODUCTION);
    service.mutable_service()->mutable_production()->set_deployment_id(deployments.back());
    v1::Change deployment;
    deployment.set_revision(1);
    deployment.mutable_deployment()->set_id(deployments.back());
    deployment.mutable_deployment()->set_service("shop");
    deployment.mutable_deployment()->set_slot(v1::PRODUCTION);
    v1::Change settings;
    settings.set_revision(1);
    *settings.mutable_settings() = core::defaultSettings("12345678", "127.77.3");
    settings.mutable_settings()->set_host_count(1);
    settings.mutable_settings()->set_fault_domain_count(1);
    QVERIFY((*store)->commit({settings, service, deployment}));
    v1::Change removal;
    removal.set_revision(2);
    removal.mutable_removed()->set_kind(v1::Removed::DEPLOYMENT);
    removal.mutable_removed()->set_id(deployments.front());
    QVERIFY((*store)->commit({removal}));
}

void FabricShellTest::keepsCommandsOverRestarts()
{
    std::string fabric_id;
    {
        auto fabric = openFabric(options(), testParts());
        QVERIFY(fabric);
        QVERIFY(execute(**fabric, createService("shop")));
        fabric_id =
            waitFor<v1::FabricStatus>([&](auto done) { (*fabric)->status(done); })->fabric_id();
        QCOMPARE(fabric_id.size(), std::size_t(8));
        end(**fabric);
        QVERIFY(!std::filesystem::exists(options().paths.runtime));
    }
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    const auto status = waitFor<v1::FabricStatus>([&](auto done) { (*fabric)->status(done); });
    QVERIFY(status);
    QCOMPARE(status->fabric_id(), fabric_id);
    QCOMPARE(status->hosts_size(), 6);
    QCOMPARE(status->edge_pid(), 4711);
    const auto again = createService("shop");
    v1::Command other = again;
    other.set_request_id("another");
    QCOMPARE(execute(**fabric, other).error().code(), v1::Error::ALREADY_EXISTS);
}

void FabricShellTest::answersRepeatedRequestsOnce()
{
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    const auto first = execute(**fabric, createService("shop"));
    const auto second = execute(**fabric, createService("shop"));
    QVERIFY(first);
    QVERIFY(second);
    QCOMPARE(first->operation().id(), second->operation().id());
}

void FabricShellTest::watchesFromSnapshotToEnd()
{
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    const auto watcher = std::make_shared<Watcher>();
    (*fabric)->watch({}, watcher);
    QVERIFY(execute(**fabric, createService("shop")));
    QTRY_VERIFY(watcher->sawService("shop"));
    const auto late = std::make_shared<Watcher>();
    (*fabric)->watch({}, late);
    QTRY_VERIFY(late->sawService("shop"));
    end(**fabric);
    QVERIFY(watcher->ended);
    QCOMPARE(watcher->end_reason, std::string("SHUTTING_DOWN"));
}

void FabricShellTest::tellsTheEdgesConfirmation()
{
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    const auto reply = execute(**fabric, createService("shop"));
    QVERIFY(reply);
    const auto confirmed = [&] {
        return waitFor<v1::FabricStatus>([&](auto done) { (*fabric)->status(done); })
            ->edge_revision();
    };
    QTRY_VERIFY(confirmed() >= reply->revision()); // its table did not change, its revision did
}

void FabricShellTest::sharesNeitherDataNorFolder()
{
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    const auto second = openFabric(options(), testParts());
    QVERIFY(!second);
    QCOMPARE(second.error().reason(), std::string("DATA_FOLDER_IN_USE"));
    FabricOptions shared = options();
    shared.paths.runtime = m_home->path().toStdString() + "/open";
    std::filesystem::create_directories(shared.paths.runtime / "somebody");
    std::filesystem::permissions(shared.paths.runtime, std::filesystem::perms(0755));
    QCOMPARE(openFabric(shared, testParts()).error().reason(),
             std::string("RUNTIME_FOLDER_SHARED"));
    shared.socket = "/tmp/" + std::string(120, 'x');
    QCOMPARE(openFabric(shared, testParts()).error().reason(), std::string("SOCKET_PATH_TOO_LONG"));
    end(**fabric);
    QVERIFY(openFabric(options(), testParts()));
}

void FabricShellTest::refusesWhatIsNotForOutside()
{
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    v1::Command command;
    command.mutable_register_package()->set_digest("sha256:00");
    QCOMPARE(execute(**fabric, command).error().code(), v1::Error::PERMISSION_DENIED);
    QCOMPARE(partsFor("magic").error().reason(), std::string("UNKNOWN_ENGINE"));
}

void FabricShellTest::answersAfterTheEnd()
{
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    end(**fabric, true);
    end(**fabric);
    QCOMPARE(execute(**fabric, createService("late")).error().reason(),
             std::string("SHUTTING_DOWN"));
}

void FabricShellTest::leavesNothingOfDeletedDeployments()
{
    const std::string gone(32, 'a');
    const std::string kept(32, 'b');
    const std::filesystem::path logs = options().paths.logs();
    prepareData({gone, kept}); // "gone" went while nobody could clean up after it
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    QTRY_VERIFY(!std::filesystem::exists(logs / gone));
    QVERIFY(std::filesystem::exists(logs / kept / "Web_IN_0"));
    QVERIFY(std::filesystem::exists(logs / "hosts"));
    v1::Command command;
    command.mutable_delete_deployment()->set_service("shop");
    QVERIFY(execute(**fabric, command));
    QTRY_VERIFY(!std::filesystem::exists(logs / kept));
    QVERIFY(std::filesystem::exists(logs / "hosts"));
    v1::EventsRequest request;
    request.set_deployment_id(kept);
    const auto events =
        waitFor<v1::EventsReply>([&](auto done) { (*fabric)->listEvents(request, done); });
    QVERIFY(events->events_size() > 0); // the timeline stays
    end(**fabric);
    const auto store = store::Store::open(options().paths.storeFile());
    QVERIFY(store);
    QVERIFY((*store)->metrics()->empty());
}

void FabricShellTest::tellsTheEngineOfOtherHosts()
{
    EngineCalls calls;
    auto fabric = openFabric(options(), countingParts(calls));
    QVERIFY(fabric);
    const auto told = [&](std::size_t hosts, std::uint32_t rejoin_ms) {
        const std::lock_guard lock(calls.mutex);
        return !calls.fleets.empty() && calls.fleets.back().hosts.size() == hosts &&
               calls.fleets.back().rejoin_ms == rejoin_ms;
    };
    QTRY_VERIFY(told(6, 5'000));
    v1::Command command;
    *command.mutable_update_settings() = core::defaultSettings({}, {});
    command.mutable_update_settings()->set_host_count(8);
    command.mutable_update_settings()->set_host_rejoin_ms(1'234);
    QVERIFY(execute(**fabric, command));
    QTRY_VERIFY(told(8, 1'234));
    command.mutable_update_settings()->set_host_count(3);
    QVERIFY(execute(**fabric, command));
    QTRY_VERIFY(told(3, 1'234));
}

// The service is gone, its deployment not yet: that is no damage.
void FabricShellTest::startsWhileAServiceIsBeingDeleted()
{
    prepareData({std::string(32, 'a'), std::string(32, 'b')});
    {
        const auto store = store::Store::open(options().paths.storeFile());
        QVERIFY(store);
        v1::Change removal;
        removal.set_revision(3);
        removal.mutable_removed()->set_kind(v1::Removed::SERVICE);
        removal.mutable_removed()->set_id("shop");
        v1::Change leaving;
        leaving.set_revision(3);
        leaving.mutable_deployment()->set_id(std::string(32, 'b'));
        leaving.mutable_deployment()->set_service("shop");
        leaving.mutable_deployment()->set_status(v1::Deployment::Deleting);
        QVERIFY((*store)->commit({removal, leaving}));
    }
    auto fabric = openFabric(options(), testParts());
    QVERIFY2(fabric, fabric ? "" : fabric.error().message().c_str());
    QVERIFY(execute(**fabric, createService("shop")));
}

void FabricShellTest::answersWhatWaitsWhenItEnds()
{
    prepareData({std::string(32, 'a'), std::string(32, 'b')});
    {
        const auto store = store::Store::open(options().paths.storeFile());
        QVERIFY(store);
        v1::Change removal;
        removal.set_revision(3);
        removal.mutable_removed()->set_kind(v1::Removed::SERVICE);
        removal.mutable_removed()->set_id("shop");
        v1::Change leaving;
        leaving.set_revision(3);
        leaving.mutable_deployment()->set_id(std::string(32, 'b'));
        leaving.mutable_deployment()->set_service("shop");
        leaving.mutable_deployment()->set_status(v1::Deployment::Deleting);
        QVERIFY((*store)->commit({removal, leaving}));
    }
    auto fabric = openFabric(options(), testParts());
    QVERIFY(fabric);
    v1::UploadStart start;
    start.set_upload_id("id");
    start.set_size_bytes(10);
    QVERIFY(waitFor<v1::UploadState>(
        [&](auto done) { (*fabric)->beginUpload("attempt", start, done); }));
    std::atomic<int> answered = 0;
    v1::UploadQuery query;
    query.set_upload_id("id");
    for (int i = 0; i < 3; ++i)
        (*fabric)->queryUpload(query, [&](Result<v1::UploadState>) { ++answered; });
    (*fabric)->uploadChunk("attempt", "01", [&](Result<v1::UploadState>) { ++answered; });
    for (int i = 0; i < 3; ++i)
        (*fabric)->checkStore([&](Result<v1::CheckStoreReply>) { ++answered; });
    end(**fabric, true);
    QCOMPARE(answered.load(), 7);
}

void FabricShellTest::startsNothingWhenItsDoorStaysShut()
{
    EngineCalls calls;
    FabricOptions shut = options();
    std::promise<Result<v1::CommandReply>> early;
    shut.open_door = [&early](Fabric &fabric) -> Result<void> {
        fabric.execute(createService("early"), [&early](Result<v1::CommandReply> reply) {
            early.set_value(std::move(reply));
        });
        return failure(v1::Error::UNAVAILABLE, "ADDRESS_NOT_BOUND", "The port is taken.");
    };
    QCOMPARE(openFabric(shut, countingParts(calls)).error().reason(),
             std::string("ADDRESS_NOT_BOUND"));
    QVERIFY(calls.fleets.empty());
    QCOMPARE(early.get_future().get().error().reason(), std::string("SHUTTING_DOWN"));
    FabricOptions open = options();
    std::promise<Result<v1::CommandReply>> waits;
    open.open_door = [&waits](Fabric &fabric) -> Result<void> {
        fabric.execute(createService("early"), [&waits](Result<v1::CommandReply> reply) {
            waits.set_value(std::move(reply));
        });
        return {};
    };
    auto fabric = openFabric(open, countingParts(calls));
    QVERIFY(fabric);
    QVERIFY(waits.get_future().get());
}

void FabricShellTest::refusesFoldersThatTheEdgeCannotName()
{
    for (const char *name : {"a,b", "a)b", "a\"b"}) {
        FabricOptions odd = options();
        odd.paths.runtime = std::filesystem::path(m_home->path().toStdString()) / name;
        odd.socket = odd.paths.fabricSocket();
        QCOMPARE(openFabric(odd, testParts()).error().reason(),
                 std::string("SOCKET_FOLDER_UNUSABLE"));
        QVERIFY(!std::filesystem::exists(odd.paths.runtime));
    }
}

void FabricShellTest::removesTheSocketThatItWasGiven()
{
    FabricOptions named = options();
    named.socket = named.paths.runtime / "mine.sock";
    auto fabric = openFabric(named, testParts());
    QVERIFY(fabric);
    QVERIFY(QFile(QString::fromStdString(named.socket.string())).open(QIODevice::WriteOnly));
    end(**fabric);
    QVERIFY(!std::filesystem::exists(named.paths.runtime));
}

QTEST_APPLESS_MAIN(FabricShellTest)
#include "fabric_shell_test.moc"
