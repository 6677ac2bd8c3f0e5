#include "backend/agent/port_check.h"

namespace slipway::agent
{

using namespace std::chrono;

PortCheck::PortCheck(asio::io_context &io, std::function<bool()> check, Callbacks callbacks)
    : m_timer(io), m_check(std::move(check)), m_callbacks(std::move(callbacks)),
      m_start(steady_clock::now()), m_alive(std::make_shared<bool>(true))
{
    // Posted, so that the owner has its pointer to this before a callback comes.
    asio::post(io, [this, alive = m_alive] {
        if (*alive)
            ask();
    });
}

PortCheck::~PortCheck()
{
    *m_alive = false;
}

int PortCheck::pauseMs(std::int64_t waited_ms) const
{
    if (waited_ms < 2000)
        return 5;
    return waited_ms < kPatience_ms ? 50 : 500;
}

void PortCheck::ask()
{
    if (m_check()) {
        const auto call = std::move(m_callbacks.accepts); // it may end this object
        return call();
    }
    const auto waited_ms = duration_cast<milliseconds>(steady_clock::now() - m_start).count();
    m_timer.expires_after(milliseconds(pauseMs(waited_ms)));
    m_timer.async_wait([this, alive = m_alive](std::error_code error) {
        if (!error && *alive)
            ask();
    });
    if (waited_ms >= kPatience_ms && !m_slow_told && m_callbacks.slow) {
        m_slow_told = true;
        m_callbacks.slow();
    }
}

} // namespace slipway::agent
