// A whole fabric with parts that the test plays: commands, restart, locks, the edge's confirmation,
// the written end.
#include "backend/fabric/idle_parts.h"

#include <QTemporaryDir>
#include <QTest>
#include <asio/post.hpp>
#include <future>
#include <mutex>

using namespace slipway;
using namespace slipway::fabric;

namespace
{

// Confirms every table at once, from the fabric's thread.
class ObedientEdge final : public EdgeLink
{
public:
    explicit ObedientEdge(asio::io_context &io) : m_io(io) {}
    void start(EdgeObserver observer) override { m_observer = std::move(observer); }
    void setTable(const v1::RoutingTable &table) override
    {
        asio::post(m_io, [this, revision = table.revision()] {
            v1::EdgeReport report;
            report.set_applied_revision(revision);
            m_observer.reported(report);
        });
    }
    void stop(std::uint32_t, std::function<void()> done) override { done(); }
    void detach() override {}
    int pid() const override { return 4711; }
    int haproxyPid() const override { return 4712; }

private:
    asio::io_context &m_io;
    EdgeObserver m_observer;
};

FabricParts testParts()
{
    FabricParts parts;
    parts.make_engine = [](const PartsContext &) { return std::make_unique<IdleEngine>(); };
    parts.make_edge = [](const PartsContext &context) {
        return std::make_unique<ObedientEdge>(context.io);
    };
    return parts;
}

struct Watcher final : WatchSink {
    bool push(const v1::WatchResponse &response) override
    {
        const std::lock_guard lock(mutex);
        received.push_back(response);
        return true;
    }
    void end(const v1::Error &error) override
    {
        const std::lock_guard lock(mutex);
        end_reason = error.reason();
        ended = true;
    }
    bool sawService(const std::string &name)
    {
        const std::lock_guard lock(mutex);
        for (const v1::WatchResponse &response : received) {
            for (const v1::Change &change : response.snapshot().entities())
                if (change.service().name() == name)
                    return true;
            for (const v1::Change &change : response.changes().changes())
                if (change.service().name() == name)
                    return true;
        }
        return false;
    }
    std::mutex mutex;
    std::vector<v1::WatchResponse> received;
    std::string end_reason;
    bool ended = false;
};

template <typename T, typename Call> Result<T> waitFor(Call call)
{
    std::promise<Result<T>> promise;
    call([&promise](Result<T> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
}

Result<v1::CommandReply> execute(Fabric &fabric, const v1::Command &command)
{
    return waitFor<v1::CommandReply>([&](auto done) { fabric.execute(command, done); });
}

v1::Command createService(const std::string &name)
{
    v1::Command command;
    command.set_request_id("create-" + name);
    command.mutable_create_service()->set_name(name);
    return command;
}

void end(Fabric &fabric, bool keep_services = false)
{
    std::promise<void> promise;
    fabric.shutdown(keep_services, [&promise] { promise.set_value(); });
    promise.get_future().wait();
}

} // namespace

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

private:
    FabricOptions options() const
    {
        const std::filesystem::path home = m_home->path().toStdString();
        FabricOptions result;
        result.paths = {home / "data", home / "run"};
        result.socket = result.paths.fabricSocket();
        return result;
    }
    std::unique_ptr<QTemporaryDir> m_home;
};

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

QTEST_APPLESS_MAIN(FabricShellTest)
#include "fabric_shell_test.moc"
