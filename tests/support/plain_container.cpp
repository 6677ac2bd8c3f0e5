// Runs a program as a plain container would have it: with the capabilities and behind the system
// call filter that container engines give by default, on this machine's own files and network.
//
//   plain_container [--no-landlock] PROGRAM [ARGUMENT...]
#include "backend/sys/confinement.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <linux/capability.h>
#include <string>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

using namespace slipway;

namespace
{

constexpr int kDefaultCapabilities[] = {
    CAP_CHOWN,   CAP_DAC_OVERRIDE, CAP_FSETID,           CAP_FOWNER,
    CAP_MKNOD,   CAP_NET_RAW,      CAP_SETGID,           CAP_SETUID,
    CAP_SETFCAP, CAP_SETPCAP,      CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT,
    CAP_KILL,    CAP_AUDIT_WRITE};
constexpr std::uint64_t kNamespaceFlags = 0x7E020000;

// Of the flags of clone, one rule a flag: libseccomp compares a whole masked value.
std::vector<sys::CallRule> refusedCalls()
{
    std::vector<sys::CallRule> rules = {{{"unshare",
                                          "setns",
                                          "mount",
                                          "umount2",
                                          "pivot_root",
                                          "mount_setattr",
                                          "move_mount",
                                          "open_tree",
                                          "fsopen",
                                          "fsconfig",
                                          "fsmount",
                                          "fspick",
                                          "bpf",
                                          "perf_event_open",
                                          "keyctl",
                                          "add_key",
                                          "request_key",
                                          "userfaultfd",
                                          "open_by_handle_at",
                                          "kexec_load",
                                          "init_module",
                                          "finit_module",
                                          "delete_module",
                                          "reboot",
                                          "swapon",
                                          "swapoff",
                                          "io_uring_setup",
                                          "io_uring_enter",
                                          "io_uring_register"},
                                         {},
                                         EPERM},
                                        {{"clone3"}, {}, ENOSYS}};
    for (std::uint64_t flag = 1; flag <= kNamespaceFlags; flag <<= 1)
        if (flag & kNamespaceFlags)
            rules.push_back({{"clone"}, {{0, flag, flag}}, EPERM});
    return rules;
}

void keepDefaultCapabilities()
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
    std::uint64_t kept = 0;
    for (const int capability : kDefaultCapabilities)
        kept |= std::uint64_t(1) << capability;
    for (int capability = 0; capability < 64; ++capability)
        if (!(kept >> capability & 1))
            prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (geteuid() != 0)
        return;
    for (int word = 0; word < 2; ++word)
        data[word].effective = data[word].permitted = std::uint32_t(kept >> (32 * word));
    if (syscall(SYS_capset, &header, data) != 0)
        std::exit(126);
}

} // namespace

int main(int argc, char **argv)
{
    std::vector<char *> arguments(argv + 1, argv + argc);
    const bool no_landlock = !arguments.empty() && arguments[0] == std::string("--no-landlock");
    if (no_landlock)
        arguments.erase(arguments.begin());
    if (arguments.empty())
        return 126;
    arguments.push_back(nullptr);
    sys::ConfinementSpec spec;
    spec.no_capabilities = false;
    spec.calls = sys::CallWall{refusedCalls(), true};
    if (no_landlock)
        spec.calls->rules.push_back({{"landlock_create_ruleset"}, {}, ENOSYS});
    const auto walls = sys::Confinement::prepare(spec);
    if (!walls || (*walls)->shed() != 0 || (*walls)->closeCalls() != 0) {
        std::fprintf(stderr, "plain_container: the walls cannot be built\n");
        return 126;
    }
    keepDefaultCapabilities();
    execvp(arguments[0], arguments.data());
    std::perror(arguments[0]);
    return 126;
}
