// Getting the listening sockets back from a HAProxy that an earlier keeper started.
#pragma once

#include "backend/edge/proxy_config.h"

#include <vector>

namespace slipway::edge
{

// By `_getsocks` on the command socket (needs `expose-fd listeners`, works for every user); where
// that gives nothing, by pidfd_getfd from the process itself (root, or no ptrace restriction).
// Blocks for at most two seconds: for start-up only. The descriptors are close-on-exec.
std::vector<int> takeListeningSockets(const ProxyFiles &files, int pid);

} // namespace slipway::edge
