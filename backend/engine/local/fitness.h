// Which hosts may take instances: what their tests reached, held against what the fabric started
// with and what its operator allows.
#pragma once

#include "backend/proto/isolation_level.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace slipway::engine
{

// The best level that a host of this run has reached. Kept in a file as long as a host of the run
// lives, so that the next controller knows it too; and in another one for good, so that the next
// run can say that it has less.
class IsolationFloor
{
public:
    IsolationFloor(std::filesystem::path file, std::filesystem::path kept);

    std::string name() const;               // empty: no host has reached any yet
    bool reached(const std::string &level); // true: it is higher than before
    // The level of the run before, once, when this one began with less; empty: it did not.
    std::string fallenFrom();
    void forget(); // of this run
    // Why a host of this level may not take instances; empty: it may.
    std::string objection(const std::string &level, bool accept_no_isolation) const;

private:
    std::filesystem::path m_file;
    std::filesystem::path m_kept;
    std::optional<IsolationLevel> m_level;
    std::optional<IsolationLevel> m_before; // of the run before
};

// How long an unfit host waits for its next test: longer each time, up to a minute.
class RetestBackoff
{
public:
    std::int64_t next_ms();
    void reset() { m_delay_ms = 0; }

private:
    std::int64_t m_delay_ms = 0;
};

} // namespace slipway::engine
