// What a sandbox may ask of the kernel: an allow list, in the runtime's words.
#include "backend/host/sandbox_config.h"
#include "backend/host/system_calls.h"

#include <QTest>
#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <set>

using namespace slipway;

namespace
{

bool holds(const host::CallRule &rule, const std::vector<std::uint64_t> &arguments)
{
    return std::all_of(rule.conditions.begin(), rule.conditions.end(),
                       [&](const host::CallCondition &one) {
                           return (arguments.at(one.argument) & one.mask) == one.value;
                       });
}

constexpr host::CommonGround kAlone{};
constexpr host::CommonGround kOfTheOperator{true, true, true};

bool allows(const std::string &name, const std::vector<std::uint64_t> &arguments = {0, 0, 0},
            const host::CommonGround &common = kAlone)
{
    const std::vector<host::CallRule> rules = host::systemCallRules(common);
    return std::any_of(rules.begin(), rules.end(), [&](const host::CallRule &rule) {
        return rule.error == 0 && std::count(rule.names.begin(), rule.names.end(), name) > 0 &&
               holds(rule, arguments);
    });
}

} // namespace

class SystemCallsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesNoDoorOutOfASandbox();
    void makesThreadsButNoNamespaces();
    void opensOnlyPlainSockets();
    void leavesOutWhatItDoesNotName();
    void knowsWhatIsSharedAtEachLevel();
    void setsLimitsOfItsOwnAlone();
    void changesNoFilesOfTheOperators();
    void keepsFromTheMachinesMessages();
    void movesNoArguments();
};

void SystemCallsTest::namesNoDoorOutOfASandbox()
{
    for (const char *name : {"add_key",
                             "bpf",
                             "chroot",
                             "clone3",
                             "delete_module",
                             "fanotify_init",
                             "finit_module",
                             "fsconfig",
                             "fsmount",
                             "fsopen",
                             "fspick",
                             "init_module",
                             "io_uring_enter",
                             "io_uring_setup",
                             "ioperm",
                             "iopl",
                             "kcmp",
                             "kexec_load",
                             "keyctl",
                             "mount",
                             "mount_setattr",
                             "move_mount",
                             "name_to_handle_at",
                             "open_by_handle_at",
                             "open_tree",
                             "perf_event_open",
                             "pidfd_getfd",
                             "pivot_root",
                             "process_vm_readv",
                             "ptrace",
                             "quotactl",
                             "reboot",
                             "request_key",
                             "setns",
                             "socketcall",
                             "swapon",
                             "syslog",
                             "umount2",
                             "unshare",
                             "userfaultfd"})
        QVERIFY2(!allows(name), name);
    for (const char *name : {"read", "openat", "execve", "futex", "modify_ldt", "arch_prctl"})
        QVERIFY2(allows(name), name);
}

void SystemCallsTest::makesThreadsButNoNamespaces()
{
    QVERIFY(allows("clone", {0x3D0F00, 0, 0})); // a thread
    QVERIFY(allows("clone", {17, 0, 0}));       // a child with SIGCHLD
    for (const std::uint64_t flag :
         {0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000})
        QVERIFY2(!allows("clone", {flag | 17, 0, 0}), std::to_string(flag).c_str());
}

void SystemCallsTest::opensOnlyPlainSockets()
{
    QVERIFY(allows("socket", {1, 1, 0}));
    QVERIFY(allows("socket", {2, 1 | 0x80000 | 0x800, 6})); // TCP, close on exec, not blocking
    QVERIFY(allows("socket", {10, 2, 17}));                 // UDP
    QVERIFY(allows("socket", {16, 3, 0}));                  // routes
    QVERIFY(!allows("socket", {2, 3, 1}));                  // raw
    QVERIFY(!allows("socket", {2, 2, 1}));                  // echo requests
    QVERIFY(!allows("socket", {16, 3, 12}));                // net filters
    QVERIFY(allows("socketpair", {1, 1, 0}));
    for (std::uint64_t family = 0; family < 64; ++family)
        if (!std::set<std::uint64_t>{1, 2, 10, 16}.contains(family))
            QVERIFY2(!allows("socket", {family, 1, 0}), std::to_string(family).c_str());
    // The upper half of a register is no way past the comparison: the kernel does not look at it.
    QVERIFY(allows("socket", {0x100000001, 1, 0}));
    QVERIFY(!allows("socket", {0x100000011, 3, 0}));
}

void SystemCallsTest::leavesOutWhatItDoesNotName()
{
    const auto config = nlohmann::json::parse(host::sandboxConfig({}));
    const auto &filter = config["linux"]["seccomp"];
    QCOMPARE(filter["defaultAction"].get<std::string>(), std::string("SCMP_ACT_ERRNO"));
    bool told = false;
    for (const auto &call : filter["syscalls"])
        if (call["names"][0] == "clone3")
            told = call["action"] == "SCMP_ACT_ERRNO" && call["errnoRet"].get<int>() == ENOSYS;
    QVERIFY(told);
}

