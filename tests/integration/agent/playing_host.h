// The host's side of an agent, for tests: starts the agent, orders, and remembers what it says.
#pragma once

#include "backend/host/endpoint_sockets.h"
#include "backend/sys/message_channel.h"
#include "slipway/v1/machine.pb.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

namespace slipway::test
{

class PlayingHost
{
public:
    PlayingHost();
    ~PlayingHost();

    // A web or worker role with this name in an order that the tests complete.
    static v1::InstanceOrder orderFor(v1::RoleDefinition::Kind kind);
    void write(const std::string &relative, const std::string &text) const; // below /role
    void startAgent();
    // As the first process of its own namespaces.
    void startIsolatedAgent();
    static bool canIsolate();
    void send(const v1::InstanceOrder &order);
    void stop(std::uint32_t grace_ms);
    void die(); // closes the channel, as a killed host does

    bool hasHello() const;
    v1::InstanceStatus status() const;
    std::vector<v1::InstanceStatus> statuses() const;
    std::vector<v1::Happening> happenings() const;
    std::vector<v1::MetricSample> metrics() const;
    std::string log(v1::LogLine::Stream stream) const;
    bool is(v1::RoleInstance::State state) const { return status().state() == state; }

    std::filesystem::path folder() const;
    std::filesystem::path socketOf(const std::string &endpoint) const;
    // Sends bytes to an endpoint and reads until its end; nothing when it cannot be reached.
    std::optional<std::string> ask(const std::string &endpoint, const std::string &bytes) const;
    // The body and the whole answer of a GET request.
    std::optional<std::string> get(const std::string &endpoint, const std::string &path) const;
    QProcess &agent() { return m_agent; }

private:
    QStringList agentArguments() const;
    void start(const QString &program, const QStringList &arguments);
    void received(std::string_view bytes);
    void endpointChanged(const v1::EndpointState &state);
    void sendCommand(const v1::AgentCommand &command);

    QTemporaryDir m_folder{QStringLiteral("/tmp/slip-XXXXXX")};
    asio::io_context m_io;
    asio::executor_work_guard<asio::io_context::executor_type> m_work;
    sys::ChannelPtr m_channel;
    int m_agent_end = -1; // of the channel
    host::EndpointSockets m_sockets;
    mutable std::mutex m_mutex;
    bool m_hello = false;
    std::vector<v1::InstanceStatus> m_statuses;
    std::vector<v1::Happening> m_happenings;
    std::vector<v1::MetricSample> m_metrics;
    std::vector<v1::LogLine> m_lines;
    QProcess m_agent;
    std::thread m_thread;
};

// Exchanges bytes over a stream socket; nothing when it cannot be reached.
std::optional<std::string> exchange(const asio::generic::stream_protocol::endpoint &target,
                                    const std::string &bytes);
bool processExists(int pid);

} // namespace slipway::test
