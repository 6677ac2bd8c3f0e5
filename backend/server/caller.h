// Who calls, as far as one can tell.
#pragma once

#include <grpcpp/server_context.h>
#include <string>

namespace slipway::server
{

// Whoever comes by the Unix socket is this process's user (or root): others are not let in. A name
// that the caller gives of itself ("x-slipway-actor") is added in brackets.
std::string actorOf(const grpc::CallbackServerContext &context, const std::string &process_user);

bool cameByUnixSocket(const grpc::CallbackServerContext &context);

// How many bytes of error details the caller takes: more when it says that it is our own client
// ("x-slipway-client").
std::size_t detailBytesOf(const grpc::CallbackServerContext &context);

} // namespace slipway::server
