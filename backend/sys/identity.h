// What a process is to the kernel, and how it gives that up.
#pragma once

#include "backend/sys/child_process.h"

namespace slipway::sys
{

// For a child between fork and exec: takes on the identity, with no right to take on another. Only
// async-signal-safe calls. False with errno: it could not, and must not go on.
bool becomeIdentity(const Identity &identity);

// Nobody of the same user may read this process's memory, its descriptors or its environment, nor
// trace it. Comes off by exec and by a change of user.
void hideFromEqualUsers();

} // namespace slipway::sys
