#include "backend/sys/trees.h"

#include "backend/sys/beneath.h"
#include "backend/sys/open_folder.h"
#include "backend/sys/random.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <unistd.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr int kOpenMax = 16;           // folders within folders that are worked on at once
constexpr int kEntriesPerStep = 1'000; // between two looks at whether to stop

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
        OpenFolder folder(parent, name);
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
    struct stat info {
    };
    if (lstat(thing.c_str(), &info) != 0)
        return 0;
    UsageCount count(thing); // of nothing, where it is no folder
    while (!stop && !count.step(kEntriesPerStep)) {
    }
    return std::uint64_t(info.st_blocks) * kStatBlockBytes + count.usage().bytes;
}

} // namespace slipway::sys
