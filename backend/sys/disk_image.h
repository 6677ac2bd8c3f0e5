// A disk of its own size in one file: the kernel itself holds whoever writes there to so many bytes
// and so many files, whatever they do.
#pragma once

#include "backend/proto/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace slipway::sys
{

struct DiskSize {
    std::uint64_t bytes = 0; // for content
    std::uint64_t files = 0; // of every kind
};

struct DiskRoom {
    std::uint64_t bytes = 0;      // in all
    std::uint64_t free_bytes = 0; // for ordinary users
    std::uint64_t files = 0;
    std::uint64_t free_files = 0;
};

// Makes `file` with an empty file system in it; it takes from the machine's disk what is written.
// Blank ones are made once for each size, below `blanks`, and copied. Blocks for a moment. A reason
// that may pass (no space, no memory) is RESOURCE_EXHAUSTED, here and below.
Result<void> makeDiskImage(const std::filesystem::path &file, const DiskSize &size,
                           const std::filesystem::path &blanks);

// Shows the file system at `folder`, to this process (which has mounts of its own, see
// exposeFolder) and to what it starts, and ends with them. `agent` is the machine's user who finds
// some room there when all others find none. Refused (DISK_IN_USE) while it is shown anywhere on
// the machine.
Result<void> showDiskImage(const std::filesystem::path &file, const std::filesystem::path &folder,
                           std::uint32_t agent);
// Nothing happens where none is shown.
void hideDiskImage(const std::filesystem::path &folder);

// Of the file system that `folder` lies on; empty when the folder cannot be looked at.
std::optional<DiskRoom> diskRoom(const std::filesystem::path &folder);

// Makes, shows, fills and removes a small one in `folder`: whether this process can, else why not.
// Only for a process with mounts of its own.
Result<void> tryDiskImage(const std::filesystem::path &folder);

} // namespace slipway::sys
