#include "backend/sys/random.h"
#include "backend/sys/trees.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr int kOpenMax = 16;   // folders within folders that are worked on at once
constexpr int kDepthMax = 256; // of what is counted
constexpr std::uint64_t kBlockBytes = 512;
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool isDots(const char *name)
{
    return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

class Folder
{
public:
    Folder(int parent, const char *name)
    {
        const int fd = openat(parent, name, kFolderFlags);
        m_entries = fd < 0 ? nullptr : fdopendir(fd);
        if (fd >= 0 && !m_entries)
            close(fd);
    }
    ~Folder()
    {
        if (m_entries)
            closedir(m_entries);
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    explicit operator bool() const { return m_entries != nullptr; }
    int fd() const { return dirfd(m_entries); }
    void rewind() { rewinddir(m_entries); }
    // Null at the end.
    const char *next()
    {
        const dirent *entry = readdir(m_entries);
        while (entry && isDots(entry->d_name))
            entry = readdir(m_entries);
        return entry ? entry->d_name : nullptr;
    }

private:
    DIR *m_entries = nullptr;
};

void giveRights(int parent, const char *name, const struct stat &info)
{
    if ((info.st_mode & S_IRWXU) != S_IRWXU)
        fchmodat(parent, name, (info.st_mode & 07777) | S_IRWXU, AT_SYMLINK_NOFOLLOW);
}

// What lies too deep is moved up to the top, and is removed from there.
class Removal
{
public:
    bool remove(int parent, const char *name, int depth = 0)
    {
        struct stat info {
        };
        if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
            return errno == ENOENT || failed();
        if (!S_ISDIR(info.st_mode))
            return unlinkat(parent, name, 0) == 0 || failed();
        if (depth == 0)
            m_device = info.st_dev;
        if (info.st_dev != m_device) {
            errno = EXDEV;
            return failed();
        }
        giveRights(parent, name, info);
        if (depth >= kOpenMax)
            return moveUp(parent, name);
        return empty(parent, name, depth) &&
               (unlinkat(parent, name, AT_REMOVEDIR) == 0 || failed());
    }
    int error() const { return m_error; }

private:
    bool failed()
    {
        m_error = m_error ? m_error : errno;
        return false;
    }

    bool moveUp(int parent, const char *name)
    {
        m_moved = renameat(parent, name, m_top, ("deep-" + randomHex(16)).c_str()) == 0 || failed();
        return m_moved;
    }

    bool empty(int parent, const char *name, int depth)
    {
        Folder folder(parent, name);
        if (!folder)
            return failed();
        if (depth == 0)
            m_top = folder.fd();
        bool all = true;
        do {
            m_moved = m_moved && depth > 0;
            folder.rewind();
            while (const char *entry = folder.next())
                all = remove(folder.fd(), entry, depth + 1) && all;
        } while (all && depth == 0 && m_moved);
        return all;
    }

    int m_top = -1;
    dev_t m_device = 0;
    bool m_moved = false;
    int m_error = 0;
};

std::uint64_t bytesOf(int parent, const char *name, const std::atomic<bool> &stop, int depth)
{
    struct stat info {
    };
    if (stop || fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    std::uint64_t bytes = std::uint64_t(info.st_blocks) * kBlockBytes;
    if (!S_ISDIR(info.st_mode) || depth >= kDepthMax)
        return bytes;
    if (faccessat(parent, name, R_OK | X_OK, AT_EACCESS) != 0)
        giveRights(parent, name, info);
    if (Folder folder(parent, name); folder)
        while (const char *entry = folder.next())
            bytes += bytesOf(folder.fd(), entry, stop, depth + 1);
    return bytes;
}

} // namespace

Result<void> removeTree(const fs::path &thing)
{
    Removal removal;
    if (removal.remove(AT_FDCWD, thing.c_str()))
        return {};
    return failure(v1::Error::UNAVAILABLE, "TREE_NOT_REMOVED",
                   "Cannot remove all of " + thing.string() + ": " +
                       std::strerror(removal.error()) + ".",
                   thing.string());
}

void openToOwner(const fs::path &folder)
{
    struct stat info {
    };
    if (lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
        giveRights(AT_FDCWD, folder.c_str(), info);
}

std::uint64_t treeBytes(const fs::path &thing, const std::atomic<bool> &stop)
{
    return bytesOf(AT_FDCWD, thing.c_str(), stop, 0);
}

} // namespace slipway::sys
