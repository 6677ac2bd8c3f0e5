#include "backend/sys/process_age.h"

#include "backend/sys/child_process.h"
#include "backend/sys/clock.h"

#include <unistd.h>

namespace slipway::sys
{

std::int64_t processAgeMs()
{
    const auto ticks_per_second = std::int64_t(sysconf(_SC_CLK_TCK));
    const auto started_ms = std::int64_t(processStartTicks(processId())) * 1000 / ticks_per_second;
    return SystemClock().bootMs() - started_ms;
}

} // namespace slipway::sys
