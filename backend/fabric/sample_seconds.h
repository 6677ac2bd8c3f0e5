// Which second a sample stands for.
#pragma once

#include <cstdint>

namespace slipway::fabric
{

// Of one source that measures about once a second. Its timer drifts against the clock, so the next
// sample mostly stands for the next second, wherever in it the source's timer fired: no second is
// then empty and none has two.
class SampleSeconds
{
public:
    std::uint32_t take(std::int64_t time_ms);

private:
    std::uint32_t m_last_s = 0; // 0: none yet
};

} // namespace slipway::fabric
