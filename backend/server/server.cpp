#include "backend/server/server.h"

#include "backend/server/fabric_service.h"
#include "backend/server/unix_door.h"

#include <chrono>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>

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
    FabricService m_service;
    fs::path m_socket;
    std::unique_ptr<grpc::Server> m_server;
    std::unique_ptr<UnixDoor> m_door; // leads to the server
};

void configure(grpc::ServerBuilder &builder)
{
    builder.SetMaxReceiveMessageSize(kReceiveBytesMax);
    builder.SetMaxSendMessageSize(kSendBytesMax);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kClientPingMsMin);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0); // two fabrics never share a port
}

Failure notBound(const std::string &where)
{
    return failure(v1::Error::UNAVAILABLE, "ADDRESS_NOT_BOUND",
                   "Cannot listen on " + where +
                       ". Is it taken by another program? End that one or choose another address.",
                   where);
}

Result<void> GrpcServer::start(std::uint16_t tcp_port)
{
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    configure(builder);
    int tcp_result = tcp_port == 0 ? 1 : 0;
    const std::string tcp_address = "127.0.0.1:" + std::to_string(tcp_port);
    const auto credentials = grpc::InsecureServerCredentials();
    if (tcp_port != 0)
        builder.AddListeningPort(tcp_address, credentials, &tcp_result);
    builder.RegisterService(&m_service);
    m_server = builder.BuildAndStart();
    if (tcp_result == 0 || !m_server)
        return notBound(tcp_address);
    auto door = UnixDoor::open(m_socket, [server = m_server.get()](int fd) {
        grpc::AddInsecureChannelFromFd(server, fd);
    });
    if (!door)
        return Failure(door.error());
    m_door = std::move(*door);
    return {};
}

void GrpcServer::stop()
{
    if (!m_server)
        return;
    m_door.reset();
    m_service.endStreams(makeError(v1::Error::UNAVAILABLE, "FABRIC_STOPPING",
                                   "The fabric is stopping. Start it again to go on."));
    // With an open stream a plain Shutdown() would never return: a reader that takes nothing, or
    // somebody's health watch, is cut at the deadline.
    m_server->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
    m_server->Wait();
    m_server.reset();
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
