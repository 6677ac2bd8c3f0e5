// Runs instances on this machine: each physical server is a `slipwayd host` process. Starts hosts,
// adopts those that outlived an earlier controller, and proves a dead one's sandboxes gone before
// it says so.
#pragma once

#include "backend/engine/engine.h"
#include "backend/sys/paths.h"

#include <asio.hpp>
#include <memory>

namespace slipway::engine
{

struct LocalEngineOptions {
    sys::Paths paths;
    std::string fabric_id;
    std::filesystem::path daemon_program; // slipwayd
};

// Everything happens on the thread of `io`, which must outlive the engine. Destroying the engine
// without stop() is detach().
std::unique_ptr<Engine> makeLocalEngine(asio::io_context &io, const LocalEngineOptions &options);

} // namespace slipway::engine
