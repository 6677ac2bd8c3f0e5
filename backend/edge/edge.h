// The data plane's keeper: runs HAProxy, which owns the public addresses.
#pragma once

#include "backend/sys/paths.h"

#include <string>

namespace slipway::edge
{

struct EdgeOptions {
    sys::Paths paths;
    std::string fabric_id;
    std::string listening; // sockets inherited from the controller (held_sockets.h); may be empty
};

// Runs until told to stop; HAProxy outlives a killed keeper and is taken over by the next one.
int runEdge(const EdgeOptions &options);

} // namespace slipway::edge
