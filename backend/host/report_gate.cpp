#include "backend/host/report_gate.h"

#include <algorithm>
#include <utility>

namespace slipway::host
{

namespace
{
constexpr std::int64_t kBetweenWords_ms = 10'000;
} // namespace

void Budget::fill(std::int64_t now_ms)
{
    if (m_filled_ms >= 0)
        m_left = std::min(m_most, m_left + m_per_second * double(now_ms - m_filled_ms) / 1000);
    m_filled_ms = now_ms;
}

bool Budget::take(std::int64_t now_ms, double amount)
{
    fill(now_ms);
    if (m_left < amount)
        return false;
    m_left -= amount;
    return true;
}

bool Budget::overdraw(std::int64_t now_ms, double amount)
{
    fill(now_ms);
    m_left -= amount;
    return m_left >= 0;
}

bool Budget::isOverdrawn(std::int64_t now_ms)
{
    fill(now_ms);
    return m_left < 0;
}

bool ReportGate::admit(std::int64_t now_ms, std::size_t bytes)
{
    const bool few = m_messages.overdraw(now_ms, 1);
    return m_bytes.overdraw(now_ms, double(bytes)) && few;
}

bool ReportGate::mayReadOn(std::int64_t now_ms)
{
    return !m_bytes.isOverdrawn(now_ms) && !m_messages.isOverdrawn(now_ms);
}

std::uint64_t ReportGate::takeDropped(std::int64_t now_ms)
{
    if (m_dropped == 0 || (m_told_ms >= 0 && now_ms - m_told_ms < kBetweenWords_ms))
        return 0;
    m_told_ms = now_ms;
    return std::exchange(m_dropped, 0);
}

} // namespace slipway::host
