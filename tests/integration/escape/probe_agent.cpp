// Attempts on the agent: its memory, its channel, its life, its rights.
#include "probe.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace probe
{

namespace
{

constexpr int kDescriptorsTried = 32;

std::string when(bool success, const char *what)
{
    return success ? what : "";
}

std::string opens(const std::string &path, int flags)
{
    const int fd = open(path.c_str(), flags);
    if (fd < 0)
        return {};
    if ((flags & O_ACCMODE) != O_RDONLY)
        return path;
    char byte = 0;
    const ssize_t count = read(fd, &byte, 1);
    return count >= 0 ? path : "";
}

std::string attach()
{
    return when(ptrace(PTRACE_ATTACH, agent(), nullptr, nullptr) == 0, "traces the agent");
}

std::string seize()
{
    return when(ptrace(PTRACE_SEIZE, agent(), nullptr, nullptr) == 0, "traces the agent");
}

std::string takeDescriptor()
{
    const int handle = int(syscall(SYS_pidfd_open, agent(), 0));
    if (handle < 0)
        return {};
    for (int number = 3; number < 64; ++number)
        if (syscall(SYS_pidfd_getfd, handle, number, 0) >= 0)
            return "has a descriptor of the agent";
    return {};
}

std::string readMemory()
{
    char buffer[16];
    iovec local{buffer, sizeof buffer};
    iovec remote{reinterpret_cast<void *>(0x400000), sizeof buffer};
    return when(process_vm_readv(agent(), &local, 1, &remote, 1, 0) >= 0, "reads its memory");
}

std::string writeMemory()
{
    char buffer[16]{};
    iovec local{buffer, sizeof buffer};
    iovec remote{reinterpret_cast<void *>(0x400000), sizeof buffer};
    return when(process_vm_writev(agent(), &local, 1, &remote, 1, 0) >= 0, "writes its memory");
}

std::string memoryFile()
{
    return opens(agentFile("mem"), O_RDWR);
}

std::string environment()
{
    return opens(agentFile("environ"), O_RDONLY);
}

std::string maps()
{
    return opens(agentFile("maps"), O_RDONLY);
}

std::string root()
{
    return when(access(agentFile("root/proc").c_str(), F_OK) == 0,
                "walks through the agent's root");
}

std::string program()
{
    return when(access(agentFile("exe").c_str(), R_OK) == 0, "sees the agent's program link");
}

// The folder's entries are the kernel's own count; what they lead to is the agent's.
std::string descriptors()
{
    for (int number = 0; number < kDescriptorsTried; ++number) {
        const std::string path = agentFile("fd/") + std::to_string(number);
        char target[64];
        if (readlink(path.c_str(), target, sizeof target) >= 0)
            return "sees what the agent's descriptors are";
    }
    return {};
}

std::string openDescriptor()
{
    for (int number = 0; number < kDescriptorsTried; ++number) {
        const std::string path = agentFile("fd/") + std::to_string(number);
        if (open(path.c_str(), O_RDWR | O_NONBLOCK) >= 0)
            return path;
    }
    return {};
}

std::string killsBy(int number)
{
    const int result = kill(agent(), number);
    const int why = errno;
    usleep(200'000);
    if (kill(agent(), 0) != 0 && errno == ESRCH)
        return "ended the agent";
    errno = result == 0 ? EALREADY : why; // sent, and to no effect: the agent's host checks it
    return {};
}

std::string killAgent()
{
    return killsBy(SIGKILL);
}

std::string stopAgent()
{
    return killsBy(SIGSTOP);
}

std::string terminateAgent()
{
    for (const int number :
         {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGALRM, SIGPIPE, SIGIO, SIGSEGV, SIGABRT})
        if (const std::string done = killsBy(number); !done.empty())
            return done;
    return {};
}

// A socket among what the program inherited could be the agent's channel.
std::string inheritedSocket()
{
    for (int number = 3; number < 1'024; ++number) {
        struct stat info {
        };
        if (fstat(number, &info) == 0 && S_ISSOCK(info.st_mode))
            return "inherited socket " + std::to_string(number);
    }
    errno = ENOENT;
    return {};
}

std::string becomeRoot()
{
    if (geteuid() == 0) { // one user only is mapped here: it must be worth nothing
        errno = EPERM;
        return {};
    }
    return when(setuid(0) == 0 || setresuid(0, 0, 0) == 0, "became user 0");
}

std::string otherGroup()
{
    const gid_t group = 0;
    return when(getegid() != 0 && (setgid(0) == 0 || setgroups(1, &group) == 0), "became group 0");
}

constexpr uid_t kFirstOwnUser = 200'000;

std::string gainCapability()
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    syscall(SYS_capget, &header, data);
    if ((data[0].effective | data[0].permitted | data[0].inheritable) != 0)
        return "has capabilities";
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return "may gain privileges by a program";
    // An ordinary user can empty nobody's bounds; who has a user of its own got it from root.
    const bool has_bounds = isInSandbox() || getuid() >= kFirstOwnUser;
    for (int number = 0; number < 40 && has_bounds; ++number)
        if (prctl(PR_CAPBSET_READ, number) == 1)
            return "capability " + std::to_string(number) + " is in its bounds";
    data[0].effective = data[0].permitted = 1U << CAP_SYS_ADMIN | 1U << CAP_NET_ADMIN;
    return when(syscall(SYS_capset, &header, data) == 0, "took capabilities");
}

std::string unlockSecureBits()
{
    return when(prctl(PR_SET_SECUREBITS, 0) == 0, "unlocked its secure bits");
}

std::string newPrivileges()
{
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return "programs may bring new privileges";
    errno = EPERM;
    return {};
}

std::string lowerOwnScore()
{
    const int fd = open("/proc/self/oom_score_adj", O_WRONLY);
    return when(fd >= 0 && write(fd, "-1000", 5) > 0, "outlives everybody when memory runs out");
}

} // namespace

std::vector<Attempt> agentAttempts()
{
    return {{"agent-ptrace-attach", attach},
            {"agent-ptrace-seize", seize},
            {"agent-pidfd-getfd", takeDescriptor},
            {"agent-vm-readv", readMemory},
            {"agent-vm-writev", writeMemory},
            {"agent-proc-mem", memoryFile},
            {"agent-proc-environ", environment},
            {"agent-proc-maps", maps},
            {"agent-proc-root", root},
            {"agent-proc-exe", program},
            {"agent-proc-fd-links", descriptors},
            {"agent-proc-fd-open", openDescriptor},
            {"agent-kill", killAgent},
            {"agent-stop", stopAgent},
            {"agent-terminate", terminateAgent},
            {"agent-channel-inherited", inheritedSocket},
            {"self-become-root", becomeRoot},
            {"self-other-group", otherGroup},
            {"self-gain-capability", gainCapability},
            {"self-unlock-securebits", unlockSecureBits},
            {"self-new-privileges", newPrivileges},
            {"self-lower-oom-score", lowerOwnScore}};
}

} // namespace probe
