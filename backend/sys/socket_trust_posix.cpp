#include "backend/sys/socket_trust.h"

#include <deque>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr int kLinksMax = 40;

Failure notTrusted(const fs::path &socket, const fs::path &place, const std::string &why)
{
    return failure(
        v1::Error::PERMISSION_DENIED, "SOCKET_NOT_TRUSTED",
        "The socket " + socket.string() + " is not spoken to: " + place.string() + " " + why +
            ". Whoever made it could pass for your fabric; name your own fabric's socket "
            "with --socket, or run as its user.",
        socket.string());
}

bool isOurs(const struct stat &info)
{
    return info.st_uid == 0 || info.st_uid == geteuid();
}

std::string ownedBy(const struct stat &info)
{
    return "belongs to user " + std::to_string(info.st_uid);
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

// Walks from the root, following links by hand.
class Walk
{
public:
    explicit Walk(const fs::path &socket) : m_socket(fs::absolute(socket).lexically_normal())
    {
        push(m_socket);
    }

    Result<void> check()
    {
        while (!m_left.empty()) {
            const fs::path name = m_left.front();
            m_left.pop_front();
            const fs::path place = name == ".." ? m_here.parent_path() : m_here / name;
            struct stat info {
            };
            if (lstat(place.c_str(), &info) != 0)
                return {}; // nothing to speak to
            if (auto step = take(place, info); !step)
                return step;
        }
        return {};
    }

private:
    void push(const fs::path &path)
    {
        const fs::path parts = path.relative_path();
        m_left.insert(m_left.begin(), parts.begin(), parts.end());
    }

    Result<void> take(const fs::path &place, const struct stat &info)
    {
        if (!isOurs(info))
            return notTrusted(m_socket, place, ownedBy(info));
        if (S_ISLNK(info.st_mode))
            return follow(place);
        if (m_left.empty())
            return S_ISSOCK(info.st_mode) ? Result<void>()
                                          : notTrusted(m_socket, place, "is no socket");
        if (!S_ISDIR(info.st_mode))
            return {}; // nothing can lie below it
        if (othersMayRename(info))
            return notTrusted(m_socket, place, "can be written by others");
        m_here = place;
        return {};
    }

    Result<void> follow(const fs::path &link)
    {
        if (m_left.empty())
            return notTrusted(m_socket, link, "is a link");
        std::error_code error;
        const fs::path target = fs::read_symlink(link, error);
        if (error || ++m_links > kLinksMax)
            return notTrusted(m_socket, link, "leads nowhere");
        if (target.is_absolute())
            m_here = "/";
        push(target);
        return {};
    }

    fs::path m_socket;
    fs::path m_here = "/";
    std::deque<fs::path> m_left;
    int m_links = 0;
};

} // namespace

Result<void> checkSocketTrust(const fs::path &socket)
{
    return Walk(socket).check();
}

} // namespace slipway::sys
