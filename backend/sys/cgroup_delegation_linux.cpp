#include "backend/sys/cgroup_delegation.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <unistd.h>
#include <vector>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr const char *kControllers[] = {"cpu", "memory", "pids"};
constexpr const char *kSwitchOn = "+cpu +memory +pids";
constexpr const char *kLeaf = "slipway-itself";

fs::path folderOf(const CgroupView &view, const std::string &group)
{
    return view.root / fs::path(group).relative_path();
}

bool namesAll(const fs::path &file)
{
    std::ifstream stream(file);
    std::set<std::string> names;
    for (std::string name; stream >> name;)
        names.insert(name.starts_with('+') ? name.substr(1) : name);
    return std::all_of(std::begin(kControllers), std::end(kControllers),
                       [&names](const char *name) { return names.contains(name); });
}

bool limitsChildren(const fs::path &group)
{
    return namesAll(group / "cgroup.subtree_control");
}

bool isOurs(const fs::path &group)
{
    return access(group.c_str(), W_OK) == 0 &&
           access((group / "cgroup.procs").c_str(), W_OK) == 0 &&
           access((group / "cgroup.subtree_control").c_str(), W_OK) == 0;
}

// This user's groups from the process's own one upwards; the delegation ends where they end.
std::vector<std::string> ownGroups(const CgroupView &view)
{
    std::vector<std::string> groups;
    for (fs::path group = view.own_group; group.has_relative_path(); group = group.parent_path()) {
        if (!isOurs(folderOf(view, group.string())))
            break;
        groups.push_back(group.string());
    }
    return groups;
}

bool writeLine(const fs::path &file, const std::string &line)
{
    std::ofstream stream(file);
    stream << line << '\n';
    stream.close();
    return bool(stream);
}

// Refused where the group holds processes, or has not the controllers itself.
bool switchOn(const fs::path &group)
{
    if (limitsChildren(group))
        return true;
    return namesAll(group / "cgroup.controllers") &&
           writeLine(group / "cgroup.subtree_control", kSwitchOn) && limitsChildren(group);
}

// From the top of the delegation down to this group, as each gets its controllers from above.
bool switchOnDownTo(const CgroupView &view, const std::vector<std::string> &groups,
                    std::size_t index)
{
    for (std::size_t i = groups.size(); i-- > index;)
        if (!switchOn(folderOf(view, groups[i])))
            return false;
    return true;
}

std::vector<std::string> processesOf(const fs::path &group)
{
    std::vector<std::string> pids;
    std::ifstream stream(group / "cgroup.procs");
    for (std::string pid; std::getline(stream, pid);)
        pids.push_back(pid);
    return pids;
}

bool moveIntoLeaf(const fs::path &group)
{
    const fs::path leaf = group / kLeaf;
    std::error_code error;
    fs::create_directory(leaf, error);
    if (error)
        return false;
    for (const std::string &pid : processesOf(group))
        writeLine(leaf / "cgroup.procs", pid); // one may have ended meanwhile
    return true;
}

} // namespace

CgroupView cgroupView()
{
    CgroupView view;
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("0::"))
            view.own_group = line.substr(3);
    return view;
}

std::optional<std::string> limitedGroup(const CgroupView &view)
{
    const std::vector<std::string> groups = ownGroups(view);
    for (std::size_t i = 1; i < groups.size(); ++i) // its own one holds the process
        if (limitsChildren(folderOf(view, groups[i])))
            return groups[i];
    return std::nullopt;
}

std::optional<std::string> makeLimitedGroup(const CgroupView &view)
{
    if (auto found = limitedGroup(view))
        return found;
    const std::vector<std::string> groups = ownGroups(view);
    for (std::size_t i = 1; i < groups.size(); ++i)
        if (switchOnDownTo(view, groups, i))
            return groups[i];
    if (groups.empty() || !namesAll(folderOf(view, groups.front()) / "cgroup.controllers") ||
        !moveIntoLeaf(folderOf(view, groups.front())))
        return std::nullopt;
    if (switchOnDownTo(view, groups, 0))
        return groups.front();
    return std::nullopt;
}

} // namespace slipway::sys
