// The agent as a whole: its link to the host, and the role that the host orders.
#pragma once

#include "backend/agent/metrics_sampler.h"
#include "backend/agent/role.h"
#include "backend/sys/message_channel.h"

namespace slipway::agent
{

class Guest
{
public:
    Guest(asio::io_context &io, const sys::Clock &clock, const AgentOptions &options);

    // False: it has no host. The io_context is stopped when everything is over.
    bool start();
    int exitCode() const { return m_exit_code; }

private:
    void sayHello();
    void received(std::string_view bytes);
    void ordered(const v1::InstanceOrder &order);
    void stop(std::uint32_t grace_ms);
    void hostLost(const std::string &cause);
    void waitForOutput(int tries);
    void sayGoodbye();
    void waitForQueue(int tries);
    void exit(int code);
    void send(const v1::AgentMessage &message);
    void waitForSignal();

    asio::io_context &m_io;
    const sys::Clock &m_clock;
    AgentOptions m_options;
    asio::signal_set m_signals;
    asio::steady_timer m_timer;
    sys::ChannelPtr m_channel;
    Children m_children;
    OutputCollector m_output;
    Reporter m_reporter;
    Endpoints m_endpoints;
    std::unique_ptr<PortPool> m_ports; // before the role, which takes from it
    std::unique_ptr<Role> m_role;
    std::unique_ptr<MetricsSampler> m_metrics;
    bool m_stopping = false;
    bool m_killed = false; // something of the role outstayed its grace
    int m_exit_code = 0;
};

} // namespace slipway::agent
