// A line of HAProxy's log, and what is made of the times in it.
#include "backend/edge/latency_log.h"

#include <cstdint>

using namespace slipway::edge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static std::minstd_rand random;
    LatencyReservoir reservoir;
    std::string_view text(reinterpret_cast<const char *>(data), size);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1);
        if (const auto request = parseLogLine(text.substr(0, end + 1)))
            reservoir.add(request->latency_us, random);
        text.remove_prefix(end + 1);
    }
    const LatencySummary summary = reservoir.summary();
    if (summary.p50_us > summary.p95_us || summary.p95_us > summary.p99_us)
        __builtin_trap();
    return 0;
}
