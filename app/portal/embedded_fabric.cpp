#include "app/portal/embedded_fabric.h"

#include "backend/fabric/fabric.h"
#include "backend/server/ending.h"
#include "backend/server/server.h"
#include "backend/sys/child_process.h"

#include <atomic>
#include <thread>

namespace slipway::portal
{

namespace
{

fabric::FabricOptions fabricOptions(const EmbeddedOptions &options)
{
    fabric::FabricOptions result;
    result.socket = options.socket;
    result.paths = sys::pathsFor(options.data, options.socket);
    result.daemon_program = sys::programFolder() / "slipwayd";
    result.engine = options.engine;
    result.hosts = options.hosts;
    result.fault_domains = options.fault_domains;
    result.embedded = true;
    return result;
}

} // namespace

struct EmbeddedFabric::Impl {
    EmbeddedOptions options;
    std::unique_ptr<fabric::Fabric> fabric; // the server goes first
    std::unique_ptr<server::Server> server;
    std::thread worker; // one task at a time
    std::atomic<bool> running = false;

    void work(std::function<void()> task)
    {
        join();
        worker = std::thread(std::move(task));
    }
    void join()
    {
        if (worker.joinable()) {
            worker.join();
        }
    }
    void open(const Started &started, const ShutdownAsked &asked);
    void end(bool keep_services);
};

void EmbeddedFabric::Impl::open(const Started &started, const ShutdownAsked &asked)
{
    auto settings = fabricOptions(options);
    settings.open_door = [this](fabric::Fabric &door) -> Result<void> {
        auto served = server::serve(door, options.socket);
        if (!served) {
            return Failure(served.error());
        }
        server = std::move(*served);
        return {};
    };
    auto opened = fabric::openFabric(settings);
    if (!opened) {
        const bool held = opened.error().reason() == "DATA_FOLDER_IN_USE";
        started(held ? StartOutcome::Attach : StartOutcome::Failed, opened.error());
        return;
    }
    fabric = std::move(*opened);
    fabric->onShutdownRequest(asked);
    running = true;
    started(StartOutcome::Embedded, {});
}

void EmbeddedFabric::Impl::end(bool keep_services)
{
    running = false;
    if (fabric == nullptr) {
        return;
    }
    server::endTogether(std::move(fabric), std::move(server), keep_services);
}

EmbeddedFabric::EmbeddedFabric(EmbeddedOptions options) : m_impl(std::make_unique<Impl>())
{
    m_impl->options = std::move(options);
}

EmbeddedFabric::~EmbeddedFabric()
{
    m_impl->join();
    m_impl->end(true);
}

void EmbeddedFabric::start(Started started, ShutdownAsked asked)
{
    m_impl->work([impl = m_impl.get(), started = std::move(started), asked = std::move(asked)] {
        impl->open(started, asked);
    });
}

void EmbeddedFabric::stop(bool keep_services, std::function<void()> stopped)
{
    m_impl->work([impl = m_impl.get(), keep_services, stopped = std::move(stopped)] {
        impl->end(keep_services);
        stopped();
    });
}

bool EmbeddedFabric::isRunning() const
{
    return m_impl->running;
}

Result<int> EmbeddedFabric::startDaemon() const
{
    const auto &options = m_impl->options;
    sys::SpawnRequest request;
    request.arguments = {(sys::programFolder() / "slipwayd").string(), "fabric", "--socket",
                         options.socket.string()};
    if (!options.data.empty()) {
        request.arguments.insert(request.arguments.end(), {"--data", options.data.string()});
    }
    if (options.engine != "local") {
        request.arguments.insert(request.arguments.end(), {"--engine", options.engine});
    }
    request.working_folder = "/";
    request.new_session = true;
    return sys::spawn(request);
}

} // namespace slipway::portal
