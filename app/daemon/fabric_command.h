// `slipwayd fabric`: the controller without a window, in the foreground.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace slipway
{

struct FabricCommandOptions {
    std::filesystem::path data;   // empty: the operator's own
    std::filesystem::path socket; // empty: the operator's own
    std::uint32_t hosts = 0;      // 0: as stored
    std::uint32_t fault_domains = 0;
    std::string engine = "local";
    std::uint16_t tcp_port = 0; // 0: the Unix socket only
    bool first_start = false;   // begin anew beside the remains of an earlier fabric
    bool keep_services = false; // SIGTERM leaves hosts, instances and the edge running
};

// Runs until SIGTERM, SIGINT or a request over the wire. Exit codes: 0 ended in order, 1 could not
// start, 3 another fabric holds the data folder, 4 did not end in time.
int runFabricCommand(const FabricCommandOptions &options);

} // namespace slipway
