// The system calls that anything inside a sandbox may make; everything else is refused. One list
// for the OCI runtime and for sandboxes that the host locks in itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::host
{

// Holds when (argument & mask) == value.
struct CallCondition {
    unsigned argument = 0; // 0 is the first
    std::uint64_t mask = ~std::uint64_t(0);
    std::uint64_t value = 0;
};

struct CallRule {
    std::vector<std::string> names;        // unknown ones are left out by who compiles it
    std::vector<CallCondition> conditions; // all must hold; none: always
    int error = 0;                         // 0: allowed; else refused with this errno
};

// Several rules of one name: any of them may allow. What no rule names is refused with EPERM.
const std::vector<CallRule> &systemCallRules();

// The machine's own architecture as libseccomp names it, first, and the 32-bit one that programs
// may use beside it ("SCMP_ARCH_X86_64", "SCMP_ARCH_X86"). Others end the process.
std::vector<std::string> systemCallArchitectures();

} // namespace slipway::host
