// The gRPC door of a fabric: parse, convert errors, hand over. Free of gRPC headers for its users.
#pragma once

#include "backend/fabric/fabric.h"

#include <memory>

namespace slipway::server
{

class Server
{
public:
    virtual ~Server() = default;
    // Ends all streams first, then the server; returns when every handler is done. At most about 1
    // s.
    virtual void stop() = 0;
};

// Listens on the Unix socket (in a 0700 folder), for this user and root alone (sys/socket_peer.h),
// with grpc.health.v1 and server reflection. `tcp_port` (0: none) adds 127.0.0.1:<port>, which
// everybody on this machine can reach. The fabric must outlive the server.
Result<std::unique_ptr<Server>> serve(fabric::Fabric &fabric, const std::filesystem::path &socket,
                                      std::uint16_t tcp_port = 0);

} // namespace slipway::server
