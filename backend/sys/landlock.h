// Landlock by its system calls: the machine's headers may be older than its kernel.
#pragma once

#include "backend/sys/confinement.h"

namespace slipway::sys
{

// A descriptor for restrictByRuleset(); closed by the caller. Where `spec` says nothing of files
// and ports the ruleset closes nothing but the making of devices: it only brings a domain of its
// own.
Result<int> makeRuleset(const ConfinementSpec &spec);
// Async-signal-safe; needs no_new_privs. 0, or the error's number.
int restrictByRuleset(int ruleset_fd);

} // namespace slipway::sys
