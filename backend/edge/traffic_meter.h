// From HAProxy's ever-growing counters and the latency log to one sample per instance and second.
#pragma once

#include "backend/edge/latency_log.h"
#include "backend/edge/layout.h"
#include "backend/edge/statistics.h"

namespace slipway::edge
{

class TrafficMeter
{
public:
    // `process` tells the processes apart; a new one's counters begin at 0.
    void add(std::uint64_t process, const std::vector<ServerStat> &stats, const Layout &layout);
    // Requests are answers plus answers that failed; errors are 5xx, failed connects and failed
    // answers (a request sent again elsewhere counts once on each). tcp: connections, no latency.
    v1::EdgeMetrics take(std::map<ServerPath, LatencyReservoir> latencies, const Layout &layout,
                         std::int64_t now_ms, std::uint32_t interval_ms);
    // Servers that their probe holds to be down, as of the last add() calls.
    std::vector<v1::ServerId> probeFailed() const;

private:
    struct Sum {
        std::uint64_t requests = 0;
        std::uint64_t errors = 0;
        std::uint64_t open = 0;
        std::uint64_t connections = 0;
    };
    std::map<std::pair<std::uint64_t, ServerPath>, ServerStat> m_before;
    std::map<std::pair<std::uint64_t, ServerPath>, ServerStat> m_now;
    std::map<ServerKey, Sum> m_sums;
    std::set<ServerKey> m_down;
    std::set<ServerKey> m_down_now;
};

} // namespace slipway::edge
