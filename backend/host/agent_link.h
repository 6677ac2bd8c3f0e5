// A connection that an agent opened to its host, from its first message on.
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
    using OnHello = std::function<void(std::shared_ptr<AgentLink>, const v1::AgentHello &)>;
    using OnMessage = std::function<void(v1::AgentMessage &)>;
    using OnClosed = std::function<void()>;

    explicit AgentLink(sys::ChannelPtr channel);
    void start(OnHello on_hello, OnClosed on_closed);
    // Who hears of it from now on.
    void handTo(OnMessage on_message, OnClosed on_closed);
    void send(const v1::AgentCommand &command) { m_channel->send(command); }
    bool isWriting() const { return m_channel->queuedBytes() > 0; }
    void whenDrained(std::function<void()> drained) { m_channel->whenDrained(std::move(drained)); }
    void close();
    int peerPid() const { return m_peer_pid; }

private:
    void received(std::string_view bytes);

    sys::ChannelPtr m_channel;
    int m_peer_pid;
    OnHello m_on_hello;
    OnMessage m_on_message;
    OnClosed m_on_closed;
};

} // namespace slipway::host
