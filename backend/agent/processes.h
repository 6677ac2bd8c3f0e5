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

// Who accepts connections to 127.0.0.1:port. Looks into the kernel's table, so that the program
// never sees a connection that nobody uses.
enum class Listener {
    None,
    Own,    // nobody but this process and what descends from it
    Foreign // somebody else, or whoever hides what it has
};
// The kernel's numbers of the sockets that listen there.
std::set<std::uint64_t> listenersAt(std::uint32_t port);
// Whose these are; asks all processes of the family.
Listener whoseListeners(std::set<std::uint64_t> inodes);

// A port of 127.0.0.1 that nobody has now, and that nobody is given until it is let go; port 0 when
// there is none.
struct HeldPort {
    std::uint16_t port = 0;
    int descriptor = -1;
};
HeldPort holdFreePort();
void letGo(HeldPort &held);
std::uint32_t findFreePort(); // and lets it go

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
