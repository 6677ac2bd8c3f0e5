#include "backend/agent/guest.h"

#include "backend/agent/processes.h"
#include "backend/agent/program_wall.h"

#include <csignal>
#include <iostream>
#include <unistd.h>

namespace slipway::agent
{

namespace
{

constexpr std::uint32_t kProtocol = 1;
constexpr std::uint32_t kSignalGrace_ms = 2000;
constexpr int kWait_ms = 5;
constexpr int kOutputTries = 40; // what programs said last, within 200 ms
constexpr int kQueueTries = 200; // until the host has read it all, within 1 s
constexpr int kExitHostLost = 3;
constexpr int kExitNoHost = 4;
constexpr int kExitNoWall = 5;

v1::InstanceStatus firstStatus(const AgentOptions &options)
{
    v1::InstanceStatus status;
    status.set_deployment_id(options.deployment_id);
    status.set_name(options.instance);
    status.set_generation(options.generation);
    status.set_state(v1::RoleInstance::CreatingRole);
    status.set_agent_pid(getpid());
    status.set_present(true);
    return status;
}

} // namespace

Guest::Guest(asio::io_context &io, const sys::Clock &clock, const AgentOptions &options)
    : m_io(io), m_clock(clock), m_options(options), m_signals(io), m_timer(io),
      m_children(io, options.isolated),
      m_output(
          io, options.instance,
          [this](const v1::AgentLog &log) {
              v1::AgentMessage message;
              *message.mutable_log() = log;
              send(message);
          },
          [this] { return m_channel ? m_channel->queuedBytes() : 0; }),
      m_reporter(clock, m_output, firstStatus(options),
                 [this](const v1::AgentMessage &message) { send(message); }),
      m_endpoints(io, [this](const v1::AgentMessage &message) { send(message); })
{
}

bool Guest::start()
{
    Result<sys::ChannelPtr> channel = sys::inheritedChannel(m_io, m_options.channel);
    if (!channel) {
        m_exit_code = kExitNoHost;
        return false;
    }
    if (m_options.isolated && !raiseLoopback())
        m_output.say("The loopback device could not be raised; programs cannot use 127.0.0.1.");
    adoptOrphans();
    if (!m_options.isolated)
        waitForSignal();
    m_channel = std::move(*channel);
    m_channel->takeDescriptors();
    m_channel->start([this](std::string_view bytes) { received(bytes); },
                     [this](const std::string &cause) { hostLost(cause); });
    sayHello();
    return true;
}

void Guest::waitForSignal()
{
    std::error_code ignored;
    for (const int number : {SIGTERM, SIGINT})
        m_signals.add(number, ignored);
    m_signals.async_wait([this](std::error_code error, int) {
        if (error)
            return;
        stop(kSignalGrace_ms);
        waitForSignal();
    });
}

void Guest::send(const v1::AgentMessage &message)
{
    if (m_channel)
        m_channel->tell(message);
}

void Guest::sayHello()
{
    v1::AgentMessage message;
    v1::AgentHello &hello = *message.mutable_hello();
    hello.set_protocol(kProtocol);
    hello.set_deployment_id(m_options.deployment_id);
    hello.set_instance(m_options.instance);
    hello.set_generation(m_options.generation);
    hello.set_start_time_ms(m_clock.wallMs());
    send(message);
    m_reporter.resend();
}

void Guest::received(std::string_view bytes)
{
    v1::AgentCommand command;
    if (!sys::parseMessage(bytes, command))
        return m_output.say("The host sent something that is no command.");
    if (command.has_stop())
        stop(command.stop().grace_ms());
    else if (command.has_socket())
        m_endpoints.arrived(command.socket(), m_channel->descriptor());
    else if (command.has_order() && !m_stopping)
        ordered(command.order());
}

void Guest::ordered(const v1::InstanceOrder &order)
{
    if (m_role)
        return m_role->update(order);
    m_ports = std::make_unique<PortPool>(m_options, order);
    const auto wall = makeProgramWall(m_options, *m_ports);
    if (!wall) {
        std::cerr << wall.error().message() << std::endl; // the host reads it
        return exit(kExitNoWall);
    }
    m_children.standBehind(*wall);
    m_metrics = std::make_unique<MetricsSampler>(
        m_io, m_clock, order, m_options.isolated ? 0 : getpid(),
        [this](const v1::AgentMessage &message) { send(message); });
    m_role = std::make_unique<Role>(AgentContext{m_io, m_clock, m_children, m_output, m_reporter,
                                                 m_endpoints, m_options, *m_ports},
                                    order);
    m_role->start();
}

void Guest::stop(std::uint32_t grace_ms)
{
    const bool again = std::exchange(m_stopping, true);
    if (!m_role && !again)
        return sayGoodbye();
    if (m_role)
        m_role->stop(grace_ms, [this](bool killed) {
            m_killed = killed;
            waitForOutput(0);
        });
}

// A host's death is its instances' death: nothing may go on that nobody can stop.
void Guest::hostLost(const std::string &)
{
    exit(kExitHostLost);
}

void Guest::waitForOutput(int tries)
{
    if (m_output.idle() || tries == kOutputTries)
        return sayGoodbye();
    m_timer.expires_after(std::chrono::milliseconds(kWait_ms));
    m_timer.async_wait([this, tries](std::error_code error) {
        if (!error)
            waitForOutput(tries + 1);
    });
}

void Guest::sayGoodbye()
{
    m_output.flush();
    m_reporter.update([](v1::InstanceStatus &status) { status.set_program_pid(0); });
    m_reporter.setState(v1::RoleInstance::StoppedVM,
                        m_killed ? "What did not end in its time was killed" : "Stopped in order");
    m_output.flush();
    waitForQueue(0);
}

void Guest::waitForQueue(int tries)
{
    if (!m_channel || m_channel->queuedBytes() == 0 || tries == kQueueTries)
        return exit(0);
    m_timer.expires_after(std::chrono::milliseconds(kWait_ms));
    m_timer.async_wait([this, tries](std::error_code error) {
        if (!error)
            waitForQueue(tries + 1);
    });
}

void Guest::exit(int code)
{
    m_exit_code = code;
    m_children.killAll();
    m_io.stop(); // the role goes with this object, and takes its sockets along
}

} // namespace slipway::agent
