#include "backend/server/caller.h"

#include "backend/server/error_status.h"

namespace slipway::server
{

namespace
{

constexpr std::size_t kNameBytesMax = 64;

std::string metadata(const grpc::CallbackServerContext &context, const char *key)
{
    const auto &all = context.client_metadata();
    const auto found = all.find(key);
    return found == all.end() ? std::string()
                              : std::string(found->second.data(), found->second.size());
}

// Metadata is printable ASCII by gRPC's own rule; only the length is left to judge.
std::string givenName(const grpc::CallbackServerContext &context)
{
    return metadata(context, "x-slipway-actor").substr(0, kNameBytesMax);
}

} // namespace

// The other way in is TCP; gRPC calls a connection that was accepted for it by either name.
bool cameByUnixSocket(const grpc::CallbackServerContext &context)
{
    const std::string peer = context.peer();
    return peer.starts_with("unix:") || peer.starts_with("fd:");
}

std::string actorOf(const grpc::CallbackServerContext &context, const std::string &process_user)
{
    const std::string user = cameByUnixSocket(context) ? process_user : "somebody at 127.0.0.1";
    const std::string given = givenName(context);
    return given.empty() || given == user ? user : user + " (" + given + ")";
}

std::size_t detailBytesOf(const grpc::CallbackServerContext &context)
{
    return metadata(context, "x-slipway-client").empty() ? kDetailBytesForeign : kDetailBytesOwn;
}

} // namespace slipway::server
