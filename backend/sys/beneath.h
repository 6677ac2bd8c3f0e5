// Work below a folder that somebody else writes: a link there leads nowhere, however quickly it is
// put in the place of a folder. `folder` itself lies where only this user writes.
#pragma once

#include "backend/proto/result.h"

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace slipway::sys
{

class OpenFolder;

// A real folder of that name, with all rights for its owner; what else has the name goes.
Result<void> ensureFolderBeneath(const std::filesystem::path &folder, const std::string &name);

// Moves the owner of all that belongs to the range of `count` ids from `from` on into the one from
// `to` on, what belongs to nobody's range to its first. Nothing else of it changes.
void moveOwnersBeneath(const std::filesystem::path &folder, std::uint32_t from, std::uint32_t to,
                       std::uint32_t count);

struct TreeUsage {
    std::uint64_t bytes = 0; // on the disk, holes not counted
    std::uint64_t files = 0; // of every kind
    bool too_deep = false;   // folders within folders, more than are looked into
};

// Counts in small steps, so that a tree of any size holds up nobody.
class UsageCount
{
public:
    explicit UsageCount(const std::filesystem::path &folder);
    ~UsageCount();
    UsageCount(const UsageCount &) = delete;
    UsageCount &operator=(const UsageCount &) = delete;

    // Looks at so many entries more; true when it has seen all.
    bool step(int entries);
    const TreeUsage &usage() const { return m_usage; }

private:
    void enter(int parent, const char *name);

    std::vector<OpenFolder> m_levels;                           // the innermost last
    std::set<std::pair<std::uint64_t, std::uint64_t>> m_linked; // counted once under many names
    TreeUsage m_usage;
};

} // namespace slipway::sys
