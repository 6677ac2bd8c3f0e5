// What an instance without namespaces may touch: the walls round a process that shares the
// machine's view of files, processes and network.
#pragma once

#include "backend/host/sandbox_config.h"
#include "backend/proto/isolation_level.h"
#include "backend/sys/confinement.h"

namespace slipway::host
{

// For Confined: files by the spec's binds and little else of the machine, the system calls of every
// sandbox. For None: what costs nobody's consent, a user of its own as root, no privileges, limits.
sys::ConfinementSpec confinementFor(IsolationLevel level, const SandboxSpec &spec);

} // namespace slipway::host
