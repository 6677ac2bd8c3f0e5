#pragma once

#include "backend/client/fabric_client.h"

namespace slipway::client
{

// "unix:/path" or "127.0.0.1:port" (loopback only). Connects lazily and reconnects for ever:
// first after 100 ms, at most 1 s later; an attempt may take 3 s. With an address that is refused
// every call answers with checkAddress()'s error.
//
// The client's destructor cancels what still runs (its `done` gets CANCELLED) and waits for it: do
// not destroy a client in one of its own callbacks. Subscriptions may outlive it.
std::unique_ptr<FabricClient> connect(const std::string &address);

// INVALID_ARGUMENT with NOT_LOOPBACK, ADDRESS_INVALID or SOCKET_PATH_TOO_LONG.
Result<void> checkAddress(const std::string &address);

} // namespace slipway::client
