// Whole trees of files that others made: of any depth, with folders that are closed to their owner.
// No link is followed, and nothing of another file system is touched.
#pragma once

#include "backend/proto/result.h"

#include <atomic>
#include <cstdint>
#include <filesystem>

namespace slipway::sys
{

// Removes what lies there, whatever it is; nothing there is no failure. Takes some 20 descriptors
// and no more memory, however deep it is. TREE_NOT_REMOVED: something of it stays.
Result<void> removeTree(const std::filesystem::path &thing);

// Gives the owner of a folder all rights in it, without which nobody but root can move it away.
void openToOwner(const std::filesystem::path &folder);

// On the disk, holes not counted, a file once for each of its names; what lies deeper than 256
// folders is left out.
std::uint64_t treeBytes(const std::filesystem::path &thing, const std::atomic<bool> &stop);

} // namespace slipway::sys
