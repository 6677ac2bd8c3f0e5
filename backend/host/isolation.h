// How well this host can lock its instances in: not guessed, but tried with a real one.
#pragma once

#include "backend/host/host.h"
#include "backend/host/sandbox_config.h"
#include "backend/proto/isolation_level.h"

#include <string>

namespace slipway::host
{

using slipway::IsolationLevel;
using slipway::isolationName;

struct Isolation {
    IsolationLevel level = IsolationLevel::None;
    std::string advice;         // what would raise it; empty at the top
    std::string unfit_reason;   // why no instance may run here for now; empty: they may
    std::filesystem::path root; // of every sandbox, as this process sees it
    std::string cgroup;         // of this host, its sandboxes' groups lie below
    bool swap_limit = false;
    std::filesystem::path guests; // see sys::Paths
    bool disk_walls = false;      // disks are file systems of their own; else they are counted
};

// User ids, root folder and level of any sandbox of this host; the rest is the caller's.
SandboxSpec sandboxBase(const Isolation &isolation, std::uint32_t uid_base);

// Makes the root folder and runs the agent's own trial in instances, best level first. Blocks for
// seconds: for start-up only, and before any thread is made.
Isolation testIsolation(const HostOptions &options);

} // namespace slipway::host
