#include "backend/fabric/believed_time.h"

#include <cstdlib>
#include <spdlog/spdlog.h>
#include <sstream>

namespace slipway::fabric
{

namespace
{

constexpr std::int64_t kDay_ms = 24LL * 3600 * 1000;
constexpr std::int64_t kSame_ms = 10 * 60 * 1000; // clocks drift, and are corrected

} // namespace

BelievedTime::BelievedTime(const sys::Clock &clock, const std::string &kept)
    : m_clock(clock), m_boot_ms(clock.bootMs()), m_ahead_ms(clock.wallMs() - m_boot_ms)
{
    std::istringstream words(kept);
    std::int64_t time_ms = 0;
    if (!(words >> time_ms >> m_leap_ms >> m_said_ms) || time_ms <= 0) {
        m_leap_ms = m_said_ms = 0;
        return;
    }
    m_ahead_ms = time_ms - m_boot_ms;
    consider(clock.wallMs() - nowMs(), 0, kDay_ms);
}

std::int64_t BelievedTime::nowMs() const
{
    return m_clock.bootMs() + m_ahead_ms;
}

void BelievedTime::look()
{
    const std::int64_t boot_ms = m_clock.bootMs();
    const std::int64_t ran_ms = boot_ms - std::exchange(m_boot_ms, boot_ms);
    consider(m_clock.wallMs() - nowMs(), ran_ms, 0);
}

// `off_ms_max`: nobody knows for how long the machine was off.
void BelievedTime::consider(std::int64_t leap_ms, std::int64_t ran_ms, std::int64_t off_ms_max)
{
    const auto isNear = [off_ms_max](std::int64_t other_ms) {
        return other_ms >= -kSame_ms && other_ms <= kSame_ms + off_ms_max;
    };
    const bool the_same = m_leap_ms != 0 && isNear(leap_ms - m_leap_ms);
    m_said_ms = the_same ? m_said_ms + ran_ms : 0;
    if (isNear(leap_ms) || m_said_ms >= kDay_ms) {
        m_ahead_ms += leap_ms;
        m_leap_ms = m_said_ms = 0;
        return;
    }
    if (!the_same)
        spdlog::warn("The clock leapt by {} s. What is thrown away by its age goes by the time of "
                     "before until it has said so for a day.",
                     leap_ms / 1000);
    m_leap_ms = leap_ms;
}

std::string BelievedTime::kept() const
{
    return std::to_string(nowMs()) + " " + std::to_string(m_leap_ms) + " " +
           std::to_string(m_said_ms);
}

} // namespace slipway::fabric
