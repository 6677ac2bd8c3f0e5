// How long a host waits before it starts a VM again that ended by itself.
#pragma once

#include <cstdint>
#include <deque>

namespace slipway::host
{

struct RestartRule {
    std::uint32_t crash_limit = 5;
    std::uint32_t crash_window_ms = 600'000;
};

class RestartBackoff
{
public:
    struct Decision {
        bool cycling = false;
        std::uint32_t ends = 0; // within the window, this one included
        std::int64_t delay_ms = 0;
    };

    // The first ends are answered at once; from crash_limit ends within the window on it waits 1 s,
    // 2 s, 4 s ... at most 60 s. `now_ms` is steady time.
    Decision ended(const RestartRule &rule, std::int64_t now_ms);
    void reset() { m_ends_ms.clear(); }

private:
    std::deque<std::int64_t> m_ends_ms;
};

} // namespace slipway::host
