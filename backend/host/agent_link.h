// The channel between a host and the agent that it started: one end each, and nobody else's.
#pragma once

#include "backend/sys/message_channel.h"
#include "slipway/v1/machine.pb.h"

#include <functional>
#include <memory>
#include <string>

namespace slipway::host
{

class AgentLink : public std::enable_shared_from_this<AgentLink>
{
public:
    // `weight`: bytes that it takes here, which are far more than came when it is all small parts.
    using OnMessage = std::function<void(v1::AgentMessage &, std::size_t weight)>;
    using OnRefused = std::function<void(std::size_t size)>; // too large, or no message at all
    using OnPassed = sys::MessageChannel::OnPassed;          // bytes of one that is too large
    using OnClosed = std::function<void()>;

    // What an honest agent says stays far below: a batch of log lines is the most.
    static constexpr std::size_t kMessageBytesMax = 2 * 1024 * 1024;

    explicit AgentLink(sys::ChannelPtr channel);
    void start(OnMessage on_message, OnRefused on_refused, OnPassed on_passed, OnClosed on_closed);
    void send(const v1::AgentCommand &command, int descriptor = -1)
    {
        m_channel->tell(command, descriptor);
    }
    bool isWriting() const { return m_channel->queuedBytes() > 0; }
    void whenDrained(std::function<void()> drained) { m_channel->whenDrained(std::move(drained)); }
    void close();
    void hold() { m_channel->hold(); }
    void goOn() { m_channel->goOn(); }

private:
    void received(std::string_view bytes);

    sys::ChannelPtr m_channel;
    OnMessage m_on_message;
    OnRefused m_on_refused;
    OnClosed m_on_closed;
};

} // namespace slipway::host