void SystemCallsTest::knowsWhatIsSharedAtEachLevel()
{
    const auto at = [](IsolationLevel level, bool is_root) {
        const host::CommonGround common = host::commonGround(level, is_root);
        return std::string(common.user ? "user " : "") + (common.files ? "files " : "") +
               (common.ipc ? "ipc" : "");
    };
    QCOMPARE(at(IsolationLevel::WithLimits, true), std::string());
    QCOMPARE(at(IsolationLevel::WithoutLimits, true), std::string());
    QCOMPARE(at(IsolationLevel::WithLimits, false), std::string("user "));
    QCOMPARE(at(IsolationLevel::Confined, true), std::string("user ipc"));
    QCOMPARE(at(IsolationLevel::Confined, false), std::string("user files ipc"));
}

// With one user for all, these would end or starve the operator's own processes.
void SystemCallsTest::setsLimitsOfItsOwnAlone()
{
    constexpr host::CommonGround user{true, false, false};
    QVERIFY(allows("prlimit64", {0, 7, 0}));
    QVERIFY(!allows("prlimit64", {4711, 7, 0}));
    for (const char *name :
         {"sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler"}) {
        QVERIFY2(allows(name, {4711, 0, 0}), name);
        QVERIFY2(allows(name, {0, 7, 0}, user), name);
        QVERIFY2(!allows(name, {4711, 7, 0}, user), name);
    }
    QVERIFY(allows("setpriority", {0, 0, 10}, user));
    QVERIFY(!allows("setpriority", {0, 4711, 10}, user));
    QVERIFY(!allows("setpriority", {2, 0, 10}, user)); // everything of the user's
    QVERIFY(allows("ioprio_set", {1, 0, 10}, user));
    QVERIFY(!allows("ioprio_set", {1, 4711, 10}, user));
    QVERIFY(!allows("ioprio_set", {3, 0, 10}, user));
}

void SystemCallsTest::changesNoFilesOfTheOperators()
{
    for (const char *name :
         {"chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "fchownat", "lchown",
          "setxattr", "lsetxattr", "fsetxattr", "removexattr", "fremovexattr", "utime", "utimes",
          "futimesat", "truncate"}) {
        QVERIFY2(allows(name), name);
        QVERIFY2(!allows(name, {0, 0, 0}, kOfTheOperator), name);
    }
    QVERIFY(allows("ftruncate", {0, 0, 0}, kOfTheOperator)); // of what it may write to
    QVERIFY(allows("utimensat", {3, 0, 0}, kOfTheOperator)); // of what it has opened
    QVERIFY(!allows("utimensat", {3, 0x100000000, 0}, kOfTheOperator));
    constexpr std::uint64_t empty = 01000;
    QVERIFY(allows("openat", {0, 0, empty}));
    QVERIFY(!allows("openat", {0, 0, empty}, kOfTheOperator)); // reading
    QVERIFY(!allows("openat", {0, 0, empty | 3}, kOfTheOperator));
    QVERIFY(allows("openat", {0, 0, empty | 1}, kOfTheOperator)); // Landlock sees the writing
    QVERIFY(allows("openat", {0, 0, empty | 2}, kOfTheOperator));
    QVERIFY(allows("openat", {0, 0, 0}, kOfTheOperator));
    QVERIFY(!allows("open", {0, empty, 0}, kOfTheOperator));
    QVERIFY(!allows("openat2", {0, 0, 0}, kOfTheOperator));
}

void SystemCallsTest::keepsFromTheMachinesMessages()
{
    for (const char *name : {"shmget", "shmat", "shmctl", "semget", "semop", "semctl", "msgget",
                             "msgsnd", "msgrcv", "msgctl", "mq_open", "mq_unlink", "ipc"}) {
        QVERIFY2(allows(name), name);
        QVERIFY2(!allows(name, {0, 0, 0}, {false, false, true}), name);
    }
}

void SystemCallsTest::movesNoArguments()
{
    QVERIFY(!allows("prctl", {35, 14, 0})); // PR_SET_MM
    QVERIFY(!allows("prctl", {0x100000023, 14, 0}));
    for (const std::uint64_t option : {1, 4, 15, 22, 34, 36, 38, 47, 0x53564d41})
        QVERIFY2(allows("prctl", {option, 0, 0}), std::to_string(option).c_str());
}

QTEST_GUILESS_MAIN(SystemCallsTest)
#include "system_calls_test.moc"
