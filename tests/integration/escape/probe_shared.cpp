// Attempts on what an instance may have in common with others: a user id, files of that user,
// the machine's ports and messages. In a sandbox most of it is simply not there.
#include "probe.h"

#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

namespace probe
{

namespace
{

const int kAgent = getppid();      // of the probe itself, before it makes children
constexpr int kMemoryMapSize = 15; // PR_SET_MM_MAP_SIZE, which only asks

std::string when(bool success, const char *what)
{
    return success ? what : "";
}

// Where there are no namespaces, what is made is the machine's.
bool isConfined()
{
    const char *home = std::getenv("HOME");
    return home && std::strcmp(home, "/local") != 0;
}

// The store: of the user who runs the fabric.
std::string store()
{
    const char *folder = std::getenv("FABRIC_DATA");
    return std::string(folder ? folder : "/nowhere") + "/fabric.db";
}

std::string mode()
{
    return when(chmod(store().c_str(), 0600) == 0, "set the mode of the operator's file");
}

std::string modeByHandle()
{
    const int fd = open(store().c_str(), O_PATH);
    if (fd < 0)
        return {};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    constexpr long kChangeModeAt2 = 452;
    return when(chmod(link.c_str(), 0600) == 0 ||
                    syscall(kChangeModeAt2, fd, "", 0600, AT_EMPTY_PATH) == 0,
                "set the mode of the operator's file by a handle");
}

std::string owner()
{
    const int fd = open(store().c_str(), O_PATH);
    return when(chown(store().c_str(), getuid(), gid_t(-1)) == 0 ||
                    (fd >= 0 && fchownat(fd, "", getuid(), gid_t(-1), AT_EMPTY_PATH) == 0),
                "gave the operator's file away");
}

std::string attributes()
{
    if (setxattr(store().c_str(), "user.probe", "x", 1, 0) != 0)
        return {};
    removexattr(store().c_str(), "user.probe");
    return "set an attribute of the operator's file";
}

std::string times()
{
    return when(utimensat(AT_FDCWD, store().c_str(), nullptr, 0) == 0 ||
                    utime(store().c_str(), nullptr) == 0,
                "touched the operator's file");
}

// To the length that it has.
std::string length()
{
    struct stat info {
    };
    return when(stat(store().c_str(), &info) == 0 && truncate(store().c_str(), info.st_size) == 0,
                "cut the operator's file");
}

// A third way of opening, for neither reading nor writing: it needs a right to nothing.
std::string opensForNothing()
{
    const std::string journal = store() + "-probe"; // not there: whoever may empty it may make it
    return when(open(journal.c_str(), 3 | O_TRUNC | O_CREAT, 0600) >= 0,
                "opened the operator's file");
}

// It starts within the package's content: read by all instances, and the fabric's to keep.
std::string contentMode()
{
    const int fd = open(".", O_RDONLY | O_DIRECTORY);
    struct stat info {
    };
    return when(fd >= 0 && fstat(fd, &info) == 0 && fchmod(fd, info.st_mode & 07777) == 0,
                "set the mode of the package's content");
}

// Somebody else's process that is this user's: another instance's, or the fabric's own; the agent
// where there is no other.
int somebodyElse()
{
    int found = kAgent;
    DIR *folder = opendir("/proc");
    while (const dirent *entry = folder ? readdir(folder) : nullptr) {
        const int pid = std::atoi(entry->d_name);
        struct stat info {
        };
        if (pid > 1 && pid != getpid() && pid != getppid() && pid != kAgent &&
            stat((std::string("/proc/") + entry->d_name).c_str(), &info) == 0 &&
            info.st_uid == getuid() && getsid(pid) != getsid(0))
            found = pid;
    }
    if (folder)
        closedir(folder);
    errno = 0;
    return found;
}

std::string othersLimits()
{
    rlimit limit{};
    return when(prlimit(somebodyElse(), RLIMIT_NOFILE, nullptr, &limit) == 0 &&
                    prlimit(somebodyElse(), RLIMIT_NOFILE, &limit, nullptr) == 0,
                "set the limits of somebody else's process");
}

std::string othersPriority()
{
    errno = 0;
    const int now = getpriority(PRIO_PROCESS, id_t(somebodyElse()));
    return when(errno == 0 && setpriority(PRIO_PROCESS, id_t(somebodyElse()), now) == 0,
                "set the priority of somebody else's process");
}

std::string everybodysPriority()
{
    errno = 0;
    const int now = getpriority(PRIO_USER, 0);
    const bool is_alone = !isConfined() && getuid() != 0;
    const bool done = errno == 0 && setpriority(PRIO_USER, 0, now) == 0;
    if (done && is_alone)
        errno = EALREADY; // its user is nobody else's
    return when(done && !is_alone, "set the priority of all of a user's processes");
}

std::string othersProcessors()
{
    cpu_set_t set;
    return when(sched_getaffinity(somebodyElse(), sizeof set, &set) == 0 &&
                    sched_setaffinity(somebodyElse(), sizeof set, &set) == 0,
                "chose processors for somebody else's process");
}

std::string othersSchedule()
{
    const sched_param parameters{};
    return when(sched_setscheduler(somebodyElse(), SCHED_OTHER, &parameters) == 0,
                "chose the schedule of somebody else's process");
}

std::string othersDiskPriority()
{
    constexpr int kOfProcess = 1;
    const long now = syscall(SYS_ioprio_get, kOfProcess, somebodyElse());
    return when(now >= 0 && syscall(SYS_ioprio_set, kOfProcess, somebodyElse(), now) == 0,
                "set the disk priority of somebody else's process");
}

std::string moveOwnArguments()
{
    unsigned size = 0;
    return when(prctl(PR_SET_MM, kMemoryMapSize, &size, 0, 0) == 0,
                "may say where its arguments and environment are");
}

// What was made is taken away again.
std::string machinesMemory()
{
    const int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    if (id >= 0)
        shmctl(id, IPC_RMID, nullptr);
    return when(id >= 0 && isConfined(), "made shared memory of the machine's");
}

std::string machinesSemaphores()
{
    const int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    if (id >= 0)
        semctl(id, 0, IPC_RMID);
    return when(id >= 0 && isConfined(), "made a semaphore of the machine's");
}

std::string machinesMessages()
{
    const int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    if (id >= 0)
        msgctl(id, IPC_RMID, nullptr);
    return when(id >= 0 && isConfined(), "made a queue of the machine's");
}

std::string machinesQueues()
{
    const mqd_t queue = mq_open("/slipway-probe", O_CREAT | O_RDWR, 0600, nullptr);
    if (queue != mqd_t(-1))
        mq_unlink("/slipway-probe");
    return when(queue != mqd_t(-1) && isConfined(), "made a message queue of the machine's");
}

// A process of the user who runs the fabric, outside of everything.
int operatorsProcess()
{
    const char *pid = std::getenv("SECRET_PROCESS");
    return pid ? std::atoi(pid) : 0;
}

std::string operatorsLimits()
{
    const rlimit none{0, 0};
    return when(prlimit(operatorsProcess(), RLIMIT_NOFILE, &none, nullptr) == 0,
                "took the operator's process its descriptors");
}

std::string operatorsPriority()
{
    const sched_param idle{};
    return when(setpriority(PRIO_PROCESS, id_t(operatorsProcess()), 19) == 0 ||
                    sched_setscheduler(operatorsProcess(), SCHED_IDLE, &idle) == 0,
                "put the operator's process last");
}

std::string operatorsLife()
{
    return when(kill(operatorsProcess(), SIGSTOP) == 0, "stopped the operator's process");
}

// A neighbour's port is free while its program starts again.
std::string othersPort()
{
    constexpr long kCreateRuleset = 444;
    constexpr long kKnowsPorts = 4;
    if (!isConfined() || syscall(kCreateRuleset, nullptr, 0, 1) < kKnowsPorts) {
        errno = ENOTSUP; // a network of its own, or a kernel of which the text says so
        return {};
    }
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (const int port : {0, 20'000, 20'080, 40'404}) {
        address.sin_port = htons(std::uint16_t(port));
        if (bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0)
            return "took port " + std::to_string(port) + ", which is not its own";
    }
    return {};
}

} // namespace

std::vector<Attempt> sharedAttempts()
{
    return {{"operators-file-mode", mode},
            {"operators-file-mode-by-handle", modeByHandle},
            {"operators-file-owner", owner},
            {"operators-file-attributes", attributes},
            {"operators-file-times", times},
            {"operators-file-length", length},
            {"operators-file-opened-for-nothing", opensForNothing},
            {"content-mode", contentMode},
            {"others-limits", othersLimits},
            {"others-priority", othersPriority},
            {"everybodys-priority", everybodysPriority},
            {"others-processors", othersProcessors},
            {"others-schedule", othersSchedule},
            {"others-disk-priority", othersDiskPriority},
            {"move-own-arguments", moveOwnArguments},
            {"machines-shared-memory", machinesMemory},
            {"machines-semaphores", machinesSemaphores},
            {"machines-messages", machinesMessages},
            {"machines-queues", machinesQueues},
            {"operators-process-limits", operatorsLimits},
            {"operators-process-priority", operatorsPriority},
            {"operators-process-stop", operatorsLife},
            {"others-port", othersPort}};
}

} // namespace probe
