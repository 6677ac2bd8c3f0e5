// Who is at the other end of a Unix socket, and whether it may command this process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::sys
{

struct SocketPeer {
    std::int64_t user = -1; // as the kernel noted it when the connection was made
    int pid = 0;            // 0: not visible from here
};

// Nothing: no connected Unix socket.
std::optional<SocketPeer> peerOf(int fd);

// Why this peer may not command the fabric of this process's user; nothing: it may. It must be this
// user or root, in this process's own user and process id namespaces (what runs in a sandbox is
// not, whatever its user id is), and neither a load balancer nor below one of the fabric's own
// hosts, agents and keepers, which forward what others send.
std::optional<std::string> whyNotTrusted(const SocketPeer &peer);

} // namespace slipway::sys
