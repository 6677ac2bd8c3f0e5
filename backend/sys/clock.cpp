#include "backend/sys/clock.h"

#include <chrono>
#include <ctime>

namespace slipway::sys
{

using namespace std::chrono;

std::int64_t SystemClock::wallMs() const
{
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::int64_t SystemClock::steadyMs() const
{
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::int64_t SystemClock::bootMs() const
{
#ifdef CLOCK_BOOTTIME
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::int64_t(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
#else
    return steadyMs();
#endif
}

std::int64_t wallUs()
{
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace slipway::sys
