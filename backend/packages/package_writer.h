// Packs a folder (ServiceDefinition.csdef and one folder per role) into a classic .cspkg.
#pragma once

#include "backend/packages/problems.h"

#include <filesystem>

namespace slipway::packages
{

// The same folder always gives the same bytes: names are ordered, times are fixed, ids come from
// the contents. A site's physicalDirectory is taken relative to the folder and may not leave it;
// without one the role's folder is the site. `output` appears whole or not at all. Errors:
// NOT_FOUND FILE_NOT_FOUND, INVALID_ARGUMENT DEFINITION_INVALID (with all problems),
// PACKAGE_INCOMPLETE (a role without a folder), ENTRY_NOT_A_FILE (links, sockets, devices),
// ENTRY_UNSAFE_PATH, INTERNAL FILE_ERROR.
Result<void> packFolder(const std::filesystem::path &folder, const std::filesystem::path &output);

} // namespace slipway::packages
