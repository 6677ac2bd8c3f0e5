#include "backend/host/system_calls.h"

#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <sstream>

namespace slipway::host
{

namespace
{

using Names = std::vector<std::string>;

// Numbers of the kernel's interface, which never change; 32-bit programs use the same.
constexpr std::uint64_t kNamespaceFlags = 0x7E020000; // CLONE_NEWNS, NEWCGROUP ... NEWNET
constexpr std::uint64_t kSocketTypeMask = 0xF;        // without SOCK_CLOEXEC and SOCK_NONBLOCK
constexpr std::uint64_t kUnix = 1;
constexpr std::uint64_t kInternet4 = 2;
constexpr std::uint64_t kInternet6 = 10;
constexpr std::uint64_t kNetlink = 16;
constexpr std::uint64_t kStream = 1;
constexpr std::uint64_t kDatagram = 2;

CallCondition equals(unsigned argument, std::uint64_t value)
{
    return {argument, 0xFFFFFFFF, value};
}

// ---- files ---------------------------------------------------------------
constexpr const char kFileCalls[] = R"(
_llseek access chdir close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2
fadvise64 fadvise64_64 fallocate fchdir fcntl fcntl64 fdatasync fgetxattr flistxattr flock fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64
getcwd getdents getdents64 getxattr inotify_add_watch inotify_init inotify_init1
inotify_rm_watch ioctl lgetxattr link linkat listxattr llistxattr lseek lstat lstat64 mkdir mkdirat mknod mknodat newfstatat pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead
readlink readlinkat readv rename renameat renameat2 rmdir sendfile sendfile64
splice stat stat64 statfs statfs64 statx symlink symlinkat sync sync_file_range
syncfs tee umask unlink unlinkat
vmsplice write writev io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64
io_setup io_submit
)";

// Landlock holds what opens for reading and writing, not these.
constexpr const char kOpenCalls[] = "open openat openat2";
constexpr const char kChangesOfFiles[] = R"(
chmod chown chown32 fchmod fchmodat fchmodat2 fchown fchown32 fchownat fremovexattr fsetxattr
futimesat lchown lchown32 lremovexattr lsetxattr removexattr setxattr truncate truncate64 utime
utimensat utimensat_time64 utimes
)";

// ---- memory, waiting, time -----------------------------------------------
constexpr const char kMemoryAndTimeCalls[] = R"(
adjtimex alarm brk clock_getres clock_getres_time64 clock_gettime clock_gettime64
clock_nanosleep clock_nanosleep_time64 epoll_create epoll_create1 epoll_ctl epoll_pwait
epoll_pwait2 epoll_wait eventfd eventfd2 futex futex_requeue futex_time64 futex_wait
futex_waitv futex_wake get_mempolicy getcpu getitimer getrandom gettimeofday madvise
map_shadow_stack membarrier memfd_create mincore mlock mlock2 mlockall mmap mmap2 mprotect
mremap mseal msync munlock munlockall munmap nanosleep pause pkey_alloc pkey_free
pkey_mprotect poll ppoll ppoll_time64 pselect6 pselect6_time64 remap_file_pages rseq select
_newselect setitimer time timer_create timer_delete timer_getoverrun timer_gettime
timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime
timerfd_gettime64 timerfd_settime timerfd_settime64 times
)";

// ---- processes, signals, identities --------------------------------------
// arch_prctl and modify_ldt: thread storage, for Wine too.
constexpr const char kProcessCalls[] = R"(
arch_prctl capget capset execve execveat exit exit_group fork get_robust_list
get_thread_area getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32
getpgid getpgrp getpid getppid getpriority getresgid getresgid32 getresuid getresuid32
getrlimit getrusage getsid gettid getuid getuid32 ioprio_get kill
landlock_add_rule landlock_create_ruleset landlock_restrict_self modify_ldt pidfd_open
pidfd_send_signal restart_syscall rt_sigaction rt_sigpending rt_sigprocmask
rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64
rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity
sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval
sched_rr_get_interval_time64 sched_yield seccomp set_robust_list set_thread_area set_tid_address
setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setpgid
setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid
setreuid32 setrlimit setsid setuid setuid32 sigaction sigaltstack signal signalfd signalfd4
sigpending sigprocmask sigreturn sigsuspend sysinfo tgkill tkill ugetrlimit uname vfork
wait4 waitid waitpid
)";

// Their argument 0 says for whom, 0: for the caller. The next ones say by it what argument 1 is.
constexpr const char kOwnLimitCalls[] =
    "sched_setaffinity sched_setattr sched_setparam sched_setscheduler";
constexpr std::uint64_t kPriorityOfProcess = 0;
constexpr std::uint64_t kIoPriorityOfProcess = 1;
// Moves its own arguments and environment, which others read, and needs no right for it.
constexpr std::uint64_t kSetMemoryMap = 35;

// ---- between processes ----------------------------------------------------
constexpr const char kExchangeCalls[] = R"(
accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg
recvmmsg_time64 recvmsg send sendmmsg sendmsg sendto setsockopt shutdown
)";
// System V and POSIX messages.
constexpr const char kIpcCalls[] = R"(
ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend
mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop
semtimedop_time64 shmat shmctl shmdt shmget
)";

