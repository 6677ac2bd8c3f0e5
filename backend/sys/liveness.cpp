#include "backend/sys/liveness.h"

#include <algorithm>

namespace slipway::sys
{

namespace
{

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kBlockedShare = 10; // of the time blocked in the kernel one tenth counts

bool isStopped(const RunFacts &facts)
{
    return facts.state == 'T' || facts.state == 't';
}

// The kernel adds a wait to its sum when the wait ends, so one that lasts is seen by its standing
// still in the state "runnable".
std::int64_t excusedOf(const RunFacts &before, const RunFacts &now, std::int64_t passed_ms)
{
    if (isStopped(now))
        return 0;
    const std::int64_t waited_ms = (now.ready_ns - before.ready_ns) / kNsPerMs;
    if (now.state == 'R' && now.ran_ns == before.ran_ns)
        return passed_ms;
    const std::int64_t excused_ms = std::clamp<std::int64_t>(waited_ms, 0, passed_ms);
    if (now.state != 'D')
        return excused_ms;
    return excused_ms + (passed_ms - excused_ms) * (kBlockedShare - 1) / kBlockedShare;
}

} // namespace

void Silence::heard()
{
    m_counted_ms = 0;
    m_counted_before_ms = 0;
}

// Whoever waits for a process below it is excused as that one is.
std::int64_t Silence::excusedMs(const std::map<int, RunFacts> &facts, std::int64_t passed_ms) const
{
    std::int64_t excused_ms = 0;
    for (const auto &[pid, now] : facts) {
        if (const auto before = m_before.find(pid); before != m_before.end())
            excused_ms = std::max(excused_ms, excusedOf(before->second, now, passed_ms));
    }
    return excused_ms;
}

void Silence::look(int pid, std::int64_t passed_ms)
{
    m_counted_before_ms = m_counted_ms;
    std::map<int, RunFacts> facts = m_reader(pid);
    const auto own = facts.find(pid);
    const bool is_new = own != facts.end() && !m_before.contains(pid);
    const bool stands = own == facts.end() || isStopped(own->second);
    if (stands)
        m_counted_ms += passed_ms;
    else if (!is_new)
        m_counted_ms += passed_ms - excusedMs(facts, passed_ms);
    m_before = std::move(facts);
}

bool Silence::isLongerThan(std::int64_t limit_ms) const
{
    return m_counted_before_ms > limit_ms && m_counted_ms > limit_ms;
}

} // namespace slipway::sys
