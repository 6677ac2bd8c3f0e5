// How a fabric and its door end together.
#pragma once

#include "backend/fabric/fabric.h"
#include "backend/server/server.h"

#include <memory>

namespace slipway::server
{

// Ends both at the same time, so that no reader can hold up the end of what runs, and frees them.
// Blocks for as long as the fabric's own script takes (at most about 7 s). A handler of the server,
// or a job of the fabric's worker, that does not return although the fabric is over is left behind
// (false): the process has to end without it.
bool endTogether(std::unique_ptr<fabric::Fabric> fabric, std::unique_ptr<Server> server,
                 bool keep_services);

} // namespace slipway::server