// What a family may be opened for; nothing raw, and no family that reaches the kernel's own
// machinery (packets, virtual machines, cryptography, net filters).
void addSockets(std::vector<CallRule> &rules)
{
    const Names socket = {"socket"};
    rules.push_back({{"socket", "socketpair"}, {equals(0, kUnix)}});
    for (const std::uint64_t family : {kInternet4, kInternet6}) {
        for (const std::uint64_t protocol : {0, 6})
            rules.push_back(
                {socket, {equals(0, family), {1, kSocketTypeMask, kStream}, equals(2, protocol)}});
        for (const std::uint64_t protocol : {0, 17})
            rules.push_back(
                {socket,
                 {equals(0, family), {1, kSocketTypeMask, kDatagram}, equals(2, protocol)}});
    }
    rules.push_back({socket, {equals(0, kNetlink), equals(2, 0)}}); // routes only
    // A 32-bit program's old door to all of them, behind which no argument can be seen (decision
    // 0041).
    rules.push_back({{"socketcall"}, {}, ENOSYS});
}

void addPersonalities(std::vector<CallRule> &rules)
{
    // Linux, 32 bit, an old kernel's number, asking; fixed and compatible layouts, as Wine wants.
    for (const std::uint64_t value :
         {0x0, 0x8, 0x20000, 0x20008, 0x40000, 0x200000, 0x240000, 0x40008, 0x200008})
        rules.push_back({{"personality"}, {equals(0, value)}});
    rules.push_back({{"personality"}, {equals(0, 0xFFFFFFFF)}});
}

Names namesIn(const char *text)
{
    std::istringstream words(text);
    return {std::istream_iterator<std::string>(words), {}};
}

// Everything but one value, of 32 bits: some bit is another one.
void addAllBut(std::vector<CallRule> &rules, const std::string &name, std::uint64_t value)
{
    for (unsigned bit = 0; bit < 32; ++bit) {
        const std::uint64_t mask = std::uint64_t(1) << bit;
        rules.push_back({{name}, {{0, mask, ~value & mask}}});
    }
}

void addLimits(std::vector<CallRule> &rules, bool for_the_caller_only)
{
    rules.push_back({{"prlimit64"}, {equals(0, 0)}});
    if (!for_the_caller_only) {
        rules.push_back({namesIn(kOwnLimitCalls), {}});
        rules.push_back({{"setpriority", "ioprio_set"}, {}});
        return;
    }
    rules.push_back({namesIn(kOwnLimitCalls), {equals(0, 0)}});
    rules.push_back({{"setpriority"}, {equals(0, kPriorityOfProcess), equals(1, 0)}});
    rules.push_back({{"ioprio_set"}, {equals(0, kIoPriorityOfProcess), equals(1, 0)}});
}

// Whoever opens without writing (a third way, 3, opens for neither) could empty the file, which
// Landlock knows from its version 3 on. What openat2 shall do lies in memory, where no filter
// looks; whoever is told so takes openat.
void addOpening(std::vector<CallRule> &rules, bool emptying_needs_writing)
{
    if (!emptying_needs_writing)
        return rules.push_back({namesIn(kOpenCalls), {}});
    rules.push_back({{"openat2"}, {}, ENOSYS});
    for (const auto &[name, flags] : {std::pair{"open", 1U}, std::pair{"openat", 2U}}) {
        rules.push_back({{name}, {{flags, O_TRUNC, 0}}});
        rules.push_back({{name}, {{flags, O_ACCMODE, O_WRONLY}}});
        rules.push_back({{name}, {{flags, O_ACCMODE, O_RDWR}}});
    }
}

} // namespace

CommonGround commonGround(IsolationLevel level, bool is_root)
{
    CommonGround common;
    common.user = !is_root || !hasNamespaces(level);
    common.files = !is_root && !hasNamespaces(level);
    common.ipc = !hasNamespaces(level);
    return common;
}

std::vector<CallRule> systemCallRules(const CommonGround &common)
{
    std::vector<CallRule> rules;
    for (const char *calls : {kFileCalls, kMemoryAndTimeCalls, kProcessCalls, kExchangeCalls})
        rules.push_back({namesIn(calls), {}});
    addOpening(rules, common.files);
    if (common.files) // times by descriptor are what `touch` sets; more is not lost than times
        rules.push_back({{"utimensat", "utimensat_time64"}, {{1, ~std::uint64_t(0), 0}}});
    else
        rules.push_back({namesIn(kChangesOfFiles), {}});
    if (!common.ipc)
        rules.push_back({namesIn(kIpcCalls), {}});
    addLimits(rules, common.user);
    addAllBut(rules, "prctl", kSetMemoryMap);
    rules.push_back({{"clone"}, {{0, kNamespaceFlags, 0}}});
    // Its flags lie in memory, where no filter looks; whoever is told so takes clone.
    rules.push_back({{"clone3"}, {}, ENOSYS});
    addSockets(rules);
    addPersonalities(rules);
    return rules;
}

std::vector<std::string> systemCallArchitectures()
{
#if defined(__x86_64__)
    return {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"};
#elif defined(__aarch64__)
    return {"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"};
#else
    return {"SCMP_ARCH_NATIVE"};
#endif
}

} // namespace slipway::host
