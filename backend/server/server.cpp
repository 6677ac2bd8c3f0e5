#include "backend/server/server.h"

#include "backend/server/fabric_service.h"
#include "backend/sys/guarded_listener.h"

#include <chrono>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

namespace slipway::server
{

namespace fs = std::filesystem;

namespace
{

constexpr int kReceiveBytesMax = 4 * 1024 * 1024; // a chunk or a .cscfg of 1 MiB, with room
constexpr int kSendBytesMax = 64 * 1024 * 1024;
constexpr int kKeepaliveMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 5'000;
constexpr int kClientPingMsMin = 5'000; // our clients ping every 10 s
constexpr int kMetadataBytesMax = 16 * 1024;
constexpr int kStreamsMax = 100;             // of one connection, and
constexpr std::size_t kConnectionsMax = 128; // so many portals, scripts and watches at once
constexpr auto kShutdownGrace = std::chrono::milliseconds(500);

class GrpcServer final : public Server
{
public:
    GrpcServer(fabric::Fabric &fabric, fs::path socket)
        : m_service(fabric), m_socket(std::move(socket))
    {
    }
    ~GrpcServer() override { stop(); }

    Result<void> start(std::uint16_t tcp_port);
    void stop() override;

private:
    using Acceptor = grpc::experimental::ExternalConnectionAcceptor;

    Result<void> listenToUsers(grpc::ServerBuilder &builder);
    Result<void> closeToOthers() const;

    FabricService m_service;
    fs::path m_socket;
    int m_unix_result = 1; // 0: gRPC could not listen; where gRPC itself listens
    std::unique_ptr<sys::GuardedListener> m_listener;
    std::unique_ptr<Acceptor> m_acceptor;
    std::unique_ptr<grpc::Server> m_server;
};

void configure(grpc::ServerBuilder &builder)
{
    builder.SetMaxReceiveMessageSize(kReceiveBytesMax);
    builder.SetMaxSendMessageSize(kSendBytesMax);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kClientPingMsMin);
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsMax);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0); // two fabrics never share a port
}

Failure notBound(const std::string &where)
{
    return failure(v1::Error::UNAVAILABLE, "ADDRESS_NOT_BOUND",
                   "Cannot listen on " + where +
                       ". Is it taken by another program? End that one or choose another address.",
                   where);
}

// gRPC hands out no credentials of a peer, so somebody else accepts: whoever is not this user or
// root never gets as far as gRPC.
Result<void> GrpcServer::listenToUsers(grpc::ServerBuilder &builder)
{
    const auto credentials = grpc::InsecureServerCredentials();
    if (!sys::canGuardListeners()) {
        builder.AddListeningPort("unix:" + m_socket.string(), credentials, &m_unix_result);
        return {};
    }
    auto listener = sys::listenGuarded(m_socket, kConnectionsMax);
    if (!listener)
        return Failure(listener.error());
    m_listener = std::move(*listener);
    using Builder = grpc::ServerBuilder::experimental_type;
    m_acceptor = builder.experimental().AddExternalConnectionAcceptor(
        Builder::ExternalConnectionType::FROM_FD, credentials);
    return {};
}

Result<void> GrpcServer::start(std::uint16_t tcp_port)
{
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    configure(builder);
    int tcp_result = tcp_port == 0 ? 1 : 0;
    const std::string tcp_address = "127.0.0.1:" + std::to_string(tcp_port);
    if (auto listening = listenToUsers(builder); !listening)
        return listening;
    if (tcp_port != 0)
        builder.AddListeningPort(tcp_address, grpc::InsecureServerCredentials(), &tcp_result);
    builder.RegisterService(&m_service);
    m_server = builder.BuildAndStart();
    if (m_unix_result == 0)
        return notBound(m_socket.string());
    if (tcp_result == 0 || !m_server)
        return notBound(tcp_address);
    if (!m_listener)
        return closeToOthers();
    m_listener->start([this](int fd) {
        Acceptor::NewConnectionParameters connection;
        connection.fd = fd;
        m_acceptor->HandleNewConnection(&connection);
    });
    return {};
}

// The folder is private already; this is the second lock on the same door.
Result<void> GrpcServer::closeToOthers() const
{
    std::error_code error;
    fs::permissions(m_socket, fs::perms::owner_read | fs::perms::owner_write, error);
    if (error)
        return failure(v1::Error::PERMISSION_DENIED, "SOCKET_TOO_OPEN",
                       "Cannot close " + m_socket.string() + " to other users: " + error.message() +
                           ".",
                       m_socket.string());
    return {};
}

void GrpcServer::stop()
{
    if (m_listener)
        m_listener->stop();
    if (!m_server)
        return;
    m_service.endStreams(makeError(v1::Error::UNAVAILABLE, "FABRIC_STOPPING",
                                   "The fabric is stopping. Start it again to go on."));
    // With an open stream a plain Shutdown() would never return: a reader that takes nothing, or
    // somebody's health watch, is cut at the deadline.
    m_server->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
    m_server->Wait();
    m_server.reset();
    m_acceptor.reset();
    m_listener.reset();
}

} // namespace

Result<std::unique_ptr<Server>> serve(fabric::Fabric &fabric, const fs::path &socket,
                                      std::uint16_t tcp_port)
{
    if (auto checked = sys::checkSocketPath(socket); !checked)
        return Failure(checked.error());
    if (auto made = sys::makePrivateFolder(fs::absolute(socket).parent_path()); !made)
        return Failure(made.error());
    auto server = std::make_unique<GrpcServer>(fabric, fs::absolute(socket));
    if (auto started = server->start(tcp_port); !started)
        return Failure(started.error());
    return server;
}

} // namespace slipway::server
