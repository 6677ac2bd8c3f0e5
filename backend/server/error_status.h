// v1::Error on the wire: a google.rpc.Status with one ErrorInfo for everybody, and our own message
// for our own client.
#pragma once

#include "slipway/v1/resources.pb.h"

#include <grpcpp/support/status.h>

namespace slipway::server
{

// The details travel in the trailing metadata, for which every client has its own limit: 8 KiB in
// gRPC's C, C++ and Python libraries, as much as we tell it in our own client.
inline constexpr std::size_t kDetailBytesForeign = 4 * 1024;
inline constexpr std::size_t kDetailBytesOwn = 512 * 1024;

// Problems beyond `detail_bytes` are left out, the last ones first.
grpc::Status toStatus(const v1::Error &error, std::size_t detail_bytes = kDetailBytesForeign);

// True for the error that means "simply over" at the end of a stream.
bool isPlainEnd(const v1::Error &error);

} // namespace slipway::server
