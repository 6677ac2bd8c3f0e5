// The system calls that anything inside a sandbox may make; everything else is refused. One list
// for the OCI runtime and for sandboxes that the host locks in itself; what an instance has in
// common with others makes it shorter.
#pragma once

#include "backend/proto/isolation_level.h"
#include "backend/sys/confinement.h"

#include <string>
#include <vector>

namespace slipway::host
{

using sys::CallCondition;
using sys::CallRule;

// What lies beyond every other wall of an instance, so that only the call list can hold it.
struct CommonGround {
    // Its programs have the user id of their agent or of others: limits and priorities may be set
    // for the caller alone.
    bool user = false;
    // Files of others have its user id: Landlock does not see who changes their modes, owners,
    // attributes and times. A descriptor is no better than a path: it may come from reading.
    bool files = false;
    // It has no ipc namespace: System V and POSIX messages are the machine's.
    bool ipc = false;
};
CommonGround commonGround(IsolationLevel level, bool is_root);

// Several rules of one name: any of them may allow. What no rule names is refused with EPERM.
std::vector<CallRule> systemCallRules(const CommonGround &common);

// The machine's own architecture as libseccomp names it, first, and the 32-bit one that programs
// may use beside it ("SCMP_ARCH_X86_64", "SCMP_ARCH_X86"). Others end the process.
std::vector<std::string> systemCallArchitectures();

} // namespace slipway::host
