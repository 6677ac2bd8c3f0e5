// Whether a place in the file system can be anybody's but this user's or root's: asked before
// something is said to a Unix socket, and before anything is kept in a folder.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>

namespace slipway::sys
{

// Both follow every link on the way: each folder and link must be this user's or root's (on the way
// to a folder also that of who owns "/"), and nobody else may write there unless only owners may
// rename (as in /tmp). What does not exist yet is fine.

// PERMISSION_DENIED SOCKET_NOT_TRUSTED when the file is no socket of this user's or root's, or when
// somebody else could put another one in its place.
Result<void> checkSocketTrust(const std::filesystem::path &socket);

// PERMISSION_DENIED FOLDER_NOT_TRUSTED when somebody else owns the folder, or could rename it or a
// folder above and put another one in its place.
Result<void> checkFolderTrust(const std::filesystem::path &folder);

} // namespace slipway::sys
