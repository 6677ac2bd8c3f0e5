#include "stand_in_fabric.h"

#include "backend/engine/local/local_engine.h"
#include "backend/store/store.h"

#include <QElapsedTimer>
#include <QTest>
#include <asio/post.hpp>
#include <future>
#include <mutex>

namespace slipway::test
{

namespace
{

constexpr int kLook_ms = 250;

// Confirms every table at once, and holds no request.
class ObedientEdge final : public fabric::EdgeLink
{
public:
    explicit ObedientEdge(asio::io_context &io) : m_io(io) {}
    void start(fabric::EdgeObserver observer) override { m_observer = std::move(observer); }
    void reportAgain() override {}
    void setTable(const v1::RoutingTable &table) override
    {
        auto report = std::make_shared<v1::EdgeReport>();
        report->set_applied_revision(table.revision());
        for (const v1::Listener &listener : table.listeners()) {
            report->add_listeners()->set_key(listener.key());
            report->mutable_listeners()->rbegin()->set_bound_port(listener.port());
        }
        for (const v1::Pool &pool : table.pools()) {
            for (const v1::PoolServer &server : pool.servers()) {
                if (!server.drain())
                    continue;
                v1::ServerId &drained = *report->add_drained();
                drained.set_deployment_id(pool.deployment_id());
                drained.set_instance(server.instance());
            }
        }
        asio::post(m_io, [this, report] { m_observer.reported(*report); });
    }
    void stop(std::uint32_t, std::function<void()> done) override { done(); }
    void detach() override {}
    int pid() const override { return 0; }
    int haproxyPid() const override { return 0; }

private:
    asio::io_context &m_io;
    fabric::EdgeObserver m_observer;
};

fabric::FabricParts parts()
{
    fabric::FabricParts parts;
    parts.make_engine = [](const fabric::PartsContext &context) {
        return engine::makeLocalEngine(context.io,
                                       {context.paths, context.fabric_id, context.daemon_program});
    };
    parts.make_edge = [](const fabric::PartsContext &context) {
        return std::make_unique<ObedientEdge>(context.io);
    };
    return parts;
}

struct Snapshot final : fabric::WatchSink {
    bool push(const v1::WatchResponse &response) override
    {
        for (const v1::Change &change : response.snapshot().entities())
            core::restore(state, change);
        return true;
    }
    void end(const v1::Error &) override { done.set_value(); }
    core::State state;
    std::promise<void> done;
};

} // namespace

StandInFabric::StandInFabric() : m_folder(QStringLiteral("/tmp/sls-XXXXXX"))
{
    const std::filesystem::path folder = m_folder.path().toStdString();
    m_options.socket = folder / "r/fabric.sock";
    m_options.paths = sys::pathsFor(folder / "d", m_options.socket);
    m_options.daemon_program = sys::programFolder() / "stand_in_host";
}

StandInFabric::~StandInFabric()
{
    if (!m_fabric)
        return;
    std::promise<void> ended;
    m_fabric->shutdown(false, [&ended] { ended.set_value(); });
    ended.get_future().wait();
}

bool StandInFabric::open()
{
    std::filesystem::create_directories(m_options.paths.data);
    std::filesystem::permissions(m_options.paths.data, std::filesystem::perms::owner_all);
    {
        auto store = store::Store::open(m_options.paths.storeFile());
        if (!store || !(*store)->commit(world.log))
            return false;
    }
    auto opened = fabric::openFabric(m_options, parts());
    if (!opened) {
        qWarning("%s", opened.error().message().c_str());
        return false;
    }
    m_fabric = std::move(*opened);
    return true;
}

Result<v1::CommandReply> StandInFabric::execute(v1::Command command)
{
    std::promise<Result<v1::CommandReply>> promise;
    m_fabric->execute(std::move(command), [&promise](Result<v1::CommandReply> reply) {
        promise.set_value(std::move(reply));
    });
    return promise.get_future().get();
}

bool StandInFabric::finish(const v1::Command &command, int limit_ms)
{
    const auto reply = execute(command);
    if (!reply) {
        qWarning("%s", reply.error().message().c_str());
        return false;
    }
    const std::string id = reply->operation().id();
    return QTest::qWaitFor(
        [&] {
            const core::State now = state();
            const auto found = now.operations.find(id);
            return found != now.operations.end() &&
                   found->second.state() == v1::Operation::Succeeded;
        },
        limit_ms);
}

core::State StandInFabric::state() const
{
    const auto sink = std::make_shared<Snapshot>();
    v1::WatchRequest request;
    request.set_once(true);
    request.set_recent_events(1);
    m_fabric->watch(request, sink);
    sink->done.get_future().wait();
    return sink->state;
}

std::size_t StandInFabric::ready(const std::string &deployment_id) const
{
    std::size_t count = 0;
    for (const auto &[key, instance] : state().instances) {
        if ((deployment_id.empty() || key.first == deployment_id) &&
            instance.state() == v1::RoleInstance::ReadyRole)
            ++count;
    }
    return count;
}

bool StandInFabric::waitReady(std::size_t count, int limit_ms) const
{
    QElapsedTimer passed; // each look takes the whole state
    passed.start();
    while (ready() != count) {
        if (passed.elapsed() > limit_ms)
            return false;
        QTest::qWait(kLook_ms);
    }
    return true;
}

std::map<std::string, int> StandInFabric::hostPids() const
{
    std::map<std::string, int> pids;
    for (const auto &[id, host] : state().hosts) {
        if (host.state() == v1::Host::Ready)
            pids[id] = host.pid();
    }
    return pids;
}

std::size_t StandInFabric::eventsOf(const std::string &kind) const
{
    std::promise<Result<v1::EventsReply>> promise;
    v1::EventsRequest request;
    request.set_limit(1'000);
    m_fabric->listEvents(request, [&promise](Result<v1::EventsReply> reply) {
        promise.set_value(std::move(reply));
    });
    const auto reply = promise.get_future().get();
    std::size_t count = 0;
    for (const v1::Event &event : reply->events())
        count += event.kind() == kind ? 1 : 0;
    return count;
}

} // namespace slipway::test
