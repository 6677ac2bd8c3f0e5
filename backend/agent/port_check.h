// Waits until a program accepts connections on its port.
#pragma once

#include <asio.hpp>
#include <cstdint>
#include <functional>
#include <memory>

namespace slipway::agent
{

class PortCheck
{
public:
    static constexpr std::int64_t kPatience_ms = 30'000;

    struct Callbacks {
        std::function<void()> accepts; // once
        std::function<void()> slow;    // once, after kPatience_ms; the waiting goes on
    };
    // Asks `check` again and again, quickly at first.
    PortCheck(asio::io_context &io, std::function<bool()> check, Callbacks callbacks);
    ~PortCheck();

private:
    void ask();
    int pauseMs(std::int64_t waited_ms) const;

    asio::steady_timer m_timer;
    std::function<bool()> m_check;
    Callbacks m_callbacks;
    std::chrono::steady_clock::time_point m_start;
    std::shared_ptr<bool> m_alive;
    bool m_slow_told = false;
};

} // namespace slipway::agent
