// The system calls that anything inside a sandbox may make; everything else is refused. One list
// for the OCI runtime and for sandboxes that the host locks in itself.
#pragma once

#include "backend/sys/confinement.h"

#include <string>
#include <vector>

namespace slipway::host
{

using sys::CallCondition;
using sys::CallRule;

// Several rules of one name: any of them may allow. What no rule names is refused with EPERM.
const std::vector<CallRule> &systemCallRules();

// The same for instances that share the machine's System V and POSIX queues: they make none.
std::vector<CallRule> confinedCallRules();

// The machine's own architecture as libseccomp names it, first, and the 32-bit one that programs
// may use beside it ("SCMP_ARCH_X86_64", "SCMP_ARCH_X86"). Others end the process.
std::vector<std::string> systemCallArchitectures();

} // namespace slipway::host
