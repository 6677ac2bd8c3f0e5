#include "backend/sys/beneath.h"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::sys
{

namespace
{

constexpr std::size_t kDepthMax = 256;
constexpr std::size_t kLinkedMax = 100'000;
constexpr std::uint64_t kBlockBytes = 512;
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool isDots(const char *name)
{
    return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

// One component at a time, each without following a link: what openat2's RESOLVE_BENEATH would do
// in one step, on every kernel.
DIR *openFolder(int parent, const char *name)
{
    const int fd = openat(parent, name, kFolderFlags);
    DIR *folder = fd < 0 ? nullptr : fdopendir(fd);
    if (fd >= 0 && !folder)
        close(fd);
    return folder;
}

// Its owner is this process's own user, as which an ordinary user's instances run: who writes to a
// folder that he cannot list is given the right to list it.
DIR *openClosedFolder(int parent, const char *name)
{
    const int place = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (place < 0)
        return nullptr;
    struct stat info {
    };
    const std::string itself = "/proc/self/fd/" + std::to_string(place);
    DIR *folder = nullptr;
    if (fstat(place, &info) == 0 && chmod(itself.c_str(), (info.st_mode & 07777) | 0500) == 0)
        folder = openFolder(place, ".");
    close(place);
    return folder;
}

struct Move {
    std::uint32_t from;
    std::uint32_t to;
    std::uint32_t count;

    std::uint32_t operator()(std::uint32_t id) const
    {
        return id >= from && id - from < count ? to + (id - from) : to;
    }
};

void moveOwners(int parent, const char *name, const Move &moved, dev_t device, std::size_t depth)
{
    struct stat info {
    };
    if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || info.st_dev != device)
        return;
    [[maybe_unused]] const int ignored =
        fchownat(parent, name, moved(info.st_uid), moved(info.st_gid), AT_SYMLINK_NOFOLLOW);
    if (!S_ISDIR(info.st_mode) || depth > kDepthMax)
        return;
    DIR *folder = openFolder(parent, name);
    if (!folder)
        return;
    while (const dirent *entry = readdir(folder))
        if (!isDots(entry->d_name))
            moveOwners(dirfd(folder), entry->d_name, moved, device, depth + 1);
    closedir(folder);
}

Failure folderFailure(const std::filesystem::path &folder, const char *what)
{
    return failure(v1::Error::INTERNAL, "FOLDER_NOT_MADE",
                   std::string("Cannot ") + what + " " + folder.string() + ": " +
                       std::strerror(errno) +
                       ". Check the space and the rights of the data folder.",
                   folder.string());
}

} // namespace

Result<void> ensureFolderBeneath(const std::filesystem::path &folder, const std::string &name)
{
    const int parent = open(folder.c_str(), kFolderFlags);
    if (parent < 0)
        return folderFailure(folder, "open");
    struct stat info {
    };
    const bool is_folder =
        fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
    if (!is_folder)
        unlinkat(parent, name.c_str(), 0);
    const bool made = is_folder || mkdirat(parent, name.c_str(), 0755) == 0;
    const Result<void> result =
        made ? Result<void>() : Result<void>(folderFailure(folder / name, "make"));
    close(parent);
    return result;
}

void moveOwnersBeneath(const std::filesystem::path &folder, std::uint32_t from, std::uint32_t to,
                       std::uint32_t count)
{
    struct stat info {
    };
    if (lstat(folder.c_str(), &info) == 0)
        moveOwners(AT_FDCWD, folder.c_str(), {from, to, count}, info.st_dev, 0);
}

UsageCount::UsageCount(const std::filesystem::path &folder)
{
    enter(AT_FDCWD, folder.c_str());
}

UsageCount::~UsageCount()
{
    while (!m_levels.empty())
        leave();
}

// Nothing is hidden by being too deep, or by being closed to readers.
void UsageCount::enter(int parent, const char *name)
{
    if (m_levels.size() >= kDepthMax) {
        m_usage.too_deep = true;
        return;
    }
    DIR *folder = openFolder(parent, name);
    if (!folder && errno == EACCES)
        folder = openClosedFolder(parent, name);
    if (folder)
        m_levels.push_back(folder);
}

void UsageCount::leave()
{
    closedir(static_cast<DIR *>(m_levels.back()));
    m_levels.pop_back();
}

bool UsageCount::step(int entries)
{
    while (!m_levels.empty() && entries-- > 0) {
        DIR *folder = static_cast<DIR *>(m_levels.back());
        const dirent *entry = readdir(folder);
        if (!entry) {
            leave();
            continue;
        }
        struct stat info {
        };
        if (isDots(entry->d_name) ||
            fstatat(dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (info.st_nlink > 1 && !S_ISDIR(info.st_mode) && m_linked.size() < kLinkedMax &&
            !m_linked.insert({info.st_dev, info.st_ino}).second)
            continue;
        ++m_usage.files;
        m_usage.bytes += std::uint64_t(info.st_blocks) * kBlockBytes;
        if (S_ISDIR(info.st_mode))
            enter(dirfd(folder), entry->d_name);
    }
    return m_levels.empty();
}

} // namespace slipway::sys
