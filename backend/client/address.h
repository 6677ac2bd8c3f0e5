#pragma once

#include "backend/proto/result.h"

#include <filesystem>
#include <string>

namespace slipway::client
{

// What gRPC dials for "unix:/path", "127.0.0.1:port" or "localhost:port"; never a name that would
// have to be looked up. Errors as checkAddress().
Result<std::string> dialTarget(const std::string &address);
// The file of a Unix socket's address; empty for others.
std::filesystem::path socketOf(const std::string &address);

} // namespace slipway::client
