// Notices a program that somebody stopped (SIGSTOP): it holds its callers, and nobody else says so.
#pragma once

#include "backend/sys/clock.h"
#include "backend/sys/liveness.h"

#include <asio.hpp>
#include <functional>
#include <memory>

namespace slipway::agent
{

// A debugger's hold does not count. Looks each second.
class Standstill
{
public:
    static constexpr std::int64_t kToldAfter_ms = 1'500;
    static constexpr std::int64_t kEndedAfter_ms = 10'000;

    struct Callbacks {
        std::function<void()> stands;   // long enough to be told
        std::function<void()> goes_on;  // after that
        std::function<void()> for_good; // its time is over
    };
    // `reader` says which processes count: the program's own, or those below it too.
    Standstill(asio::io_context &io, const sys::Clock &clock, sys::RunReader reader,
               Callbacks callbacks);
    ~Standstill();

    void follow(int pid); // 0: nobody

private:
    void wait();
    void look();

    const sys::Clock &m_clock;
    sys::RunReader m_reader;
    Callbacks m_callbacks;
    asio::steady_timer m_timer;
    std::shared_ptr<bool> m_alive;
    int m_pid = 0;
    std::int64_t m_since_ms = 0; // when it was first seen to stand; 0: it runs
    bool m_told = false;
};

} // namespace slipway::agent
