// What the agent asks its machine for: the processes it can see, ports, its own place among them.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

namespace slipway::agent
{

struct ProcessInfo {
    int pid = 0;
    int parent = 0;
    int session = 0;
    std::uint64_t cpu_ticks = 0; // user and system
    std::uint64_t private_bytes = 0;
    std::uint64_t shared_bytes = 0;
};

std::vector<ProcessInfo> listProcesses();
// `roots` and everything that descends from them.
std::set<int> familyOf(const std::vector<ProcessInfo> &processes, std::set<int> roots);
std::uint32_t ticksPerSecond();

// Whether something accepts connections to 127.0.0.1:port. Looks into the kernel's table, so that
// the program never sees a connection that nobody uses.
bool portAccepts(std::uint32_t port);
// A port that nobody has now; 0 when there is none.
std::uint32_t findFreePort();

// A new network namespace has its loopback down; as root of the namespace the agent may raise it.
bool raiseLoopback();
// Orphans come to this process even when it is not the first one.
void adoptOrphans();
// The kernel shall take a program first when memory runs out. Needs the host's permission.
void preferAgentOverPrograms();
void offerToOutOfMemoryKiller(int pid);
// How many files this process and its children may open.
std::uint32_t openFilesLimit();
bool runsAsRoot();

} // namespace slipway::agent
