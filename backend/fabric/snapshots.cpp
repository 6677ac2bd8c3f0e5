#include "backend/fabric/snapshots.h"

#include "backend/sys/file_time.h"

#include <algorithm>
#include <set>
#include <vector>

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

constexpr std::string_view kHourly = "hourly-";
constexpr std::string_view kSchema = "before-schema-";
constexpr std::size_t kSchemaKept = 3;
constexpr std::size_t kDaysKept = 7;
constexpr std::size_t kDayLength = 8; // "20261127"

std::string timePart(const fs::path &file)
{
    const std::string name = file.stem().string();
    return name.substr(name.rfind('-') + 1);
}

// Newest first; names end with their time.
std::vector<fs::path> snapshotsOf(const sys::Paths &paths, std::string_view kind)
{
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(paths.snapshots(), error)) {
        const std::string name = entry.path().stem().string();
        if (entry.path().extension() == ".db" && name.starts_with(kind) &&
            sys::isFileTime(timePart(entry.path())))
            found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end(), [](const fs::path &left, const fs::path &right) {
        return timePart(left) > timePart(right);
    });
    return found;
}

std::string dayOf(const fs::path &file)
{
    return file.stem().string().substr(kHourly.size(), kDayLength);
}

void removeFile(const fs::path &file)
{
    std::error_code ignored;
    fs::remove(file, ignored);
}

} // namespace

Result<fs::path> newSnapshotFile(const sys::Paths &paths, const std::string &kind,
                                 std::int64_t now_ms)
{
    if (const auto made = sys::makePrivateFolder(paths.snapshots()); !made)
        return Failure(made.error());
    return paths.snapshots() / (kind + "-" + sys::fileTime(now_ms) + ".db");
}

std::int64_t newestSnapshotTime(const sys::Paths &paths)
{
    const auto newest = newestSnapshot(paths);
    return newest ? sys::fileTimeMs(timePart(*newest)).value_or(0) : 0;
}

// By their names; a copy that was moved here has whatever time its file has.
std::optional<fs::path> newestSnapshot(const sys::Paths &paths)
{
    std::optional<fs::path> newest;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(paths.snapshots(), error))
        if (entry.path().extension() == ".db" && sys::isFileTime(timePart(entry.path())) &&
            (!newest || timePart(entry.path()) > timePart(*newest)))
            newest = entry.path();
    return newest;
}

void pruneSnapshots(const sys::Paths &paths, std::uint32_t kept)
{
    const std::vector<fs::path> hourly = snapshotsOf(paths, kHourly);
    std::set<std::string> days;
    for (std::size_t i = 0; i < hourly.size(); ++i) {
        const bool first_of_day = days.size() < kDaysKept && days.insert(dayOf(hourly[i])).second;
        if (i >= kept && !first_of_day)
            removeFile(hourly[i]);
    }
    const std::vector<fs::path> before_schema = snapshotsOf(paths, kSchema);
    for (std::size_t i = kSchemaKept; i < before_schema.size(); ++i)
        removeFile(before_schema[i]);
}

} // namespace slipway::fabric
