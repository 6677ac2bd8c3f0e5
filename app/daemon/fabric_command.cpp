#include "app/daemon/fabric_command.h"

#include "backend/fabric/fabric.h"
#include "backend/server/server.h"

#include <asio.hpp>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <future>
#include <iostream>
#include <mutex>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <thread>

namespace slipway
{

namespace
{

constexpr int kExitFailed = 1;
constexpr int kExitInUse = 3;
constexpr int kExitLate = 4;
constexpr auto kEndMax = std::chrono::milliseconds(7800); // the promise is 8 s

fabric::FabricOptions fabricOptions(const FabricCommandOptions &options)
{
    fabric::FabricOptions result;
    result.socket =
        std::filesystem::absolute(options.socket.empty() ? sys::defaultSocket() : options.socket);
    result.paths = sys::pathsFor(options.data, result.socket);
    result.daemon_program = sys::programFolder() / "slipwayd";
    result.engine = options.engine;
    result.hosts = options.hosts;
    result.fault_domains = options.fault_domains;
    result.first_start = options.first_start;
    return result;
}

int refuse(const v1::Error &error)
{
    std::cerr << "slipwayd fabric: " << error.message() << std::endl;
    return error.reason() == "DATA_FOLDER_IN_USE" ? kExitInUse : kExitFailed;
}

// Ends the process should the end in order take longer than promised.
class EndGuard
{
public:
    EndGuard() : m_thread([this] { wait(); }) {}
    ~EndGuard()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_over = true;
        }
        m_changed.notify_all();
        m_thread.join();
    }

private:
    void wait()
    {
        std::unique_lock lock(m_mutex);
        if (m_changed.wait_for(lock, kEndMax, [this] { return m_over; }))
            return;
        spdlog::critical("The fabric did not end in time.");
        std::_Exit(kExitLate);
    }

    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_over = false;
    std::thread m_thread;
};

// What ends the fabric: a signal, or somebody's request over the wire. Listens from before the
// start, so that no signal leaves half a fabric behind.
class EndWatch
{
public:
    explicit EndWatch(bool keep_services)
        : m_keep_services(keep_services), m_work(asio::make_work_guard(m_io)),
          m_signals(m_io, SIGTERM, SIGINT)
    {
        m_signals.async_wait([this](std::error_code error, int number) {
            if (error)
                return;
            spdlog::info("Signal {}: the fabric ends.", number);
            m_io.stop();
        });
    }
    void listenTo(fabric::Fabric &fabric)
    {
        fabric.onShutdownRequest([this](const v1::ShutdownRequest &request) {
            asio::post(m_io, [this, request] {
                m_keep_services = request.keep_services() || request.hand_over();
                m_io.stop();
            });
        });
    }
    // Blocks; true when services shall go on.
    bool wait()
    {
        m_io.run();
        return m_keep_services;
    }

private:
    asio::io_context m_io;
    bool m_keep_services;
    asio::executor_work_guard<asio::io_context::executor_type> m_work;
    asio::signal_set m_signals;
};

void end(fabric::Fabric &fabric, server::Server &server, bool keep_services)
{
    const EndGuard guard;
    fabric.onShutdownRequest(nullptr);
    server.stop();
    std::promise<void> ended;
    fabric.shutdown(keep_services, [&ended] { ended.set_value(); });
    ended.get_future().wait();
}

} // namespace

int runFabricCommand(const FabricCommandOptions &options)
{
    spdlog::set_default_logger(spdlog::stderr_logger_mt("fabric"));
    std::signal(SIGPIPE, SIG_IGN);
    fabric::FabricOptions settings = fabricOptions(options);
    EndWatch end_watch(options.keep_services); // outlives the fabric, which may call it
    std::unique_ptr<server::Server> server;
    settings.open_door = [&](fabric::Fabric &fabric) -> Result<void> {
        auto served = server::serve(fabric, settings.socket, options.tcp_port);
        if (!served)
            return Failure(served.error());
        server = std::move(*served);
        return {};
    };
    auto fabric = fabric::openFabric(settings);
    if (!fabric)
        return refuse(fabric.error());
    std::cout << "ready " << settings.socket.string() << std::endl;
    end_watch.listenTo(**fabric);
    end(**fabric, *server, end_watch.wait());
    server.reset(); // the fabric outlives it
    return 0;
}

} // namespace slipway
