// Before something is said to a Unix socket: whether it can be anybody's but this user's or root's.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>

namespace slipway::sys
{

// PERMISSION_DENIED SOCKET_NOT_TRUSTED when the file is no socket of this user's or root's, or when
// somebody else could put another one in its place: every folder and link on the way must be this
// user's or root's, and nobody else may write there unless only owners may rename (as in /tmp). A
// socket or folder that does not exist yet is fine.
Result<void> checkSocketTrust(const std::filesystem::path &socket);

} // namespace slipway::sys
