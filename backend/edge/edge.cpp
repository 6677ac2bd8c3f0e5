#include "backend/edge/edge.h"

#include "backend/edge/keeper.h"
#include "backend/sys/file_lock.h"

#include <csignal>

namespace slipway::edge
{

int runEdge(const EdgeOptions &options)
{
    const auto folder = sys::makePrivateFolder(options.paths.edgeFolder());
    if (!folder) {
        logProblem(folder.error().message());
        return 1;
    }
    const auto lock = sys::FileLock::take(options.paths.keeperLock());
    if (!lock) {
        logProblem("another keeper runs in " + options.paths.edgeFolder().string());
        return 1;
    }
    asio::io_context io(1);
    asio::signal_set signals(io, SIGTERM, SIGINT);
    const auto cell = chooseCell(options.paths, options.fabric_id);
    if (!cell) {
        logProblem(cell.error().message());
        return 1;
    }
    Keeper keeper(io, options, *cell);
    signals.async_wait([&keeper](std::error_code error, int) {
        if (!error)
            keeper.stop();
    });
    if (const auto started = keeper.start(); !started) {
        logProblem(started.error().message());
        return 1;
    }
    io.run();
    return 0;
}

} // namespace slipway::edge
