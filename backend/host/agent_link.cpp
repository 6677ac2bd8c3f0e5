#include "backend/host/agent_link.h"

namespace slipway::host
{

AgentLink::AgentLink(sys::ChannelPtr channel)
    : m_channel(std::move(channel)), m_peer_pid(m_channel->peerPid())
{
}

void AgentLink::start(OnHello on_hello, OnClosed on_closed)
{
    m_on_hello = std::move(on_hello);
    m_on_closed = std::move(on_closed);
    m_channel->start([self = shared_from_this()](std::string_view bytes) { self->received(bytes); },
                     [self = shared_from_this()](const std::string &) {
                         const OnClosed call = self->m_on_closed;
                         if (call)
                             call();
                     });
}

void AgentLink::handTo(OnMessage on_message, OnClosed on_closed)
{
    m_on_message = std::move(on_message);
    m_on_closed = std::move(on_closed);
}

void AgentLink::close()
{
    m_on_hello = nullptr;
    m_on_message = nullptr;
    m_on_closed = nullptr;
    m_channel->close();
}

void AgentLink::received(std::string_view bytes)
{
    v1::AgentMessage message;
    if (!sys::parseMessage(bytes, message))
        return;
    if (message.has_hello()) {
        const OnHello call = std::move(m_on_hello);
        m_on_hello = nullptr;
        if (call)
            call(shared_from_this(), message.hello());
        return;
    }
    const OnMessage call = m_on_message; // it may close the link
    if (call)
        call(message);
}

} // namespace slipway::host
