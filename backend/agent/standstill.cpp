#include "backend/agent/standstill.h"

#include <algorithm>

namespace slipway::agent
{

namespace
{

constexpr std::chrono::milliseconds kLook{1'000};

bool somebodyStands(const std::map<int, sys::RunFacts> &facts)
{
    return std::any_of(facts.begin(), facts.end(),
                       [](const auto &one) { return one.second.state == 'T'; });
}

} // namespace

Standstill::Standstill(asio::io_context &io, const sys::Clock &clock, sys::RunReader reader,
                       Callbacks callbacks)
    : m_clock(clock), m_reader(std::move(reader)), m_callbacks(std::move(callbacks)), m_timer(io),
      m_alive(std::make_shared<bool>(true))
{
}

Standstill::~Standstill()
{
    *m_alive = false;
}

void Standstill::follow(int pid)
{
    m_pid = pid;
    m_since_ms = 0;
    m_told = false;
    m_timer.cancel();
    if (pid != 0)
        wait();
}

void Standstill::wait()
{
    m_timer.expires_after(kLook);
    m_timer.async_wait([this, alive = m_alive](std::error_code error) {
        if (error || !*alive)
            return;
        wait();
        look(); // which may end with following nobody
    });
}

void Standstill::look()
{
    const std::int64_t now_ms = m_clock.steadyMs();
    if (!somebodyStands(m_reader(m_pid))) {
        m_since_ms = 0;
        if (std::exchange(m_told, false))
            m_callbacks.goes_on();
        return;
    }
    if (m_since_ms == 0)
        m_since_ms = now_ms;
    if (now_ms - m_since_ms >= kEndedAfter_ms) {
        follow(0);
        m_callbacks.for_good();
    } else if (now_ms - m_since_ms >= kToldAfter_ms && !std::exchange(m_told, true)) {
        m_callbacks.stands();
    }
}

} // namespace slipway::agent
