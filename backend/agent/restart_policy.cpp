#include "backend/agent/restart_policy.h"

#include <algorithm>

namespace slipway::agent
{

namespace
{
constexpr std::uint32_t kCrashLimitDefault = 3;
constexpr std::uint32_t kCrashWindowDefault_ms = 10 * 60 * 1000;
constexpr std::int64_t kRepeatDelay_ms = 100; // doubles until the limit is reached
constexpr std::int64_t kCyclingDelay_ms = 1000;
constexpr std::int64_t kDelayMax_ms = 60 * 1000;

std::int64_t doubled(std::int64_t delay_ms, std::uint32_t times)
{
    return std::min(kDelayMax_ms, delay_ms << std::min(times, 16U));
}
} // namespace

RestartPolicy::RestartPolicy(std::uint32_t crash_limit, std::uint32_t crash_window_ms)
    : m_limit(crash_limit ? crash_limit : kCrashLimitDefault),
      m_window_ms(crash_window_ms ? crash_window_ms : kCrashWindowDefault_ms)
{
}

RestartDecision RestartPolicy::ended(std::int64_t now_ms, std::int64_t ran_ms)
{
    if (ran_ms >= m_window_ms) {
        m_ends.clear();
        m_cycles = 0;
    }
    // While cycling the ends are kept: a delay longer than the window must not look like health.
    while (m_cycles == 0 && !m_ends.empty() && m_ends.front() <= now_ms - m_window_ms)
        m_ends.pop_front();
    m_ends.push_back(now_ms);
    RestartDecision decision;
    decision.count = std::uint32_t(m_ends.size());
    if (decision.count >= m_limit) {
        decision.cycling = true;
        decision.delay_ms = doubled(kCyclingDelay_ms, m_cycles++);
    } else if (decision.count > 1) {
        decision.delay_ms = doubled(kRepeatDelay_ms, decision.count - 2);
    }
    return decision;
}

std::string ordinal(std::uint32_t number)
{
    const bool teens = number % 100 >= 11 && number % 100 <= 13;
    const std::uint32_t digit = teens ? 0 : number % 10;
    const char *ending = digit == 1 ? "st" : digit == 2 ? "nd" : digit == 3 ? "rd" : "th";
    return std::to_string(number) + ending;
}

std::string describeDuration(std::int64_t duration_ms)
{
    if (duration_ms >= 60'000 && duration_ms % 60'000 == 0)
        return std::to_string(duration_ms / 60'000) + " min";
    if (duration_ms >= 1000)
        return std::to_string((duration_ms + 500) / 1000) + " s";
    return std::to_string(duration_ms) + " ms";
}

std::string describeDecision(const std::string &what, const RestartDecision &decision,
                             std::uint32_t window_ms)
{
    std::string text = what;
    if (decision.count > 1)
        text += " (" + ordinal(decision.count) + " time in " + describeDuration(window_ms) + ")";
    return text + (decision.delay_ms == 0
                       ? "; started again at once"
                       : "; next start in " + describeDuration(decision.delay_ms));
}

} // namespace slipway::agent
