// What a sandbox shall be, and the OCI runtime configuration (spec 1.0.2) that says so.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace slipway::host
{

struct BindMount {
    std::filesystem::path source;
    std::string target;
    bool writable = false;
};

constexpr std::uint64_t kInstanceProcessesMax = 1'024; // threads too

struct SandboxSpec {
    std::string id;
    std::string host_name;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;
    std::filesystem::path root; // read-only, holds the mount points
    std::vector<BindMount> binds;
    std::uint32_t user_id = 0; // the machine's user behind user 0 inside
    std::uint32_t group_id = 0;
    std::uint32_t id_count = 1;
    bool limits = false; // the rest holds only with limits
    bool swap_limit = false;
    std::string cgroup;
    std::uint64_t memory_bytes = 0;
    std::uint32_t cores = 0;
    std::uint64_t disk_bytes = 0; // of each file; 0: the disk has a wall of its own
    int channel_fd = -1; // the agent's end, inherited as sys::kChannelDescriptor; the sandbox's
};

std::string sandboxConfig(const SandboxSpec &spec);

} // namespace slipway::host
