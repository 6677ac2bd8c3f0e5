// One physical server as a process: starts, stops and watches the instances that its orders list.
#pragma once

#include "backend/sys/paths.h"

#include <string>

namespace slipway::host
{

struct HostOptions {
    sys::Paths paths;
    std::string fabric_id;
    std::string host_id;
    std::filesystem::path
        agent_program; // slipwayd, started as `slipwayd agent` inside each sandbox
    std::filesystem::path outside_program; // slirp4netns; empty: not installed
};

// Runs until told to stop; returns the exit code.
int runHost(const HostOptions &options);

} // namespace slipway::host
