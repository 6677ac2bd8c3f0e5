// What a client that is not ours sees: plain gRPC calls by name, bytes in and bytes out.
#pragma once

#include <string>

namespace slipway::test
{

struct RawAnswer {
    int code = -1; // grpc::StatusCode
    std::string bytes;
    std::string message;
    std::string details; // a google.rpc.Status
};

// One unary call, e.g. "/grpc.health.v1.Health/Check".
RawAnswer callRaw(const std::string &target, const std::string &method, const std::string &request);
// One request and one response over a bidirectional stream (server reflection).
RawAnswer exchangeRaw(const std::string &target, const std::string &method,
                      const std::string &request);

// Opens a watch and never reads from it, as a reader that hangs does.
class SilentReader
{
public:
    explicit SilentReader(const std::string &target);
    ~SilentReader();

private:
    struct Impl;
    Impl *m_impl; // Owned.
};

} // namespace slipway::test
