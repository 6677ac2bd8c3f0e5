#include "backend/host/restart_backoff.h"

#include <algorithm>

namespace slipway::host
{

namespace
{
constexpr std::int64_t kFirstDelay_ms = 1'000;
constexpr std::int64_t kLongestDelay_ms = 60'000;
constexpr std::uint32_t kDoublingsMax = 6;
} // namespace

RestartBackoff::Decision RestartBackoff::ended(const RestartRule &rule, std::int64_t now_ms)
{
    m_ends_ms.push_back(now_ms);
    while (m_ends_ms.front() + std::int64_t(rule.crash_window_ms) < now_ms)
        m_ends_ms.pop_front();
    Decision decision;
    decision.ends = std::uint32_t(m_ends_ms.size());
    decision.cycling = decision.ends >= rule.crash_limit;
    if (decision.cycling) {
        const std::uint32_t doublings = std::min(decision.ends - rule.crash_limit, kDoublingsMax);
        decision.delay_ms = std::min(kFirstDelay_ms << doublings, kLongestDelay_ms);
    }
    return decision;
}

} // namespace slipway::host
