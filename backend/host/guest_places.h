// Where instances without namespaces have their folders: as root they have users of their own, who
// may not walk through the fabric's private folders, and no mounts that would show them the way.
#pragma once

#include "backend/sys/paths.h"

namespace slipway::host
{

// Makes the folder for it, which everybody may walk through and nobody list. Empty where none is
// needed: instances of an ordinary user are that user.
Result<std::filesystem::path> makeGuestPlace(const sys::Paths &paths, const std::string &fabric_id);

// As root: instances may walk through the runtime folder to the mesh of each other's sockets, and
// see nothing on the way.
Result<void> openWayToMesh(const sys::Paths &paths);

// The role's content as these instances can reach it: itself, or a copy in their place, made once.
Result<std::filesystem::path> reachableContent(const sys::Paths &paths,
                                               const std::filesystem::path &content);

} // namespace slipway::host
