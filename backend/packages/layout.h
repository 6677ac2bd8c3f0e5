// Where the contents of a folder or zip go: <root>/<Role>/... is the role's approot, a site's
// physicalDirectory its sitesroot/<n>.
#pragma once

#include "backend/proto/result.h"

#include <vector>

namespace slipway::packages
{

struct LayoutMapping {
    std::string source; // relative to the root, '/' between its parts
    std::string target; // "approot", "sitesroot/0", "sitesroot/0/blog"
};

struct RoleLayout {
    std::string role;
    std::vector<LayoutMapping> mappings; // the first is the approot
};

// Errors: ENTRY_UNSAFE_PATH when a physicalDirectory leaves the root.
Result<std::vector<RoleLayout>> folderLayout(const v1::ServiceDefinition &definition);

} // namespace slipway::packages
