// Attempts on the kernel: namespaces, mounts, sockets, and its rarer doors.
#include "probe.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace probe
{

namespace
{

constexpr int kVsock = 40;
constexpr int kAlgorithms = 38;
constexpr int kPacket = 17;
constexpr int kNetFilter = 12;
constexpr int kDeviceEvents = 15;

std::string when(bool success, const char *what)
{
    return success ? what : "";
}

std::string calls(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0)
{
    return when(syscall(number, a, b, c, d, e) >= 0, "the kernel obeyed");
}

std::string cloneUser()
{
    return calls(SYS_clone, CLONE_NEWUSER | SIGCHLD);
}

std::string cloneNet()
{
    return calls(SYS_clone, CLONE_NEWUSER | CLONE_NEWNET | SIGCHLD);
}

std::string clone3User()
{
    std::uint64_t arguments[11]{};
    arguments[0] = CLONE_NEWUSER;
    arguments[4] = SIGCHLD;
    return calls(SYS_clone3, long(arguments), sizeof arguments);
}

std::string unshareUser()
{
    return calls(SYS_unshare, CLONE_NEWUSER);
}

std::string unshareMounts()
{
    return calls(SYS_unshare, CLONE_NEWNS);
}

std::string unshareNet()
{
    return calls(SYS_unshare, CLONE_NEWNET);
}

std::string enterNamespace()
{
    const int fd = open("/proc/self/ns/mnt", O_RDONLY);
    return calls(SYS_setns, fd, 0);
}

std::string mountMemory()
{
    return when(mount("tmpfs", "/tmp", "tmpfs", 0, nullptr) == 0, "mounted");
}

std::string mountProc()
{
    return when(mount("proc", "/tmp", "proc", 0, nullptr) == 0, "mounted");
}

std::string bindRoot()
{
    return when(mount("/", "/tmp", nullptr, MS_BIND, nullptr) == 0, "mounted");
}

std::string remountRole()
{
    return when(mount(nullptr, "/role", nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0, "remounted");
}

std::string unmountRole()
{
    return when(umount2("/role", MNT_DETACH) == 0, "unmounted");
}

std::string openFileSystem()
{
    return calls(SYS_fsopen, long("tmpfs"), 0);
}

std::string openTree()
{
    return calls(SYS_open_tree, AT_FDCWD, long("/"), 1);
}

std::string moveMount()
{
    return calls(SYS_move_mount, AT_FDCWD, long("/role"), AT_FDCWD, long("/tmp"), 0);
}

std::string setMountAttributes()
{
    std::uint64_t attributes[4]{0, 1, 0, 0};
    return calls(SYS_mount_setattr, AT_FDCWD, long("/role"), 0, long(attributes),
                 sizeof attributes);
}

std::string pivotRoot()
{
    return calls(SYS_pivot_root, long("/tmp"), long("/tmp"));
}

std::string changeRoot()
{
    return when(chroot("/tmp") == 0, "changed its root");
}

std::string openSocket(int family, int type, int protocol)
{
    return when(socket(family, type, protocol) >= 0, "opened the socket");
}

std::string packetSocket()
{
    return openSocket(kPacket, SOCK_RAW, 0x300);
}

std::string rawSocket()
{
    return openSocket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

std::string raw6Socket()
{
    return openSocket(AF_INET6, SOCK_RAW, 58);
}

std::string echoSocket()
{
    return openSocket(AF_INET, SOCK_DGRAM, 1);
}

std::string machineSocket()
{
    return openSocket(kVsock, SOCK_STREAM, 0);
}

std::string algorithmSocket()
{
    return openSocket(kAlgorithms, SOCK_SEQPACKET, 0);
}

std::string filterSocket()
{
    return openSocket(AF_NETLINK, SOCK_RAW, kNetFilter);
}

std::string eventSocket()
{
    return openSocket(AF_NETLINK, SOCK_RAW, kDeviceEvents);
}

// A 32-bit program's door to all of them, from a 64-bit one.
std::string oldDoorSocket()
{
#ifdef __x86_64__
    auto *arguments = static_cast<std::uint32_t *>(mmap(
        nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
    if (arguments == MAP_FAILED)
        return {};
    arguments[0] = kVsock;
    arguments[1] = SOCK_STREAM;
    arguments[2] = 0;
    long result = 102; // socketcall
    asm volatile("int $0x80"
                 : "+a"(result)
                 : "b"(1L), "c"(std::uint32_t(reinterpret_cast<std::uintptr_t>(arguments)))
                 : "memory", "r8", "r9", "r10", "r11");
    errno = int(-result);
    return when(int(result) >= 0, "opened the socket");
#else
    errno = ENOSYS;
    return {};
#endif
}

std::string programKernel()
{
    char attributes[128]{};
    return calls(SYS_bpf, 0, long(attributes), sizeof attributes);
}

std::string joinKeys()
{
    return calls(SYS_keyctl, 1, 0);
}

std::string addKey()
{
    return calls(SYS_add_key, long("user"), long("probe"), long("x"), 1, -3);
}

std::string ring()
{
    char parameters[256]{};
    return calls(SYS_io_uring_setup, 8, long(parameters));
}

std::string faults()
{
    return calls(SYS_userfaultfd, 1);
}

std::string measure()
{
    char attributes[128]{};
    return calls(SYS_perf_event_open, long(attributes), 0, -1, -1, 0);
}

std::string newKernel()
{
    return calls(SYS_kexec_load, 0, 0, 0, 0);
}

std::string loadModule()
{
    return calls(SYS_init_module, 0, 0, long(""));
}

std::string reboot()
{
    return calls(SYS_reboot, 0xfee1dead, 672274793, 0);
}

std::string setClock()
{
    const timespec then{1, 0};
    return when(clock_settime(CLOCK_REALTIME, &then) == 0, "set the machine's clock");
}

std::string kernelLog()
{
    char buffer[64];
    return calls(SYS_syslog, 3, long(buffer), sizeof buffer);
}

std::string openByHandle()
{
    char handle[64]{};
    return calls(SYS_open_by_handle_at, AT_FDCWD, long(handle), 0);
}

std::string watchMounts()
{
    return calls(SYS_fanotify_init, 0, 0);
}

std::string makeDevice()
{
    return when(mknod("/tmp/disk", S_IFBLK | 0600, makedev(254, 0)) == 0 ||
                    mknod("/local/disk", S_IFBLK | 0600, makedev(254, 0)) == 0 ||
                    mknod("/tmp/mem", S_IFCHR | 0600, makedev(1, 1)) == 0,
                "made a device");
}

std::string hostName()
{
    return when(sethostname("probe", 5) == 0, "renamed the machine");
}

std::string priority()
{
    sched_param parameters{};
    parameters.sched_priority = 50;
    return when(sched_setscheduler(0, SCHED_FIFO, &parameters) == 0, "runs before everybody");
}

} // namespace

std::vector<Attempt> kernelAttempts()
{
    return {{"clone-user-namespace", cloneUser},
            {"clone-net-namespace", cloneNet},
            {"clone3-user-namespace", clone3User},
            {"unshare-user", unshareUser},
            {"unshare-mounts", unshareMounts},
            {"unshare-net", unshareNet},
            {"setns", enterNamespace},
            {"mount-tmpfs", mountMemory},
            {"mount-proc", mountProc},
            {"mount-bind", bindRoot},
            {"mount-remount", remountRole},
            {"umount", unmountRole},
            {"fsopen", openFileSystem},
            {"open-tree", openTree},
            {"move-mount", moveMount},
            {"mount-setattr", setMountAttributes},
            {"pivot-root", pivotRoot},
            {"chroot", changeRoot},
            {"socket-packet", packetSocket},
            {"socket-raw", rawSocket},
            {"socket-raw6", raw6Socket},
            {"socket-ping", echoSocket},
            {"socket-vsock", machineSocket},
            {"socket-alg", algorithmSocket},
            {"socket-netfilter", filterSocket},
            {"socket-uevent", eventSocket},
            {"socket-32bit-vsock", oldDoorSocket},
            {"bpf", programKernel},
            {"keyctl", joinKeys},
            {"add-key", addKey},
            {"io-uring", ring},
            {"userfaultfd", faults},
            {"perf-event", measure},
            {"kexec", newKernel},
            {"init-module", loadModule},
            {"reboot", reboot},
            {"set-clock", setClock},
            {"kernel-log", kernelLog},
            {"open-by-handle", openByHandle},
            {"fanotify", watchMounts},
            {"make-device", makeDevice},
            {"set-hostname", hostName},
            {"real-time-priority", priority}};
}

} // namespace probe
