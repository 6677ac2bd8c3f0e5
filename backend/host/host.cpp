#include "backend/host/host.h"

#include "backend/host/host_daemon.h"
#include "backend/sys/end_signals.h"
#include "backend/sys/sandbox_processes.h"

#include <asio/signal_set.hpp>
#include <csignal>
#include <spdlog/spdlog.h>

namespace slipway::host
{

namespace
{
constexpr std::uint32_t kSignalGrace_ms = 2'000;
} // namespace

int runHost(const HostOptions &options)
{
    std::signal(SIGPIPE, SIG_IGN);
    sys::becomeReaper();
    const auto folder = options.paths.hostFolder(options.host_id);
    if (const auto made = sys::makePrivateFolder(folder); !made) {
        spdlog::error("{}", made.error().message());
        return 1;
    }
    asio::io_context io(1);
    HostDaemon daemon(io, options, testIsolation(options));
    if (const auto started = daemon.start(); !started) {
        spdlog::error("{}", started.error().message());
        return 1;
    }
    asio::signal_set signals(io);
    for (const int number : sys::endSignals())
        signals.add(number);
    signals.async_wait([&daemon](std::error_code error, int) {
        if (!error)
            daemon.stop(kSignalGrace_ms);
    });
    io.run();
    return 0;
}

} // namespace slipway::host
