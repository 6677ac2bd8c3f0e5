// A folder is packed first; its .cscfg, which is never inside a package, comes along separately.
#pragma once

#include "backend/packages/package_reader.h"

namespace slipway::packages
{

Result<std::filesystem::path> packAside(const std::filesystem::path &folder,
                                        const std::filesystem::path &work);
// Sets format and name, and reads the folder's own .cscfg if there is one.
Result<v1::Package> finishFolderPackage(const std::filesystem::path &folder, v1::Package package);

} // namespace slipway::packages
