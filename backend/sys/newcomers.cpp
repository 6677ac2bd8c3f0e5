#include "backend/sys/newcomers.h"

namespace slipway::sys
{

Newcomers::Newcomers(asio::io_context &io, std::size_t places, std::chrono::milliseconds patience)
    : m_timer(io), m_places(places), m_patience(patience)
{
}

Newcomers::~Newcomers()
{
    *m_alive = false;
    closeAll();
}

void Newcomers::enter(ChannelPtr channel)
{
    if (m_waiting.size() >= m_places)
        closeFirst();
    m_waiting.push_back({std::move(channel), Clock::now() + m_patience});
    if (m_waiting.size() == 1)
        watch();
}

void Newcomers::leave(const ChannelPtr &channel)
{
    std::erase_if(m_waiting, [&](const Waiting &waiting) { return waiting.channel == channel; });
}

void Newcomers::closeFirst()
{
    const ChannelPtr channel = m_waiting.front().channel;
    m_waiting.pop_front();
    channel->close();
}

void Newcomers::closeAll()
{
    m_timer.cancel();
    while (!m_waiting.empty())
        closeFirst();
}

void Newcomers::watch()
{
    if (m_waiting.empty())
        return;
    m_timer.expires_at(m_waiting.front().until);
    m_timer.async_wait([this, alive = m_alive](std::error_code error) {
        if (error || !*alive)
            return;
        while (!m_waiting.empty() && m_waiting.front().until <= Clock::now())
            closeFirst();
        watch();
    });
}

} // namespace slipway::sys
