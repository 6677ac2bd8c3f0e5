#include "backend/fabric/sample_seconds.h"

namespace slipway::fabric
{

namespace
{
constexpr std::int64_t kAhead_ms = 700; // how far it may be from the second that it stands for
constexpr std::int64_t kBehind_ms = 1'700;
} // namespace

std::uint32_t SampleSeconds::take(std::int64_t time_ms)
{
    const std::int64_t off_ms = time_ms - (std::int64_t(m_last_s) + 1) * 1000;
    const bool is_next = m_last_s != 0 && off_ms >= -kAhead_ms && off_ms <= kBehind_ms;
    m_last_s = is_next ? m_last_s + 1 : std::uint32_t(time_ms / 1000);
    return m_last_s;
}

} // namespace slipway::fabric
