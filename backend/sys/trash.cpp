#include "backend/sys/trash.h"

#include "backend/sys/durable_file.h"
#include "backend/sys/file_time.h"
#include "backend/sys/paths.h"
#include "backend/sys/random.h"
#include "backend/sys/trees.h"

#include <algorithm>
#include <fstream>
#include <spdlog/spdlog.h>
#include <string_view>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kTimeLength = 16; // "20261127T193331Z"
constexpr std::string_view kNoTime = "new";
constexpr const char *kNote = "why.txt";

std::string noteFor(const fs::path &thing, const std::string &why)
{
    return why + "\nMove it back to " + thing.string() +
           " to have it again. After 7 days it is removed for good, or earlier when its disk is "
           "full.\n";
}

bool isThere(const fs::path &thing)
{
    std::error_code ignored;
    return fs::exists(fs::symlink_status(thing, ignored));
}

std::string timeOf(const fs::path &entry)
{
    return entry.filename().string().substr(0, kTimeLength);
}

bool isOurs(const fs::path &entry)
{
    const std::string name = entry.filename().string();
    return name.size() > kTimeLength && name[kTimeLength] == '-' && isFileTime(timeOf(entry));
}

bool isOfKind(const fs::path &entry, const std::string &kind)
{
    return kind.empty() || entry.filename().string().find("-" + kind + "-") == kTimeLength;
}

bool holds(const fs::path &entry, const Trash::Used &used)
{
    return std::any_of(used.begin(), used.end(),
                       [&entry](const std::string &name) { return isThere(entry / name); });
}

bool holdsThing(const fs::path &entry)
{
    std::error_code error;
    return std::any_of(fs::directory_iterator(entry, error), fs::directory_iterator(),
                       [](const auto &one) { return one.path().filename() != kNote; });
}

bool removeEntry(const fs::path &entry)
{
    const auto removed = removeTree(entry);
    if (!removed)
        spdlog::warn("{}", removed.error().message());
    return removed.has_value();
}

// A disk that cannot be asked is not full.
std::uint64_t freeBytesOf(const fs::path &folder)
{
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    return error ? UINT64_MAX : space.available;
}

} // namespace

Trash::Trash(fs::path folder, FreeBytes free_bytes)
    : m_folder(std::move(folder)), m_free_bytes(free_bytes ? std::move(free_bytes) : freeBytesOf)
{
}

Result<fs::path> Trash::makePlace(const fs::path &thing, const std::string &time,
                                  const std::string &kind) const
{
    if (const auto made = makePrivateFolder(m_folder); !made)
        return Failure(made.error());
    const fs::path place = m_folder / (time + "-" + kind + "-" + randomHex(8));
    std::error_code error;
    if (!fs::create_directory(place, error))
        return failure(v1::Error::UNAVAILABLE, "TRASH_NOT_WRITTEN",
                       "Cannot make " + place.string() + ": " + error.message() +
                           ". What was deleted stays at " + thing.string() + ".",
                       thing.string());
    return place;
}

Result<void> Trash::take(const fs::path &thing, const std::string &kind, const std::string &why,
                         std::int64_t now_ms) const
{
    if (!isThere(thing))
        return {};
    const auto place = makePlace(thing, fileTime(now_ms), kind);
    if (!place)
        return Failure(place.error());
    auto taken = writeDurably(*place / kNote, noteFor(thing, why)).and_then([&] {
        return moveDurably(thing, *place / thing.filename());
    });
    if (!taken && !isThere(*place / thing.filename()))
        removeEntry(*place); // else each try would leave one
    return taken;
}

Result<void> Trash::takeDisk(const fs::path &disk, const std::string &why) const
{
    if (!isThere(disk))
        return {};
    const auto place = makePlace(disk, std::string(kNoTime), kTrashDisk);
    if (!place)
        return Failure(place.error());
    std::ofstream(*place / kNote) << noteFor(disk, why); // a full disk leaves it empty
    std::error_code error;
    openToOwner(disk); // its program may have closed it
    fs::rename(disk, *place / disk.filename(), error);
    if (!error)
        return {};
    removeEntry(*place); // else each try would leave one
    return failure(v1::Error::UNAVAILABLE, "TRASH_NOT_WRITTEN",
                   "Cannot move " + disk.string() + " to " + place->string() + ": " +
                       error.message() + ".",
                   disk.string());
}

// Only what its thing has come to: before that somebody is about to move it there.
void Trash::stamp(std::int64_t now_ms) const
{
    std::vector<fs::path> fresh; // no folder is changed while it is walked through
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_folder, error))
        if (entry.path().filename().string().starts_with(std::string(kNoTime) + "-") &&
            holdsThing(entry.path()))
            fresh.push_back(entry.path());
    for (const fs::path &entry : fresh) {
        const std::string rest = entry.filename().string().substr(kNoTime.size());
        fs::rename(entry, m_folder / (fileTime(now_ms) + rest), error);
        if (error)
            spdlog::warn("Cannot name {} by its time: {}", entry.string(), error.message());
    }
}

std::vector<fs::path> Trash::entries() const
{
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_folder, error))
        if (isOurs(entry.path()))
            found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

// By the name, not by the times of files, which a move keeps.
void Trash::expire(std::int64_t now_ms, const Used &used) const
{
    const std::string oldest = fileTime(now_ms - kTrashKeep_ms);
    for (const fs::path &entry : entries())
        if (timeOf(entry) < oldest && !holds(entry, used))
            removeEntry(entry);
}

Trash::Content Trash::giveWay(const Limits &limits, const Used &used,
                              const std::atomic<bool> &stop) const
{
    const bool counts = limits.bytes_max != UINT64_MAX;
    std::uint64_t bytes = counts ? content(stop).bytes : 0; // a walk over all files
    Content gone;
    for (const fs::path &entry : entries()) {
        if (stop || (bytes <= limits.bytes_max && m_free_bytes(m_folder) >= limits.free_bytes_min))
            break;
        if (!isOfKind(entry, limits.only) || holds(entry, used))
            continue;
        const std::uint64_t freed = treeBytes(entry, stop);
        if (!removeEntry(entry))
            continue;
        bytes -= std::min(bytes, freed);
        ++gone.things;
        gone.bytes += freed;
    }
    return gone;
}

Trash::Content Trash::content(const std::atomic<bool> &stop) const
{
    Content content;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_folder, error)) {
        ++content.things;
        content.bytes += treeBytes(entry.path(), stop);
    }
    return content;
}

Trash diskTrash(const Paths &paths)
{
    return Trash(paths.guests.empty() ? paths.trash() : paths.guests / "trash");
}

std::vector<Trash> allTrash(const Paths &paths, const std::string &fabric_id)
{
    std::vector<Trash> all{Trash(paths.trash())};
    for (const fs::path &place : guestPlaces(paths, fabric_id))
        if (isThere(place / "trash"))
            all.emplace_back(place / "trash");
    return all;
}

} // namespace slipway::sys
