#include "playing_host.h"

#include "backend/agent/joint.h"
#include "backend/sys/descriptor_passing.h"

#include <csignal>
#include <fcntl.h>
#include <fstream>

namespace slipway::test
{

namespace fs = std::filesystem;

namespace
{
constexpr int kSocketTimeout_s = 10;
}

PlayingHost::PlayingHost()
    : m_work(m_io.get_executor()), m_sockets(folder() / "mesh/own", folder() / "hidden")
{
    for (const char *name : {"role/approot", "mesh/own", "hidden", "local"})
        fs::create_directories(folder() / name);
    auto channel = sys::makeChannel(m_io, m_agent_end);
    if (!channel)
        qFatal("the test's channel cannot be made");
    m_channel = *channel;
    m_channel->start([this](std::string_view bytes) { received(bytes); },
                     [](const std::string &) {});
    m_thread = std::thread([this] { m_io.run(); });
}

PlayingHost::~PlayingHost()
{
    die();
    if (m_agent.state() != QProcess::NotRunning && !m_agent.waitForFinished(5000))
        m_agent.kill();
    m_agent.waitForFinished();
    m_work.reset();
    m_io.stop();
    m_thread.join();
    sys::closeDescriptor(m_agent_end);
}

v1::InstanceOrder PlayingHost::orderFor(v1::RoleDefinition::Kind kind)
{
    v1::InstanceOrder order;
    order.set_deployment_id("0123456789abcdef0123456789abcdef");
    order.set_generation(1);
    order.set_run(true);
    order.mutable_role()->set_kind(kind);
    const bool web = kind == v1::RoleDefinition::WEB;
    order.mutable_role()->set_name(web ? "Web" : "Worker");
    order.set_name(web ? "Web_IN_0" : "Worker_IN_0");
    order.mutable_size()->set_cores(1);
    order.mutable_size()->set_memory_bytes(768ULL << 20);
    order.set_crash_limit(5);
    order.set_crash_window_ms(600'000);
    return order;
}

void PlayingHost::write(const std::string &relative, const std::string &text) const
{
    const fs::path file = folder() / "role" / relative;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

QStringList PlayingHost::agentArguments() const
{
    QStringList arguments{QStringLiteral("0123456789abcdef0123456789abcdef"),
                          QStringLiteral("Test_IN_0"), QString::number(m_agent_end)};
    for (const char *name : {"mesh", "role", "local"})
        arguments += QString::fromStdString((folder() / name).string());
    return arguments;
}

void PlayingHost::start(const QString &program, const QStringList &arguments)
{
    m_agent.setProcessChannelMode(QProcess::ForwardedChannels);
    m_agent.setChildProcessModifier([end = m_agent_end] { ::fcntl(end, F_SETFD, 0); });
    m_agent.start(program, arguments);
    m_agent.waitForStarted();
    sys::closeDescriptor(std::exchange(m_agent_end, -1)); // the agent alone has it
}

void PlayingHost::startAgent()
{
    start(QStringLiteral(SLIPWAY_AGENT_PROGRAM), agentArguments());
}

namespace
{
QStringList namespaceArguments()
{
    return {QStringLiteral("--user"), QStringLiteral("--map-root-user"), QStringLiteral("--pid"),
            QStringLiteral("--fork"), QStringLiteral("--kill-child"),    QStringLiteral("--mount"),
            QStringLiteral("--net"),  QStringLiteral("--mount-proc")};
}
} // namespace

// As in a sandbox: the network's low ports are open to programs, which have no capabilities.
void PlayingHost::startIsolatedAgent()
{
    const QString opened = QStringLiteral(
        "echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start && exec \"$0\" \"$@\"");
    start(QStringLiteral("unshare"),
          namespaceArguments() +
              QStringList{QStringLiteral("sh"), QStringLiteral("-c"), opened,
                          QStringLiteral(SLIPWAY_AGENT_PROGRAM)} +
              agentArguments() + QStringList{QStringLiteral("isolated")});
}

bool PlayingHost::canIsolate()
{
    return QProcess::execute(QStringLiteral("unshare"),
                             namespaceArguments() + QStringList{QStringLiteral("true")}) == 0;
}

void PlayingHost::sendCommand(const v1::AgentCommand &command)
{
    asio::post(m_io, [this, command] {
        if (m_channel)
            m_channel->tell(command);
    });
}

void PlayingHost::send(const v1::InstanceOrder &order)
{
    v1::AgentCommand command;
    *command.mutable_order() = order;
    sendCommand(command);
}

void PlayingHost::stop(std::uint32_t grace_ms)
{
    v1::AgentCommand command;
    command.mutable_stop()->set_grace_ms(grace_ms);
    sendCommand(command);
}

void PlayingHost::die()
{
    asio::post(m_io, [this] {
        m_sockets.clear();
        if (m_channel)
            m_channel->close();
    });
}

void PlayingHost::received(std::string_view bytes)
{
    v1::AgentMessage message;
    const std::lock_guard lock(m_mutex);
    if (!sys::parseMessage(bytes, message))
        qFatal("the agent sent something that is no message");
    m_hello = m_hello || message.has_hello();
    if (message.has_endpoint())
        endpointChanged(message.endpoint());
    if (message.has_status())
        m_statuses.push_back(message.status());
    if (message.has_happening())
        m_happenings.push_back(message.happening());
    if (message.has_metrics())
        m_metrics.push_back(message.metrics());
    for (const v1::LogLine &line : message.log().lines())
        m_lines.push_back(line);
}

void PlayingHost::endpointChanged(const v1::EndpointState &state)
{
    const auto fresh = m_sockets.say(state.endpoint(), state.open());
    if (!fresh)
        qFatal("%s", fresh.error().message().c_str());
    if (!*fresh)
        return;
    v1::AgentCommand command;
    command.mutable_socket()->set_endpoint(state.endpoint());
    command.mutable_socket()->set_path(socketOf(state.endpoint()).string());
    m_channel->tell(command, m_sockets.descriptor(state.endpoint()));
}

bool PlayingHost::hasHello() const
{
    const std::lock_guard lock(m_mutex);
    return m_hello && !m_statuses.empty();
}

v1::InstanceStatus PlayingHost::status() const
{
    const std::lock_guard lock(m_mutex);
    return m_statuses.empty() ? v1::InstanceStatus() : m_statuses.back();
}

std::vector<v1::InstanceStatus> PlayingHost::statuses() const
{
    const std::lock_guard lock(m_mutex);
    return m_statuses;
}

std::vector<v1::Happening> PlayingHost::happenings() const
{
    const std::lock_guard lock(m_mutex);
    return m_happenings;
}

std::vector<v1::MetricSample> PlayingHost::metrics() const
{
    const std::lock_guard lock(m_mutex);
    return m_metrics;
}

std::string PlayingHost::log(v1::LogLine::Stream stream) const
{
    const std::lock_guard lock(m_mutex);
    std::string text;
    for (const v1::LogLine &line : m_lines)
        if (line.stream() == stream)
            text += line.text() + "\n";
    return text;
}

fs::path PlayingHost::folder() const
{
    return m_folder.path().toStdString();
}

fs::path PlayingHost::socketOf(const std::string &endpoint) const
{
    return m_sockets.path(endpoint);
}

std::optional<std::string> PlayingHost::ask(const std::string &endpoint,
                                            const std::string &bytes) const
{
    return exchange(agent::unixEndpoint(socketOf(endpoint)), bytes);
}

std::optional<std::string> PlayingHost::get(const std::string &endpoint,
                                            const std::string &path) const
{
    return ask(endpoint, "GET " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
}

std::optional<std::string> exchange(const asio::generic::stream_protocol::endpoint &target,
                                    const std::string &bytes)
{
    asio::io_context io;
    asio::generic::stream_protocol::socket socket(io);
    std::error_code error;
    socket.connect(target, error);
    if (error)
        return std::nullopt;
    const timeval limit{kSocketTimeout_s, 0};
    setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    asio::write(socket, asio::buffer(bytes), error);
    // The answer of an HTTP server ends by itself; everybody else waits for the half-close.
    if (!bytes.starts_with("GET"))
        socket.shutdown(asio::socket_base::shutdown_send, error);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    return answer;
}

bool processExists(int pid)
{
    return ::kill(pid, 0) == 0;
}

} // namespace slipway::test
