#include "backend/sys/mount.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sched.h>
#include <sys/mount.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr const char *kPlaces[] = {"/mnt", "/media", "/srv", "/opt", "/home"};

bool isInside(const fs::path &path, const fs::path &folder)
{
    const auto ends = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return ends.first == folder.end();
}

bool isUsable(const fs::path &place, const std::vector<fs::path> &kept_visible)
{
    std::error_code error;
    if (!fs::is_directory(place, error) || fs::is_symlink(place, error))
        return false;
    return std::none_of(kept_visible.begin(), kept_visible.end(), [&](const fs::path &path) {
        return isInside(fs::weakly_canonical(path, error), place);
    });
}

Failure mountFailure(const char *what)
{
    return failure(v1::Error::PERMISSION_DENIED, "MOUNTS_NOT_PRIVATE",
                   std::string("Cannot ") + what + ": " + std::strerror(errno) + ".");
}

} // namespace

Result<fs::path> exposeFolder(const fs::path &folder, const std::vector<fs::path> &kept_visible)
{
    const auto place =
        std::find_if(std::begin(kPlaces), std::end(kPlaces),
                     [&](const char *candidate) { return isUsable(candidate, kept_visible); });
    if (place == std::end(kPlaces))
        return failure(v1::Error::FAILED_PRECONDITION, "NO_MOUNT_PLACE",
                       "None of /mnt, /media, /srv, /opt and /home can show the sandboxes' root "
                       "folder. Create an empty /mnt, or move the data folder out of it.");
    if (unshare(CLONE_NEWNS) != 0)
        return mountFailure("get mounts of its own");
    if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
        return mountFailure("make its mounts private");
    if (mount(folder.c_str(), *place, nullptr, MS_BIND, nullptr) != 0)
        return mountFailure("show the sandboxes' root folder");
    return fs::path(*place);
}

} // namespace slipway::sys
