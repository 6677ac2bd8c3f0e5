// What one process of an instance may take, whatever locks it in: one table for all levels.
#pragma once

#include "backend/host/sandbox_config.h"

namespace slipway::host
{

struct ProcessLimit {
    const char *name; // "RLIMIT_NOFILE"
    int resource;
    std::uint64_t most;
};

// Where no control group counts for the whole instance (`spec.limits`), processes and memory are
// limited here: processes by user, memory of each. `user_is_shared`: with all instances, and with
// what the operator runs.
std::vector<ProcessLimit> processLimits(const SandboxSpec &spec, bool user_is_shared);

} // namespace slipway::host
