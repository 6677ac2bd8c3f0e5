// Where files go that the store says were deleted: out of the way at once, for good after 7 days,
// and back by one move of a folder as long as they lie there.
#pragma once

#include "backend/proto/result.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace slipway::sys
{

inline constexpr std::int64_t kTrashKeep_ms = 7LL * 24 * 3600 * 1000;
inline constexpr const char *kTrashDisk = "disk"; // the kind of an instance's disk

struct Paths;

// Any thread; the folder's entries are "<time>-<kind>-<random>", each holding the thing under its
// own name and "why.txt", which says where it came from. What bears another name is left alone.
class Trash
{
public:
    // Bytes that a disk has left.
    using FreeBytes = std::function<std::uint64_t(const std::filesystem::path &folder)>;

    explicit Trash(std::filesystem::path folder, FreeBytes free_bytes = {});

    const std::filesystem::path &folder() const { return m_folder; }

    // Nothing there: fine. Never deletes: what cannot be moved stays where it is.
    Result<void> take(const std::filesystem::path &thing, const std::string &kind,
                      const std::string &why, std::int64_t now_ms) const;
    // The same for an instance's disk: not waited for until it is on the machine's disk. It has no
    // time until stamp() gives it one: whoever throws it away may have a wrong clock.
    Result<void> takeDisk(const std::filesystem::path &disk, const std::string &why) const;
    void stamp(std::int64_t now_ms) const;
    struct Content {
        std::size_t things = 0;
        std::uint64_t bytes = 0;
    };
    Content content(const std::atomic<bool> &stop) const; // as far as it came until then

    // Names of things that are still used, e.g. by instances that were started from them: they
    // stay.
    using Used = std::set<std::string>;
    // Removes what lies here for longer than 7 days.
    void expire(std::int64_t now_ms, const Used &used) const;

    struct Limits {
        std::uint64_t bytes_max = UINT64_MAX; // of all that lies here
        std::uint64_t free_bytes_min = 0;     // of its disk
        std::string only = {};                // things of this kind; empty: of any
    };
    // The oldest give way before their time as long as a limit is not kept. What gave way. Stops
    // early when `stop` is set.
    Content giveWay(const Limits &limits, const Used &used, const std::atomic<bool> &stop) const;

private:
    Result<std::filesystem::path> makePlace(const std::filesystem::path &thing,
                                            const std::string &time, const std::string &kind) const;
    std::vector<std::filesystem::path> entries() const; // the oldest first

    std::filesystem::path m_folder;
    FreeBytes m_free_bytes;
};

// Where its disks go: on their own file system.
Trash diskTrash(const Paths &paths);
// All of one fabric's: the data folder's own, and those beside the disks of confined instances.
std::vector<Trash> allTrash(const Paths &paths, const std::string &fabric_id);

} // namespace slipway::sys
