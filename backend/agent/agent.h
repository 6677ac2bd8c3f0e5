// The guest agent: the first process inside every instance.
#pragma once

#include <filesystem>
#include <string>

namespace slipway::agent
{

// Inside a sandbox the defaults hold; without isolation the host passes folders of the machine.
struct AgentOptions {
    std::string deployment_id;
    std::string instance;
    std::uint64_t generation = 0;
    int channel = 3; // the descriptor that leads to its host, and to nobody else
    std::filesystem::path mesh_folder =
        "/run/slipway/mesh";                       // <hash of instance>/<hash of endpoint>.sock
    std::filesystem::path role_folder = "/role";   // approot/, sitesroot/<n>/, read-only
    std::filesystem::path local_folder = "/local"; // throw-away disk: local storage, temp
    bool isolated = true;                          // own pid and network namespace
    bool confined = false; // behind walls of its own user; programs get one more between
};

// Runs until its host is lost or tells it to stop; returns the exit code.
int runAgent(const AgentOptions &options);

} // namespace slipway::agent
