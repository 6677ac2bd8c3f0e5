// A seccomp program, compiled from rules by libseccomp.
#pragma once

#include "backend/sys/confinement.h"

#include <linux/filter.h>

namespace slipway::sys
{

Result<std::vector<sock_filter>> compileCalls(const CallWall &wall);
// Async-signal-safe; needs no_new_privs. 0, or the error's number.
int applyCalls(const std::vector<sock_filter> &program);

} // namespace slipway::sys
