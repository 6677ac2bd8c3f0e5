#pragma once

#include "backend/client/fabric_client.h"

namespace slipway::client
{

// "unix:/path" or "127.0.0.1:port" (loopback only). Connects lazily and reconnects for ever:
// initial and minimum backoff 100 ms, maximum 1 s.
std::unique_ptr<FabricClient> connect(const std::string &address);

} // namespace slipway::client
