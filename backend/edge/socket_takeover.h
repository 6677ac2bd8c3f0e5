// Getting the listening sockets back from a HAProxy that an earlier keeper started.
#pragma once

#include <vector>

namespace slipway::edge
{

// By pidfd_getfd, for processes of the same user (root: all). Where Yama restricts ptrace, only
// from processes spawned with `open_to_user`; empty when the kernel refuses. HAProxy's own
// `_getsocks` is of no use: version 2.6 hands out only the sockets that it bound itself, not
// inherited ones. The descriptors are close-on-exec.
std::vector<int> takeListeningSockets(int pid);

} // namespace slipway::edge
