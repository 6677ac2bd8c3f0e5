#include "backend/sys/open_folder.h"

#include <cstring>
#include <dirent.h>
#include <unistd.h>

namespace slipway::sys
{

namespace
{

bool isDots(const char *name)
{
    return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

} // namespace

OpenFolder::OpenFolder(int parent, const char *name)
{
    const int fd = openat(parent, name, kFolderFlags);
    m_entries = fd < 0 ? nullptr : fdopendir(fd);
    if (fd >= 0 && !m_entries)
        close(fd);
}

OpenFolder::~OpenFolder()
{
    if (m_entries)
        closedir(static_cast<DIR *>(m_entries));
}

int OpenFolder::fd() const
{
    return dirfd(static_cast<DIR *>(m_entries));
}

const char *OpenFolder::next()
{
    const dirent *entry = readdir(static_cast<DIR *>(m_entries));
    while (entry && isDots(entry->d_name))
        entry = readdir(static_cast<DIR *>(m_entries));
    return entry ? entry->d_name : nullptr;
}

void OpenFolder::rewind()
{
    rewinddir(static_cast<DIR *>(m_entries));
}

void giveRights(int parent, const char *name, const struct stat &info)
{
    if ((info.st_mode & S_IRWXU) != S_IRWXU)
        fchmodat(parent, name, (info.st_mode & 07777) | S_IRWXU, AT_SYMLINK_NOFOLLOW);
}

} // namespace slipway::sys
