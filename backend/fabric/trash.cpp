#include "backend/fabric/trash.h"

#include "backend/sys/durable_file.h"
#include "backend/sys/file_time.h"
#include "backend/sys/paths.h"
#include "backend/sys/random.h"

#include <spdlog/spdlog.h>

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kTimeLength = 16; // "20261127T193331Z"

} // namespace

Result<void> Trash::take(const fs::path &thing, const std::string &kind, const std::string &why,
                         std::int64_t now_ms) const
{
    std::error_code error;
    if (!fs::exists(fs::symlink_status(thing, error)))
        return {};
    if (const auto made = sys::makePrivateFolder(m_folder); !made)
        return made;
    const fs::path place =
        m_folder / (sys::fileTime(now_ms) + "-" + kind + "-" + sys::randomHex(8));
    if (!fs::create_directory(place, error))
        return failure(v1::Error::UNAVAILABLE, "TRASH_NOT_WRITTEN",
                       "Cannot make " + place.string() + ": " + error.message() +
                           ". What was deleted stays at " + thing.string() + ".",
                       thing.string());
    const std::string note = why + "\nMove it back to " + thing.string() +
                             " to have it again. After 7 days it is removed for good.\n";
    if (const auto noted = sys::writeDurably(place / "why.txt", note); !noted)
        return noted;
    return sys::moveDurably(thing, place / thing.filename());
}

// By the name, not by the times of files, which a move keeps.
void Trash::expire(std::int64_t now_ms) const
{
    const std::string oldest = sys::fileTime(now_ms - kTrashKeep_ms);
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.size() <= kTimeLength || name[kTimeLength] != '-' ||
            name.substr(0, kTimeLength) >= oldest || !sys::isFileTime(name.substr(0, kTimeLength)))
            continue;
        std::error_code failed;
        fs::remove_all(entry.path(), failed);
        if (failed)
            spdlog::warn("Cannot remove {}: {}", entry.path().string(), failed.message());
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

} // namespace slipway::fabric
