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
    std::string floor; // the level that the fabric started with, in its words; empty: it starts now
    bool accept_no_isolation = false; // the operator's word
};

// Runs until told to stop; returns the exit code.
int runHost(const HostOptions &options);

} // namespace slipway::host
