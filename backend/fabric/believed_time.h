// The time of day as far as it can be believed, for what is thrown away by age. A machine may come
// up with a clock that is a year ahead, and be set right an hour later.
#pragma once

#include "backend/sys/clock.h"

#include <atomic>
#include <string>

namespace slipway::fabric
{

// Goes on by itself from the time that was last believed. Where the wall clock says something else,
// that is believed after it has said so for a day of running, over restarts too. Days that a
// machine was off look like a leap: what has to go then goes a day later.
class BelievedTime
{
public:
    // `kept` is what an earlier life's kept() said; empty or anything else: the wall clock is
    // believed.
    BelievedTime(const sys::Clock &clock, const std::string &kept);

    std::int64_t nowMs() const; // any thread
    void look();                // once a minute, or so
    std::string kept() const;

private:
    void consider(std::int64_t leap_ms, std::int64_t ran_ms, std::int64_t off_ms_max);

    const sys::Clock &m_clock;
    std::int64_t m_boot_ms;               // the clock that never steps, when it was last looked at
    std::atomic<std::int64_t> m_ahead_ms; // of that clock is what is believed
    std::int64_t m_leap_ms = 0;           // of the wall clock, ahead of what is believed
    std::int64_t m_said_ms = 0;           // for how long it has said so
};

} // namespace slipway::fabric
