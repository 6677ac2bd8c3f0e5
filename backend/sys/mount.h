// A private view of the machine's mounts for a host daemon.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>
#include <vector>

namespace slipway::sys
{

// Sandboxes run as user ids that may not walk through the fabric's 0700 folders, and so could not
// reach their own root folder. This gives the calling process (one thread only) mounts of its own
// and shows `folder` at a place that everybody can walk to; the machine sees nothing of it, and it
// ends with the process. Places that hide one of `kept_visible` are not used. Needs root.
Result<std::filesystem::path> exposeFolder(const std::filesystem::path &folder,
                                           const std::vector<std::filesystem::path> &kept_visible);

} // namespace slipway::sys
