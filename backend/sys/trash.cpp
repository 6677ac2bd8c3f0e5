#include "backend/sys/trash.h"

#include "backend/sys/durable_file.h"
#include "backend/sys/file_time.h"
#include "backend/sys/paths.h"
#include "backend/sys/random.h"

#include <algorithm>
#include <fstream>
#include <spdlog/spdlog.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kTimeLength = 16; // "20261127T193331Z"
constexpr char kDisk[] = "disk";

std::string noteFor(const fs::path &thing, const std::string &why)
{
    return why + "\nMove it back to " + thing.string() +
           " to have it again. After 7 days it is removed for good.\n";
}

bool isThere(const fs::path &thing)
{
    std::error_code ignored;
    return fs::exists(fs::symlink_status(thing, ignored));
}

} // namespace

Result<fs::path> Trash::makePlace(const fs::path &thing, const std::string &kind,
                                  std::int64_t now_ms) const
{
    if (const auto made = makePrivateFolder(m_folder); !made)
        return Failure(made.error());
    const fs::path place = m_folder / (fileTime(now_ms) + "-" + kind + "-" + randomHex(8));
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
    const auto place = makePlace(thing, kind, now_ms);
    if (!place)
        return Failure(place.error());
    if (const auto noted = writeDurably(*place / "why.txt", noteFor(thing, why)); !noted)
        return noted;
    return moveDurably(thing, *place / thing.filename());
}

Result<void> Trash::takeDisk(const fs::path &disk, const std::string &why,
                             std::int64_t now_ms) const
{
    if (!isThere(disk))
        return {};
    const auto place = makePlace(disk, kDisk, now_ms);
    if (!place)
        return Failure(place.error());
    std::ofstream(*place / "why.txt") << noteFor(disk, why); // a full disk leaves it empty
    std::error_code error;
    fs::rename(disk, *place / disk.filename(), error);
    if (error)
        return failure(v1::Error::UNAVAILABLE, "TRASH_NOT_WRITTEN",
                       "Cannot move " + disk.string() + " to " + place->string() + ": " +
                           error.message() + ".",
                       disk.string());
    return {};
}

// By the name, not by the times of files, which a move keeps.
void Trash::expire(std::int64_t now_ms) const
{
    const std::string oldest = fileTime(now_ms - kTrashKeep_ms);
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.size() <= kTimeLength || name[kTimeLength] != '-' ||
            name.substr(0, kTimeLength) >= oldest || !isFileTime(name.substr(0, kTimeLength)))
            continue;
        std::error_code failed;
        fs::remove_all(entry.path(), failed);
        if (failed)
            spdlog::warn("Cannot remove {}: {}", entry.path().string(), failed.message());
    }
}

std::vector<fs::path> Trash::disksByAge() const
{
    std::vector<fs::path> disks;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_folder, error))
        if (entry.path().filename().string().find(std::string("-") + kDisk + "-") == kTimeLength)
            disks.push_back(entry.path());
    std::sort(disks.begin(), disks.end());
    return disks;
}

void Trash::makeRoom(std::uint64_t wanted_bytes) const
{
    for (const fs::path &disk : disksByAge()) {
        std::error_code error;
        const fs::space_info space = fs::space(m_folder, error);
        if (error || space.available >= std::min<std::uint64_t>(wanted_bytes, space.capacity / 10))
            return;
        fs::remove_all(disk, error);
        if (error)
            spdlog::warn("Cannot remove {}: {}", disk.string(), error.message());
    }
}

Trash::Content Trash::content() const
{
    Content content;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_folder, error)) {
        ++content.things;
        auto walk = fs::recursive_directory_iterator(
            entry.path(), fs::directory_options::skip_permission_denied, error);
        for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error))
            if (std::error_code ignored; fs::is_regular_file(walk->symlink_status(ignored)))
                content.bytes += walk->file_size(ignored);
        error.clear();
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
