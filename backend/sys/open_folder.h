// A folder that is read entry by entry, reached without following a link: for walks through trees
// that somebody else writes. POSIX only.
#pragma once

#include <cstdint>
#include <fcntl.h>
#include <sys/stat.h>
#include <utility>

namespace slipway::sys
{

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::uint64_t kStatBlockBytes = 512; // of st_blocks

class OpenFolder
{
public:
    // One component, or a whole path whose last one is no link: what openat2's RESOLVE_BENEATH
    // would do in one step, on every kernel. False afterwards when it cannot be opened (errno).
    OpenFolder(int parent, const char *name);
    ~OpenFolder();
    OpenFolder(OpenFolder &&other) noexcept : m_entries(std::exchange(other.m_entries, nullptr)) {}
    OpenFolder(const OpenFolder &) = delete;
    OpenFolder &operator=(const OpenFolder &) = delete;

    explicit operator bool() const { return m_entries != nullptr; }
    int fd() const;
    const char *next(); // a name, never "." or ".."; null at the end
    void rewind();

private:
    void *m_entries = nullptr;
};

// All rights for its owner, when it has not got them: its owner is this process's own user, as
// which an ordinary user's instances run, or this is root.
void giveRights(int parent, const char *name, const struct stat &info);

} // namespace slipway::sys
