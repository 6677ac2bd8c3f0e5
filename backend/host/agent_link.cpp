#include "backend/host/agent_link.h"

#include <algorithm>

namespace slipway::host
{

AgentLink::AgentLink(sys::ChannelPtr channel) : m_channel(std::move(channel)) {}

void AgentLink::start(OnMessage on_message, OnRefused on_refused, OnPassed on_passed,
                      OnClosed on_closed)
{
    m_on_message = std::move(on_message);
    m_on_refused = std::move(on_refused);
    m_on_closed = std::move(on_closed);
    m_channel->passOverLarger(kMessageBytesMax, m_on_refused, std::move(on_passed));
    m_channel->start([self = shared_from_this()](std::string_view bytes) { self->received(bytes); },
                     [self = shared_from_this()](const std::string &) {
                         const OnClosed call = self->m_on_closed;
                         if (call)
                             call();
                     });
}

void AgentLink::close()
{
    m_on_message = nullptr;
    m_on_refused = nullptr;
    m_on_closed = nullptr;
    m_channel->close();
}

void AgentLink::received(std::string_view bytes)
{
    v1::AgentMessage message;
    const OnMessage call = m_on_message; // it may close the link
    if (!call)
        return;
    if (sys::parseMessage(bytes, message))
        call(message, std::max(bytes.size(), message.SpaceUsedLong()));
    else
        m_on_refused(bytes.size());
}

} // namespace slipway::host
