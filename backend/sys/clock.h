// Time as an argument: the only room that asks the machine what time it is.
#pragma once

#include <cstdint>

namespace slipway::sys
{

class Clock
{
public:
    virtual ~Clock() = default;
    virtual std::int64_t wallMs() const = 0;   // since the Unix epoch, UTC
    virtual std::int64_t steadyMs() const = 0; // only grows; stands still while the machine sleeps
    virtual std::int64_t bootMs() const = 0;   // only grows; goes on while the machine sleeps
};

class SystemClock final : public Clock
{
public:
    std::int64_t wallMs() const override;
    std::int64_t steadyMs() const override;
    std::int64_t bootMs() const override;
};

std::int64_t wallUs(); // for log lines

} // namespace slipway::sys
