// The root folder that all sandboxes of a host share, read-only: mount points, links into /usr, and
// an /etc of its own with nothing of the operator's in it.
#pragma once

#include "backend/host/sandbox_config.h"
#include "backend/proto/result.h"

#include <filesystem>
#include <vector>

namespace slipway::host
{

Result<void> makeRootFolder(const std::filesystem::path &root);
// What of the machine's /etc is shown as it is, where it exists.
std::vector<BindMount> sharedSystemFolders();

} // namespace slipway::host
