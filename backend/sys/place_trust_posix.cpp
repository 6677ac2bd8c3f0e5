#include "backend/sys/place_trust.h"

#include <deque>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr int kLinksMax = 40;

struct Stranger {
    fs::path place;
    std::string why; // goes on a sentence that the place begins
};

// In a user namespace root may stand under another number, as may strangers: good enough for where
// something is kept, not for whom something is said to.
bool ownsTheRoot(const struct stat &info)
{
    struct stat root {
    };
    return stat("/", &root) == 0 && info.st_uid == root.st_uid;
}

// Whether somebody else could rename what lies in it. One's own group counts as oneself: many
// systems give every user one of that name, and a umask to go with it.
bool othersMayRename(const struct stat &info)
{
    if ((info.st_mode & S_ISVTX) != 0)
        return false;
    const bool group =
        (info.st_mode & S_IWGRP) != 0 && info.st_gid != 0 && info.st_gid != getegid();
    return group || (info.st_mode & S_IWOTH) != 0;
}

// Walks from the root to a file of one kind (S_IFSOCK, S_IFDIR), following links by hand.
class Walk
{
public:
    Walk(const fs::path &wanted, mode_t kind) : m_kind(kind)
    {
        push(fs::absolute(wanted).lexically_normal());
    }

    // The first place on the way that others rule.
    std::optional<Stranger> stranger()
    {
        while (!m_left.empty()) {
            const fs::path name = m_left.front();
            m_left.pop_front();
            const fs::path place = name == ".." ? m_here.parent_path() : m_here / name;
            struct stat info {
            };
            if (lstat(place.c_str(), &info) != 0)
                return {}; // nothing is there yet
            if (auto found = take(place, info))
                return found;
        }
        return {};
    }

private:
    void push(const fs::path &path)
    {
        const fs::path parts = path.relative_path();
        m_left.insert(m_left.begin(), parts.begin(), parts.end());
    }

    std::optional<Stranger> take(const fs::path &place, const struct stat &info)
    {
        const bool is_ours = info.st_uid == 0 || info.st_uid == geteuid() ||
                             (m_kind == S_IFDIR && ownsTheRoot(info));
        if (!is_ours)
            return Stranger{place, "belongs to user " + std::to_string(info.st_uid)};
        if (S_ISLNK(info.st_mode))
            return follow(place);
        if (m_left.empty() && (info.st_mode & S_IFMT) != m_kind)
            return Stranger{place, m_kind == S_IFSOCK ? "is no socket" : "is no folder"};
        if (!S_ISDIR(info.st_mode) || m_left.empty())
            return {}; // nothing that is asked for lies below it
        if (othersMayRename(info))
            return Stranger{place, "can be written by others"};
        m_here = place;
        return {};
    }

    std::optional<Stranger> follow(const fs::path &link)
    {
        if (m_left.empty() && m_kind == S_IFSOCK)
            return Stranger{link, "is a link"};
        std::error_code error;
        const fs::path target = fs::read_symlink(link, error);
        if (error || ++m_links > kLinksMax)
            return Stranger{link, "leads nowhere"};
        if (target.is_absolute())
            m_here = "/";
        push(target);
        return {};
    }

    mode_t m_kind;
    fs::path m_here = "/";
    std::deque<fs::path> m_left;
    int m_links = 0;
};

} // namespace

Result<void> checkSocketTrust(const fs::path &socket)
{
    const auto found = Walk(socket, S_IFSOCK).stranger();
    if (!found)
        return {};
    return failure(
        v1::Error::PERMISSION_DENIED, "SOCKET_NOT_TRUSTED",
        "The socket " + socket.string() + " is not spoken to: " + found->place.string() + " " +
            found->why +
            ". Whoever made it could pass for your fabric; name your own fabric's socket "
            "with --socket, or run as its user.",
        socket.string());
}

Result<void> checkFolderTrust(const fs::path &folder)
{
    const auto found = Walk(folder, S_IFDIR).stranger();
    if (!found)
        return {};
    return failure(v1::Error::PERMISSION_DENIED, "FOLDER_NOT_TRUSTED",
                   "Nothing is kept in the folder " + folder.string() + ": " +
                       found->place.string() + " " + found->why +
                       ". Others could put another folder in its place; use one that lies in "
                       "folders of yours or root's, with --data and --socket.",
                   folder.string());
}

} // namespace slipway::sys
