#include "backend/sys/socket_peer.h"

#include <sys/types.h>
#include <unistd.h>

namespace slipway::sys
{

std::optional<SocketPeer> peerOf(int fd)
{
    uid_t user = 0;
    gid_t group = 0;
    if (getpeereid(fd, &user, &group) != 0)
        return std::nullopt;
    return SocketPeer{std::int64_t(user), 0};
}

std::optional<std::string> whyNotTrusted(const SocketPeer &peer)
{
    if (peer.user == 0 || peer.user == std::int64_t(geteuid()))
        return std::nullopt;
    return "user " + std::to_string(peer.user) + " is neither this fabric's user nor root";
}

} // namespace slipway::sys
