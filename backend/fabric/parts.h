// The two exchangeable parts of a fabric: what runs instances, and what carries their traffic.
#pragma once

#include "backend/engine/engine.h"
#include "backend/fabric/edge_link.h"
#include "backend/fabric/fabric.h"

#include <asio/io_context.hpp>

namespace slipway::fabric
{

struct PartsContext {
    asio::io_context &io; // the fabric's thread runs it
    sys::Paths paths;
    std::string fabric_id;
    std::filesystem::path daemon_program;
};

// The stations of a command, in their order. `Written`: its changes lie in a transaction that is
// still open; `Committed`: they are on the disk, and nobody was told.
enum class Station { Received, Applied, Written, Committed, Answered };
using StationObserver = std::function<void(Station)>;

struct FabricParts {
    std::function<std::unique_ptr<engine::Engine>(const PartsContext &)> make_engine;
    std::function<std::unique_ptr<EdgeLink>(const PartsContext &)> make_edge;
    // Called on the fabric's thread, also for turns without a command; may be empty. For those who
    // have to know where a command is, such as a test that ends the process there.
    StationObserver passed;
};

// "local": hosts and HAProxy on this machine. "none": accepts orders and runs nothing, for tests
// and for looking into a data folder. INVALID_ARGUMENT UNKNOWN_ENGINE for any other name.
Result<FabricParts> partsFor(const std::string &engine);

Result<std::unique_ptr<Fabric>> openFabric(const FabricOptions &options, const FabricParts &parts);

} // namespace slipway::fabric
