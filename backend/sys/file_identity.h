// Which file a path names, for telling later whether it is still the same one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace slipway::sys
{

struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ns = 0; // wall clock; only good for comparing

    bool isSameFile(const FileIdentity &other) const
    {
        return device == other.device && inode == other.inode;
    }
    bool operator==(const FileIdentity &other) const = default;
};

// Does not follow a link, and never opens the file: closing it would drop the locks that this
// process holds on it. Nothing: no such file, or it cannot be looked at.
std::optional<FileIdentity> identityOf(const std::filesystem::path &file);

} // namespace slipway::sys
