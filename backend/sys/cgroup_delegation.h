// Control groups (v2) that systemd, or somebody else, delegated to an ordinary user.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace slipway::sys
{

// The one hierarchy, and where in it a process stands ("/user.slice/.../app-x.scope").
struct CgroupView {
    std::filesystem::path root = "/sys/fs/cgroup";
    std::string own_group;
};

CgroupView cgroupView(); // of this process
// The nearest group above this process that is this user's and whose children can have limits of
// memory, processor and processes. Changes nothing.
std::optional<std::string> limitedGroup(const CgroupView &view);
// The same, and if there is none makes one: switches the controllers on where this user may, and
// where its own group is all that it has moves the processes of that into a leaf of it, as groups
// with limited children may hold no processes themselves. Once, at the start of a fabric.
std::optional<std::string> makeLimitedGroup(const CgroupView &view);

} // namespace slipway::sys
