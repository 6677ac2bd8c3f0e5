#include "backend/sys/cgroup.h"

#include "backend/sys/cgroup_delegation.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <vector>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr char kRoot[] = "/sys/fs/cgroup";

bool isUnified()
{
    return fs::exists(fs::path(kRoot) / "cgroup.controllers");
}

// Every mounted hierarchy: one on a v2 machine, one a controller on a v1 or hybrid machine.
std::vector<fs::path> hierarchies()
{
    if (isUnified())
        return {kRoot};
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(kRoot, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->is_directory(error) && !entry->is_symlink(error))
            found.push_back(entry->path());
    }
    return found;
}

std::uint64_t counterIn(const fs::path &file, const std::string &name)
{
    std::ifstream stream(file);
    std::string key;
    for (std::uint64_t value = 0; stream >> key >> value;) {
        if (key == name)
            return value;
    }
    return 0;
}

// Deepest first; rmdir refuses groups that hold processes.
void removeTree(const fs::path &folder)
{
    std::error_code error;
    std::vector<fs::path> children;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->is_directory(error))
            children.push_back(entry->path());
    }
    for (const fs::path &child : children)
        removeTree(child);
    rmdir(folder.c_str());
}

fs::path folderOf(const fs::path &hierarchy, const std::string &group)
{
    return hierarchy / fs::path(group).relative_path();
}

} // namespace

std::optional<std::string> cgroupBase()
{
    if (geteuid() == 0)
        return std::string();
    return isUnified() ? limitedGroup(cgroupView()) : std::nullopt;
}

void prepareCgroup()
{
    if (geteuid() != 0 && isUnified())
        makeLimitedGroup(cgroupView());
}

std::optional<std::string> fabricCgroup(const std::string &fabric_id)
{
    const auto base = cgroupBase();
    return base ? std::optional(*base + "/slipway-" + fabric_id) : std::nullopt;
}

std::string cgroupProblem()
{
    errno = 0;
    std::ifstream own("/proc/self/cgroup");
    std::string line;
    if (!std::getline(own, line))
        return "cannot read /proc/self/cgroup: " + std::string(std::strerror(errno));
    if (geteuid() == 0 || !isUnified())
        return {};
    std::ifstream controllers(fs::path(kRoot) / "cgroup.controllers");
    return std::getline(controllers, line) || controllers.eof()
               ? std::string()
               : "cannot read its control groups: " + std::string(std::strerror(errno));
}

bool cgroupLimitsSwap()
{
    return isUnified() || fs::exists(fs::path(kRoot) / "memory/memory.memsw.limit_in_bytes");
}

std::uint64_t cgroupOutOfMemoryKills(const std::string &group)
{
    if (isUnified())
        return counterIn(folderOf(kRoot, group) / "memory.events", "oom_kill");
    return counterIn(folderOf(fs::path(kRoot) / "memory", group) / "memory.oom_control",
                     "oom_kill");
}

void removeCgroup(const std::string &group)
{
    if (!fs::path(group).has_relative_path())
        return; // never the root itself
    for (const fs::path &hierarchy : hierarchies())
        removeTree(folderOf(hierarchy, group));
}

bool cgroupExists(const std::string &group)
{
    for (const fs::path &hierarchy : hierarchies()) {
        std::error_code ignored;
        if (fs::exists(folderOf(hierarchy, group), ignored))
            return true;
    }
    return false;
}

} // namespace slipway::sys
