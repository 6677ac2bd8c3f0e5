// Where files go that the store says were deleted: out of the way at once, for good after 7 days,
// and back by one move of a folder as long as they lie there.
#pragma once

#include "backend/proto/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::sys
{

inline constexpr std::int64_t kTrashKeep_ms = 7LL * 24 * 3600 * 1000;
inline constexpr std::uint64_t kTrashRoom_bytes = 10ULL * 1024 * 1024 * 1024;

struct Paths;

// Any thread; the folder's entries are "<time>-<kind>-<random>", each holding the thing under its
// own name and "why.txt", which says where it came from.
class Trash
{
public:
    explicit Trash(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    // Nothing there: fine. Never deletes: what cannot be moved stays where it is.
    Result<void> take(const std::filesystem::path &thing, const std::string &kind,
                      const std::string &why, std::int64_t now_ms) const;
    // The same for an instance's disk: not waited for until it is on the machine's disk.
    Result<void> takeDisk(const std::filesystem::path &disk, const std::string &why,
                          std::int64_t now_ms) const;
    // Removes what lies here for longer than 7 days.
    void expire(std::int64_t now_ms) const;
    // Disks may be large, and are made to be thrown away: the oldest go earlier where the file
    // system has less than this left, or less than a tenth.
    void makeRoom(std::uint64_t wanted_bytes = kTrashRoom_bytes) const;

    struct Content {
        std::size_t things = 0;
        std::uint64_t bytes = 0;
    };
    Content content() const;

private:
    Result<std::filesystem::path> makePlace(const std::filesystem::path &thing,
                                            const std::string &kind, std::int64_t now_ms) const;
    std::vector<std::filesystem::path> disksByAge() const;

    std::filesystem::path m_folder;
};

// Where its disks go: on their own file system.
Trash diskTrash(const Paths &paths);
// All of one fabric's: the data folder's own, and those beside the disks of confined instances.
std::vector<Trash> allTrash(const Paths &paths, const std::string &fabric_id);

} // namespace slipway::sys
