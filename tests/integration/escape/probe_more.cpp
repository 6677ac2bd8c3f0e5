// Attempts by the back doors: links, descriptors, programs with rights, limits and signals of
// others.
#include "probe.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

namespace probe
{

namespace
{

constexpr int kFamiliesMax = 64;
constexpr int kNetlinkMax = 32;

std::string home()
{
    const char *path = std::getenv("HOME");
    return path ? path : "/local";
}

std::string when(bool success, const char *what)
{
    return success ? what : "";
}

// A second name for what is not its own would outlive that, and be written by others.
std::string hardLinks()
{
    for (const char *path : {"/usr/bin/env", "/etc/passwd", "/etc/shadow", "/proc/self/exe",
                             "/slipway/slipwayd", "/role/approot", "/dev/null"}) {
        const std::string link = home() + "/hard";
        if (linkat(AT_FDCWD, path, AT_FDCWD, link.c_str(), AT_SYMLINK_FOLLOW) == 0)
            return std::string("has a second name for ") + path;
    }
    return {};
}

// Links of the magic kind lead round all paths.
std::string magicLinks()
{
    for (const std::string &path : {agentFile("root/etc/shadow"), agentFile("cwd/etc/shadow"),
                                    agentFile("fd/3"), agentFile("map_files/400000-401000"),
                                    agentFile("auxv"), std::string("/proc/self/root/../etc/shadow"),
                                    std::string("/proc/self/fd/3"), std::string("/dev/fd/3")})
        if (open(path.c_str(), O_RDONLY | O_NONBLOCK) >= 0)
            return path;
    return {};
}

// Where other users' programs, or the host, would find them.
std::string pipesAndSockets()
{
    for (const char *path :
         {"/role/pipe", "/run/slipway/mesh/pipe", "/run/slipway/pipe", "/etc/pipe", "/pipe"})
        if (mkfifo(path, 0666) == 0)
            return path;
    return {};
}

std::string diskDevices()
{
    const std::string path = home() + "/device";
    for (const mode_t kind : {S_IFBLK, S_IFCHR})
        for (const unsigned major : {1U, 5U, 7U, 8U, 10U, 254U, 259U})
            if (mknod(path.c_str(), kind | 0600, makedev(major, 1)) == 0)
                return "made a device of number " + std::to_string(major);
    return {};
}

// What it got at its start: three, and none of them a socket by which descriptors could leave.
std::string leakedDescriptors()
{
    for (int number = 3; number < 1'024; ++number)
        if (fcntl(number, F_GETFD) >= 0)
            return "inherited descriptor " + std::to_string(number);
    for (int number = 0; number < 3; ++number) {
        int type = 0;
        socklen_t size = sizeof type;
        if (getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size) == 0)
            return "its descriptor " + std::to_string(number) + " is a socket";
    }
    return {};
}

// Runs itself as `probe rights`, which says by its exit code whether it has any.
std::string startsWithRights(int program)
{
    const pid_t child = fork();
    if (child == 0) {
        char name[] = "probe";
        char what[] = "rights";
        char *arguments[] = {name, what, nullptr};
        char *environment[] = {nullptr};
        syscall(SYS_execveat, program, "", arguments, environment, AT_EMPTY_PATH);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    errno = EPERM;
    return when(WIFEXITED(status) && WEXITSTATUS(status) == kHasRights, "a program has rights");
}

bool copyItselfTo(int to)
{
    const int from = open("/proc/self/exe", O_RDONLY);
    char buffer[65'536];
    ssize_t count = 0;
    while ((count = read(from, buffer, sizeof buffer)) > 0)
        if (write(to, buffer, std::size_t(count)) != count)
            return false;
    close(from);
    return count == 0;
}

std::string programInMemory()
{
    const int program = memfd_create("probe", 0);
    if (program < 0 || !copyItselfTo(program))
        return {};
    fchmod(program, 06755);
    return startsWithRights(program);
}

std::string programOnDisk()
{
    const std::string path = home() + "/rights";
    const int written = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0755);
    const bool copied = written >= 0 && copyItselfTo(written);
    if (written >= 0) {
        fchmod(written, 06755);
        close(written);
    }
    const int program = open(path.c_str(), O_RDONLY);
    const std::string done = copied ? startsWithRights(program) : "";
    unlink(path.c_str());
    return done;
}

// Programs of the machine that bring rights along for whoever starts them.
std::string programsOfTheMachine()
{
    for (const char *path : {"/usr/bin/su", "/usr/bin/passwd", "/usr/bin/mount", "/usr/bin/ping",
                             "/usr/bin/newuidmap", "/usr/bin/chsh"}) {
        const int program = open(path, O_PATH);
        if (program < 0)
            continue;
        int ends[2];
        if (pipe(ends) != 0)
            return {};
        const pid_t child = fork();
        if (child == 0) { // it asks for a password, or reads what never comes
            dup2(ends[0], 0);
            close(ends[1]);
            execl(path, path, nullptr);
            _exit(1);
        }
        usleep(20'000);
        char text[4'096]{};
        const std::string file = "/proc/" + std::to_string(child) + "/status";
        const int status = open(file.c_str(), O_RDONLY);
        const ssize_t size = status < 0 ? 0 : read(status, text, sizeof text - 1);
        const char *caps = size > 0 ? std::strstr(text, "CapEff:\t") : nullptr;
        const bool has_rights = caps && std::strtoull(caps + 8, nullptr, 16) != 0;
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        for (const int fd : {ends[0], ends[1], program, status})
            if (fd >= 0)
                close(fd);
        if (has_rights)
            return std::string(path) + " has capabilities";
    }
    errno = EPERM;
    return {};
}

std::string otherFamilies()
{
    for (int family = 0; family < kFamiliesMax; ++family) {
        if (family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK)
            continue;
        for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_RDM})
            if (socket(family, type, 0) >= 0)
                return "opened family " + std::to_string(family);
        int pair[2];
        if (socketpair(family, SOCK_STREAM, 0, pair) == 0)
            return "opened a pair of family " + std::to_string(family);
    }
    return {};
}

std::string kernelsNetlink()
{
    for (int protocol = 1; protocol < kNetlinkMax; ++protocol)
        if (socket(AF_NETLINK, SOCK_RAW, protocol) >= 0)
            return "opened netlink " + std::to_string(protocol);
    return {};
}

// By the 32-bit door, which makes pairs, too.
std::string oldDoorPair()
{
#ifdef __x86_64__
    constexpr std::uint32_t kTipc = 30;
    auto *arguments = static_cast<std::uint32_t *>(mmap(
        nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
    if (arguments == MAP_FAILED)
        return {};
    arguments[0] = kTipc;
    arguments[1] = SOCK_STREAM;
    arguments[2] = 0;
    arguments[3] = std::uint32_t(reinterpret_cast<std::uintptr_t>(arguments + 8));
    long result = 102; // socketcall
    asm volatile("int $0x80"
                 : "+a"(result)
                 : "b"(8L), "c"(std::uint32_t(reinterpret_cast<std::uintptr_t>(arguments)))
                 : "memory", "r8", "r9", "r10", "r11");
    errno = int(-result);
    return when(int(result) >= 0, "opened a pair");
#else
    errno = ENOSYS;
    return {};
#endif
}

// Who lowers its agent's limits makes it fail.
std::string agentsLimits()
{
    const rlimit none{0, 0};
    return when(prlimit(agent(), RLIMIT_NOFILE, &none, nullptr) == 0,
                "took the agent's descriptors");
}

// Itself and its own parent are all that it may signal; the agent heeds none (see agent-kill).
std::string signalOthers()
{
    DIR *folder = opendir("/proc");
    std::string found;
    while (const dirent *entry = folder ? readdir(folder) : nullptr) {
        const int pid = std::atoi(entry->d_name);
        if (pid > 0 && pid != agent() && pid != getpid() && pid != getppid() && kill(pid, 0) == 0)
            found = "may signal process " + std::to_string(pid);
    }
    errno = EPERM;
    return found;
}

// Not projid_map: everybody may write it once, and it counts in the machine's own namespace only.
std::string rewriteMap()
{
    for (const char *path :
         {"/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups", "/proc/1/uid_map"}) {
        const int fd = open(path, O_WRONLY);
        if (fd >= 0 && write(fd, "0 0 1", 5) > 0)
            return path;
    }
    return {};
}

std::string controlGroups()
{
    for (const char *path :
         {"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/cgroup.subtree_control",
          "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/release_agent",
          "/sys/fs/cgroup/unified/cgroup.procs", "/sys/fs/cgroup/pids/tasks",
          "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/power/state",
          "/sys/module/kernel/parameters/panic"}) {
        const int fd = open(path, O_WRONLY);
        if (fd >= 0)
            return path;
    }
    return when(mkdir("/sys/fs/cgroup/probe", 0755) == 0, "made a control group");
}

// Words put into somebody's terminal are commands.
std::string terminals()
{
    for (const char *path : {"/dev/tty", "/dev/console", "/dev/tty0", "/dev/tty1", "/dev/pts/0"}) {
        const int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
        if (fd >= 0 && ioctl(fd, TIOCSTI, "x") == 0)
            return path;
    }
    for (int fd = 0; fd < 3; ++fd)
        if (ioctl(fd, TIOCSTI, "x") == 0)
            return "wrote into a terminal";
    return {};
}

std::string adjustClock()
{
    timex change{};
    change.modes = ADJ_FREQUENCY;
    change.freq = 1;
    return when(adjtimex(&change) >= 0, "slowed the machine's clock");
}

std::string compareWithAgent()
{
    return when(syscall(SYS_kcmp, getpid(), agent(), 0, 0, 0) >= 0,
                "compares itself with the agent");
}

std::string agentsMemory()
{
    const int handle = int(syscall(SYS_pidfd_open, agent(), 0));
    std::uint64_t area[2] = {0x400000, 4096};
    return when(syscall(SYS_process_madvise, handle, area, 1, 21, 0) >= 0,
                "pages the agent's memory out");
}

std::string quotasAndAccounts()
{
    if (syscall(SYS_acct, nullptr) == 0)
        return "switched accounting";
    if (syscall(SYS_quotactl, 0, nullptr, 0, nullptr) == 0)
        return "changed quotas";
    return when(syscall(SYS_swapoff, "/dev/null") == 0, "switched swap");
}

std::string ports()
{
#ifdef SYS_iopl
    return when(syscall(SYS_iopl, 3) == 0 || syscall(SYS_ioperm, 0x70, 2, 1) == 0,
                "may use the machine's ports");
#else
    errno = ENOSYS;
    return {};
#endif
}

std::string pidNamespaceByDescriptor()
{
    constexpr int kAll = 0x7E020000;
    const int handle = int(syscall(SYS_pidfd_open, agent(), 0));
    return when(handle >= 0 && syscall(SYS_setns, handle, kAll) == 0, "entered namespaces");
}

std::string ownTracer()
{
    const pid_t child = fork();
    if (child == 0) {
        usleep(500'000);
        _exit(0);
    }
    const bool traced = syscall(SYS_ptrace, 0x4206, child, 0, 0) == 0; // PTRACE_SEIZE
    const int why = errno;
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    errno = why;
    return when(traced, "traces programs: a way past filters on old kernels");
}

// The test has made one on the machine, for everybody.
std::string sharedSegments()
{
    shm_info info{};
    if (shmctl(0, SHM_INFO, reinterpret_cast<shmid_ds *>(&info)) < 0)
        return {};
    errno = ENOENT;
    return when(info.used_ids > 0, "sees the machine's shared memory");
}

// An escape sequence is a command to the terminal of whoever reads the log.
std::string commandsInLogs()
{
    std::fputs("\x1b]0;owned\x07\x1b[2J\x9b"
               "31m\x7f\r overwritten\n",
               stdout);
    std::fflush(stdout);
    const std::string name = home() + "/\x1b[2J\n\x01name";
    const int fd = open(name.c_str(), O_WRONLY | O_CREAT, 0600);
    if (fd >= 0)
        close(fd);
    errno = EILSEQ; // the test looks at the log
    return {};
}

} // namespace

bool hasRights()
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    syscall(SYS_capget, &header, data);
    return geteuid() != getuid() || getegid() != getgid() ||
           (data[0].effective | data[0].permitted | data[1].effective | data[1].permitted) != 0;
}

std::vector<Attempt> moreAttempts()
{
    return {{"hard-links", hardLinks},
            {"magic-links", magicLinks},
            {"pipes-outside", pipesAndSockets},
            {"device-on-disk", diskDevices},
            {"leaked-descriptors", leakedDescriptors},
            {"setuid-in-memory", programInMemory},
            {"setuid-on-disk", programOnDisk},
            {"setuid-of-machine", programsOfTheMachine},
            {"socket-other-families", otherFamilies},
            {"socket-kernel-netlink", kernelsNetlink},
            {"socket-32bit-pair", oldDoorPair},
            {"agent-limits", agentsLimits},
            {"agent-compare", compareWithAgent},
            {"agent-memory-advice", agentsMemory},
            {"agent-namespaces", pidNamespaceByDescriptor},
            {"signal-others", signalOthers},
            {"rewrite-uid-map", rewriteMap},
            {"control-groups", controlGroups},
            {"terminals", terminals},
            {"adjust-clock", adjustClock},
            {"quota-and-accounting", quotasAndAccounts},
            {"io-ports", ports},
            {"trace-own-child", ownTracer},
            {"shared-segments", sharedSegments},
            {"commands-in-logs", commandsInLogs}};
}

} // namespace probe
