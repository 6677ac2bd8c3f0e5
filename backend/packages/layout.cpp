#include "backend/packages/layout.h"

#include "backend/packages/entry_path.h"

namespace slipway::packages
{

static Result<std::string> insideRoot(const std::string &directory, const std::string &role)
{
    auto path = safePath(directory);
    if (path && !path->empty())
        return path;
    return failure(v1::Error::INVALID_ARGUMENT, "ENTRY_UNSAFE_PATH",
                   "physicalDirectory=\"" + directory + "\" of the role " + role +
                       " is not below the folder of the definition. Copy the site into the role's "
                       "folder and leave physicalDirectory out.",
                   role);
}

static Result<void> addSite(const v1::Site &site, int index, RoleLayout &layout)
{
    std::string source = layout.role;
    if (!site.physical_directory().empty()) {
        auto path = insideRoot(site.physical_directory(), layout.role);
        if (!path)
            return Failure(path.error());
        source = *path;
    }
    if (source == layout.role && site.paths().empty())
        return {}; // the approot is the site
    const std::string target = "sitesroot/" + std::to_string(index);
    layout.mappings.push_back({source, target});
    for (const v1::VirtualPath &it : site.paths()) {
        const auto path = insideRoot(it.physical_directory(), layout.role);
        const auto name = safePath(it.name());
        if (!path || !name)
            return Failure(path ? name.error() : path.error());
        layout.mappings.push_back({*path, target + "/" + *name});
    }
    return {};
}

Result<std::vector<RoleLayout>> folderLayout(const v1::ServiceDefinition &definition)
{
    std::vector<RoleLayout> layouts;
    for (const v1::RoleDefinition &role : definition.roles()) {
        RoleLayout layout{role.name(), {{role.name(), "approot"}}};
        for (int index = 0; index < role.sites_size(); ++index)
            if (auto fine = addSite(role.sites(index), index, layout); !fine)
                return Failure(fine.error());
        layouts.push_back(std::move(layout));
    }
    return layouts;
}

} // namespace slipway::packages
