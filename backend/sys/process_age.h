#pragma once

#include <cstdint>

namespace slipway::sys
{

// Milliseconds since this process was started (not since main), in steps of the kernel's clock
// tick, which is 10 ms as a rule.
std::int64_t processAgeMs();

} // namespace slipway::sys
