// How well this host can lock its instances in: not guessed, but tried with a real sandbox.
#pragma once

#include "backend/host/host.h"
#include "backend/host/sandbox_config.h"

#include <string>

namespace slipway::host
{

enum class IsolationLevel { None, WithoutLimits, WithLimits };

struct Isolation {
    IsolationLevel level = IsolationLevel::None;
    std::string advice;         // what would raise it; empty at the top
    std::filesystem::path root; // of every sandbox, as this process sees it
    std::string cgroup;         // of this host, its sandboxes' groups lie below
    bool swap_limit = false;
};

// "isolated with limits", "isolated without limits", "no isolation".
std::string isolationName(IsolationLevel level);

// User ids, root folder and level of any sandbox of this host; the rest is the caller's.
SandboxSpec sandboxBase(const Isolation &isolation, std::uint32_t uid_base);

// Makes the root folder and runs /usr/bin/true in sandboxes, best level first. Blocks: for start-up
// only, and before any thread is made.
Isolation testIsolation(const HostOptions &options);

} // namespace slipway::host
