#include "backend/sys/beneath.h"

#include "backend/sys/open_folder.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::sys
{

namespace
{

constexpr std::size_t kDepthMax = 256;
constexpr std::size_t kLinkedMax = 100'000;

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
    if (OpenFolder folder(parent, name); folder)
        while (const char *entry = folder.next())
            moveOwners(folder.fd(), entry, moved, device, depth + 1);
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

UsageCount::~UsageCount() = default;

// Nothing is hidden by being too deep, or by being closed to readers.
void UsageCount::enter(int parent, const char *name)
{
    if (m_levels.size() >= kDepthMax) {
        m_usage.too_deep = true;
        return;
    }
    struct stat info {
    };
    if (faccessat(parent, name, R_OK | X_OK, AT_EACCESS) != 0 &&
        fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode))
        giveRights(parent, name, info);
    if (OpenFolder folder(parent, name); folder)
        m_levels.push_back(std::move(folder));
}

bool UsageCount::step(int entries)
{
    while (!m_levels.empty() && entries-- > 0) {
        const char *entry = m_levels.back().next();
        if (!entry) {
            m_levels.pop_back();
            continue;
        }
        struct stat info {
        };
        if (fstatat(m_levels.back().fd(), entry, &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (info.st_nlink > 1 && !S_ISDIR(info.st_mode) && m_linked.size() < kLinkedMax &&
            !m_linked.insert({info.st_dev, info.st_ino}).second)
            continue;
        ++m_usage.files;
        m_usage.bytes += std::uint64_t(info.st_blocks) * kStatBlockBytes;
        if (S_ISDIR(info.st_mode))
            enter(m_levels.back().fd(), entry);
    }
    return m_levels.empty();
}

} // namespace slipway::sys
