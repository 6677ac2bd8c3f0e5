#include "backend/sys/identity.h"

#include <cerrno>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::sys
{

namespace
{

constexpr int kCapabilitiesMax = 64;

// A user id 0 means nothing from now on, no program file brings capabilities along, and what the
// process has it keeps over the change of its user, until it is set anew.
constexpr unsigned long kForGood = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                   SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED;
constexpr unsigned long kNoMoreAmbient =
    SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

bool dropBounds(std::uint64_t kept)
{
    for (int number = 0; number < kCapabilitiesMax; ++number) {
        if ((kept >> number & 1) != 0)
            continue;
        if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0)
            return errno == EINVAL; // the kernel knows no further one
    }
    return true;
}

bool setCapabilities(std::uint64_t all)
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    for (int half = 0; half < 2; ++half) {
        const auto bits = std::uint32_t(all >> (32 * half));
        data[half] = {bits, bits, bits};
    }
    return syscall(SYS_capset, &header, data) == 0;
}

bool raiseAmbient(std::uint64_t all)
{
    for (unsigned long number = 0; number < kCapabilitiesMax; ++number)
        if ((all >> number & 1) != 0 &&
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) != 0)
            return false;
    return true;
}

bool changeUser(const Identity &identity)
{
    // By system call: the C library's functions would take a lock of the parent's threads.
    return syscall(SYS_setgroups, 0, nullptr) == 0 &&
           syscall(SYS_setresgid, identity.group, identity.group, identity.group) == 0 &&
           syscall(SYS_setresuid, identity.user, identity.user, identity.user) == 0;
}

} // namespace

bool becomeIdentity(const Identity &identity)
{
    const std::uint64_t kept = identity.capabilities;
    return dropBounds(kept) && prctl(PR_SET_SECUREBITS, kForGood, 0, 0, 0) == 0 &&
           (!identity.change_user || changeUser(identity)) &&
           prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
           (kept == 0 || setCapabilities(kept | 1ULL << CAP_SETPCAP)) && raiseAmbient(kept) &&
           prctl(PR_SET_SECUREBITS, kForGood | kNoMoreAmbient, 0, 0, 0) == 0 &&
           setCapabilities(kept) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

void hideFromEqualUsers()
{
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

} // namespace slipway::sys
