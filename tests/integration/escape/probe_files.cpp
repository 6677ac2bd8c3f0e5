// Attempts on files, sockets and addresses that are not the instance's.
#include "probe.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace probe
{

namespace fs = std::filesystem;

namespace
{

std::string setting(const char *name)
{
    const char *value = std::getenv(name);
    return value ? value : "";
}

std::string writes(const std::string &path)
{
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW, 0644);
    if (fd < 0)
        return {};
    if (write(fd, "x", 1) < 1)
        return {};
    return path;
}

std::string firstWritten(const std::vector<std::string> &paths)
{
    for (const std::string &path : paths)
        if (std::string done = writes(path); !done.empty())
            return done;
    return {};
}

std::string writeRole()
{
    return firstWritten({"/role/probe", "/role/approot/probe", "/role/approot/new"});
}

std::string writeSystem()
{
    return firstWritten({"/usr/probe", "/usr/bin/probe", "/etc/passwd", "/probe", "/usr/local/x",
                         "/slipway/slipwayd", "/var/probe", "/root/probe"});
}

std::string writeRunFolder()
{
    return firstWritten({"/run/probe", "/run/slipway/probe", "/run/slipway/mesh/probe",
                         "/run/slipway/agent/probe", "/run/slipway/own/probe"});
}

std::string tampersWith(const fs::path &entry)
{
    const std::string path = entry.string();
    if (unlink(path.c_str()) == 0)
        return "removed " + path;
    if (rename(path.c_str(), "/local/stolen") == 0)
        return "moved " + path;
    if (symlink("/etc/passwd", (path + ".link").c_str()) == 0)
        return "linked beside " + path;
    if (chmod(path.c_str(), 0) == 0)
        return "closed " + path;
    return {};
}

// Its own endpoint's socket and everybody else's.
std::string replaceSockets()
{
    int last = ENOENT;
    std::error_code error;
    for (fs::recursive_directory_iterator entry("/run/slipway/mesh", error), end;
         !error && entry != end; entry.increment(error)) {
        if (std::string done = tampersWith(entry->path()); !done.empty())
            return done;
        last = errno;
    }
    errno = last;
    return {};
}

std::string stealAgentFiles()
{
    if (geteuid() == 0) { // the only user that is mapped here; nginx has no right but this one's
        errno = EPERM;
        return {};
    }
    if (rename("/local/.slipway", "/local/stolen") == 0)
        return "moved the agent's files";
    return firstWritten({"/local/.slipway/topology.json", "/local/.slipway/probe"});
}

std::string dialAgentSocket()
{
    for (const char *path : {"/run/slipway/agent/host.sock", "/run/slipway/host.sock"}) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, path);
        const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0)
            return path;
    }
    return {};
}

std::string kernelSettings()
{
    return firstWritten({"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe",
                         "/proc/sys/vm/overcommit_memory", "/proc/sysrq-trigger",
                         "/proc/sys/net/ipv4/ip_forward", "/proc/1/oom_score_adj",
                         "/proc/irq/default_smp_affinity"});
}

std::string machineFiles()
{
    for (const char *path : {"/dev/mem", "/dev/kmem", "/dev/vda", "/dev/sda", "/dev/loop-control",
                             "/dev/kmsg", "/dev/fuse", "/dev/net/tun", "/proc/kcore",
                             "/sys/kernel/uevent_helper", "/sys/fs/cgroup/cgroup.procs"}) {
        const int fd = open(path, O_RDONLY | O_NONBLOCK);
        char byte = 0;
        if (fd >= 0 && read(fd, &byte, 1) > 0)
            return path;
    }
    return {};
}

// A sandbox has a view of its own, in which they are not there at all; without one (confined) the
// kernel says of each path whether something is there, and opens nothing.
bool isReached(const std::string &path)
{
    const int fd = open(path.c_str(), O_RDONLY | O_NONBLOCK);
    if (fd >= 0)
        close(fd);
    return fd >= 0 || (isInSandbox() && access(path.c_str(), F_OK) == 0);
}

std::string operatorsFiles()
{
    for (const std::string &path : {setting("SECRET_FILE"), std::string("/etc/shadow"),
                                    setting("FABRIC_SOCKET"), setting("FABRIC_DATA")})
        if (!path.empty() && isReached(path))
            return path;
    return {};
}

std::string neighboursDisk()
{
    std::error_code error;
    for (fs::directory_iterator entry("/local", error), end; !error && entry != end;
         entry.increment(error))
        if (entry->path().filename().string().starts_with("neighbour"))
            return entry->path().string();
    errno = ENOENT;
    return {};
}

std::string linksOut()
{
    for (const char *folder : {"/local", "/local/tmp", "/tmp", "/dev/shm"}) {
        const std::string link = std::string(folder) + "/out";
        if (symlink(setting("SECRET_FILE").c_str(), link.c_str()) != 0 && errno != EEXIST)
            continue;
        if (const int fd = open(link.c_str(), O_RDONLY); fd >= 0)
            return link;
    }
    return {};
}

std::string connects(const char *address, int port)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_port = htons(std::uint16_t(port));
    inet_pton(AF_INET, address, &target.sin_addr);
    return connect(fd, reinterpret_cast<sockaddr *>(&target), sizeof target) == 0 ? address : "";
}

std::string operatorsLoopback()
{
    return connects("127.0.0.1", std::atoi(setting("SECRET_PORT").c_str()));
}

std::string outsideAddresses()
{
    for (const char *address : {"10.0.2.2", "169.254.169.254", "192.0.2.7"})
        if (std::string done = connects(address, 80); !done.empty())
            return done;
    return {};
}

// Names without a file are seen by everybody in one network namespace.
std::string namelessSockets()
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = setting("SECRET_NAME");
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const auto size = socklen_t(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    return connect(fd, reinterpret_cast<sockaddr *>(&address), size) == 0 ? name : "";
}

std::string coreFile()
{
    rlimit limit{};
    getrlimit(RLIMIT_CORE, &limit);
    const rlimit more{1 << 20, 1 << 20};
    if (limit.rlim_max > 0 || setrlimit(RLIMIT_CORE, &more) == 0)
        return "may leave core files";
    return {};
}

} // namespace

std::vector<Attempt> fileAttempts()
{
    return {{"write-role", writeRole},
            {"write-system", writeSystem},
            {"write-run-folder", writeRunFolder},
            {"replace-sockets", replaceSockets},
            {"steal-agent-files", stealAgentFiles},
            {"dial-agent-socket", dialAgentSocket},
            {"kernel-settings", kernelSettings},
            {"machine-files", machineFiles},
            {"operators-files", operatorsFiles},
            {"neighbours-disk", neighboursDisk},
            {"links-out", linksOut},
            {"operators-loopback", operatorsLoopback},
            {"outside-addresses", outsideAddresses},
            {"nameless-sockets", namelessSockets},
            {"core-file", coreFile}};
}

} // namespace probe
