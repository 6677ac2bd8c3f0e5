#include "backend/agent/processes.h"

#include "backend/sys/proc_files.h"

#include <arpa/inet.h>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <net/if.h>
#include <netinet/in.h>
#include <sstream>
#include <string>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace slipway::agent
{

namespace
{

constexpr int kAgentScore = -900;
constexpr int kProgramScore = 300;

bool readProcess(int pid, ProcessInfo &process)
{
    const auto stat = sys::procStat(pid);
    if (!stat)
        return false;
    process.parent = stat->parent;
    process.session = stat->session;
    process.pid = pid;
    process.cpu_ticks = stat->user_ticks + stat->system_ticks;
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    std::uint64_t shared = 0;
    std::istringstream(sys::procText(pid, "statm")) >> total >> resident >> shared;
    const auto page_bytes = std::uint64_t(sysconf(_SC_PAGESIZE));
    process.shared_bytes = shared * page_bytes;
    process.private_bytes = (resident > shared ? resident - shared : 0) * page_bytes;
    return true;
}

// One line of /proc/net/tcp or tcp6: "sl local_address rem_address st tx:rx tr:when retransmits uid
// timeout inode". The number of the socket that listens at the port; 0: this is none.
std::uint64_t listenerIn(const std::string &line, std::uint32_t port)
{
    static constexpr std::uint32_t kListen = 0x0A;
    std::istringstream fields(line);
    std::string slot;
    std::string local;
    std::string skipped;
    std::string state;
    std::uint64_t inode = 0;
    fields >> slot >> local >> skipped >> state;
    for (int number = 4; number < 9; ++number)
        fields >> skipped;
    fields >> inode;
    const std::size_t colon = local.find(':');
    if (colon == std::string::npos || !fields || std::stoul(state, nullptr, 16) != kListen ||
        std::stoul(local.substr(colon + 1), nullptr, 16) != port)
        return 0;
    const std::string address = local.substr(0, colon);
    const bool is_reached = address.find_first_not_of('0') == std::string::npos ||
                            address == "0100007F" || address == "0000000000000000FFFF00000100007F";
    return is_reached ? inode : 0;
}

// Takes away what the process has.
void takeSocketsOf(int pid, std::set<std::uint64_t> &inodes)
{
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
    for (int number : sys::numbersIn(folder)) {
        std::array<char, 64> text{};
        const std::string link = folder + "/" + std::to_string(number);
        std::uint64_t inode = 0;
        if (readlink(link.c_str(), text.data(), text.size() - 1) > 0 &&
            std::sscanf(text.data(), "socket:[%" SCNu64 "]", &inode) == 1)
            inodes.erase(inode);
    }
}

void writeScore(const std::string &process, int score)
{
    std::ofstream("/proc/" + process + "/oom_score_adj") << score;
}

} // namespace

std::vector<ProcessInfo> listProcesses()
{
    std::vector<ProcessInfo> processes;
    for (const int pid : sys::processIds())
        if (ProcessInfo process; readProcess(pid, process))
            processes.push_back(process);
    return processes;
}

std::set<int> familyOf(const std::vector<ProcessInfo> &processes, std::set<int> roots)
{
    for (bool grown = true; grown;) {
        grown = false;
        for (const ProcessInfo &process : processes)
            if (roots.contains(process.parent) && roots.insert(process.pid).second)
                grown = true;
    }
    return roots;
}

std::uint32_t ticksPerSecond()
{
    return std::uint32_t(sysconf(_SC_CLK_TCK));
}

std::set<std::uint64_t> listenersAt(std::uint32_t port)
{
    std::set<std::uint64_t> inodes;
    for (const char *table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream file(table);
        std::string line;
        std::getline(file, line); // the heading
        while (std::getline(file, line))
            if (const std::uint64_t inode = listenerIn(line, port); inode != 0)
                inodes.insert(inode);
    }
    return inodes;
}

Listener whoseListeners(std::set<std::uint64_t> inodes)
{
    if (inodes.empty())
        return Listener::None;
    for (const int pid : familyOf(listProcesses(), {getpid()}))
        takeSocketsOf(pid, inodes);
    return inodes.empty() ? Listener::Own : Listener::Foreign;
}

HeldPort holdFreePort()
{
    HeldPort held;
    held.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const int fd = held.descriptor;
    if (fd >= 0 && bind(fd, reinterpret_cast<sockaddr *>(&address), size) == 0 &&
        getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size) == 0)
        held.port = ntohs(address.sin_port);
    else
        letGo(held);
    return held;
}

void letGo(HeldPort &held)
{
    if (held.descriptor >= 0)
        close(held.descriptor);
    held.descriptor = -1;
}

std::uint32_t findFreePort()
{
    HeldPort held = holdFreePort();
    letGo(held);
    return held.port;
}

bool raiseLoopback()
{
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    ifreq request{};
    std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
    bool up = ioctl(fd, SIOCGIFFLAGS, &request) == 0;
    if (up && (request.ifr_flags & IFF_UP) == 0) {
        request.ifr_flags = short(request.ifr_flags | IFF_UP);
        up = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    }
    close(fd);
    return up;
}

void adoptOrphans()
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void preferAgentOverPrograms()
{
    writeScore("self", kAgentScore);
}

void offerToOutOfMemoryKiller(int pid)
{
    writeScore(std::to_string(pid), kProgramScore);
}

std::uint32_t openFilesLimit()
{
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0
               ? std::uint32_t(std::min<rlim_t>(limit.rlim_cur, 1U << 20))
               : 1024;
}

bool runsAsRoot()
{
    return geteuid() == 0;
}

} // namespace slipway::agent
