// A gRPC status as the contract's own error.
#pragma once

#include "backend/proto/result.h"

#include <grpcpp/support/status.h>

namespace slipway::client
{

// The fabric's own error where the status carries one; else words that tell what to do.
v1::Error toError(const grpc::Status &status, const std::string &address);

} // namespace slipway::client
