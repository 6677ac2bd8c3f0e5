// When a program that ended is started again: at once the first time, later and later when it
// repeats.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

namespace slipway::agent
{

struct RestartDecision {
    std::int64_t delay_ms = 0;
    bool cycling = false;    // it ended so often that only a change of the program will help
    std::uint32_t count = 0; // how many times within the window, this one included
};

// Pure: time comes in as an argument, so a test needs no clock.
class RestartPolicy
{
public:
    // `crash_limit` ends within `crash_window_ms` are cycling. Zero takes the defaults (3 in 10
    // min).
    RestartPolicy(std::uint32_t crash_limit, std::uint32_t crash_window_ms);

    // It ended at now_ms after having run for ran_ms. Having run as long as the window clears its
    // name.
    RestartDecision ended(std::int64_t now_ms, std::int64_t ran_ms);
    std::uint32_t windowMs() const { return m_window_ms; }

private:
    std::uint32_t m_limit;
    std::uint32_t m_window_ms;
    std::deque<std::int64_t> m_ends;
    std::uint32_t m_cycles = 0;
};

// "2nd", "3rd", "11th".
std::string ordinal(std::uint32_t number);
// "250 ms", "8 s", "10 min".
std::string describeDuration(std::int64_t duration_ms);
// "ended with code 1 (3rd time in 10 min); next start in 8 s".
std::string describeDecision(const std::string &what, const RestartDecision &decision,
                             std::uint32_t window_ms);

} // namespace slipway::agent
