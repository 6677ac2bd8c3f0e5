#include "backend/host/guest_places.h"

#include "backend/sys/durable_file.h"
#include "backend/sys/random.h"

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace slipway::host
{

namespace fs = std::filesystem;

namespace
{

constexpr char kOriginSuffix[] = ".of";
constexpr auto kPassable = fs::perms(0711);

bool isPassable(const fs::path &folder)
{
    for (fs::path part = folder; !part.empty(); part = part.parent_path()) {
        struct stat info {
        };
        if (stat(part.c_str(), &info) != 0 || (info.st_mode & S_IXOTH) == 0)
            return false;
        if (part == part.root_path())
            break;
    }
    return true;
}

Failure placeFailure(const fs::path &folder, const std::string &why)
{
    return failure(v1::Error::INTERNAL, "GUEST_PLACE_NOT_MADE",
                   "Cannot make " + folder.string() + " for the instances: " + why,
                   folder.string());
}

Result<void> makePassable(const fs::path &folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    struct stat info {
    };
    if (error || lstat(folder.c_str(), &info) != 0)
        return placeFailure(folder, error.message());
    if (!S_ISDIR(info.st_mode) || info.st_uid != geteuid())
        return placeFailure(folder, "it is somebody else's, or a link");
    fs::permissions(folder, kPassable, error);
    return error ? Result<void>(placeFailure(folder, error.message())) : Result<void>();
}

// Links to the same files where that is possible: they are nobody's to change but root's.
std::error_code copyTree(const fs::path &from, const fs::path &to)
{
    std::error_code error;
    const auto options = fs::copy_options::recursive | fs::copy_options::copy_symlinks;
    fs::copy(from, to, options | fs::copy_options::create_hard_links, error);
    if (!error)
        return error;
    fs::remove_all(to, error);
    fs::copy(from, to, options, error);
    return error;
}

// Names the content that a copy was made of.
fs::path originOf(const fs::path &copy)
{
    return copy.string() + kOriginSuffix;
}

// Copies of packages that were deleted meanwhile.
void forgetGoneContent(const fs::path &copies)
{
    std::error_code error;
    std::vector<fs::path> gone;
    for (fs::directory_iterator entry(copies, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() != kOriginSuffix)
            continue;
        std::string content;
        std::getline(std::ifstream(entry->path()), content);
        std::error_code unknown;
        if (!content.empty() && !fs::exists(content, unknown) && !unknown)
            gone.push_back(entry->path());
    }
    for (fs::path path : gone) {
        fs::remove(path, error);
        fs::remove_all(path.replace_extension(), error);
    }
}

} // namespace

Result<fs::path> makeGuestPlace(const sys::Paths &paths, const std::string &fabric_id)
{
    if (geteuid() != 0)
        return fs::path();
    const auto places = sys::guestPlaces(paths, fabric_id);
    const fs::path place =
        isPassable(places.front().parent_path()) ? places.front() : places.back();
    for (const fs::path &folder : {place, place / "disks", place / "content"})
        if (const auto made = makePassable(folder); !made)
            return Failure(made.error());
    if (const auto opened = openWayToMesh(paths); !opened)
        return Failure(opened.error());
    return place;
}

// Whoever starts the fabric anew makes its folder private again.
Result<void> openWayToMesh(const sys::Paths &paths)
{
    if (geteuid() != 0)
        return {};
    if (!isPassable(paths.runtime.parent_path()))
        return failure(v1::Error::FAILED_PRECONDITION, "RUNTIME_FOLDER_CLOSED",
                       "Instances have users of their own, who cannot walk to " +
                           paths.runtime.string() +
                           ". Start the fabric with --socket in a folder that everybody can walk "
                           "to, e.g. /run/slipway/fabric.sock",
                       paths.runtime.string());
    return makePassable(paths.runtime);
}

// Packages' authors decide about their names: only the whole hash tells two apart.
Result<fs::path> reachableContent(const sys::Paths &paths, const fs::path &content)
{
    std::error_code error;
    if (paths.guests.empty() || !fs::is_directory(content, error))
        return content;
    forgetGoneContent(paths.guests / "content");
    const fs::path copy = paths.guests / "content" / sys::contentHash(content.string());
    if (fs::is_directory(copy, error))
        return copy;
    const fs::path fresh = copy.string() + "." + sys::randomHex(8);
    if (const auto failed = copyTree(content, fresh); failed) {
        fs::remove_all(fresh, error);
        return placeFailure(fresh, failed.message());
    }
    fs::permissions(fresh, fs::perms(0755), error);
    if (const auto noted = sys::writeDurably(originOf(copy), content.string()); !noted) {
        fs::remove_all(fresh, error);
        return placeFailure(copy, noted.error().message());
    }
    std::error_code renamed;
    fs::rename(fresh, copy, renamed);
    if (renamed)
        fs::remove_all(fresh, error);
    if (renamed && !fs::is_directory(copy, error)) // else another host was faster
        return placeFailure(copy, renamed.message());
    return copy;
}

} // namespace slipway::host
