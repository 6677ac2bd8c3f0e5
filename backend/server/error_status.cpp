#include "backend/server/error_status.h"

#include "google/rpc/status.pb.h"

#include <string_view>

namespace slipway::server
{

namespace
{

constexpr std::size_t kMessageBytesMax = 2048;
constexpr char kDomain[] = "slipway";

grpc::StatusCode statusCode(v1::Error::Code code)
{
    switch (code) {
    case v1::Error::INVALID_ARGUMENT:
        return grpc::StatusCode::INVALID_ARGUMENT;
    case v1::Error::NOT_FOUND:
        return grpc::StatusCode::NOT_FOUND;
    case v1::Error::ALREADY_EXISTS:
        return grpc::StatusCode::ALREADY_EXISTS;
    case v1::Error::FAILED_PRECONDITION:
        return grpc::StatusCode::FAILED_PRECONDITION;
    case v1::Error::ABORTED:
        return grpc::StatusCode::ABORTED;
    case v1::Error::RESOURCE_EXHAUSTED:
        return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case v1::Error::UNAVAILABLE:
        return grpc::StatusCode::UNAVAILABLE;
    case v1::Error::CANCELLED:
        return grpc::StatusCode::CANCELLED;
    case v1::Error::INTERNAL:
        return grpc::StatusCode::INTERNAL;
    case v1::Error::PERMISSION_DENIED:
        return grpc::StatusCode::PERMISSION_DENIED;
    case v1::Error::DEADLINE_EXCEEDED:
        return grpc::StatusCode::DEADLINE_EXCEEDED;
    default:
        return grpc::StatusCode::UNKNOWN;
    }
}

// Cuts between characters, never inside one: proto3 strings must stay UTF-8.
std::string shortened(const std::string &text)
{
    if (text.size() <= kMessageBytesMax)
        return text;
    std::size_t end = kMessageBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return text.substr(0, end) + "...";
}

v1::Error fitted(const v1::Error &error, std::size_t bytes)
{
    v1::Error small = error;
    small.set_message(shortened(error.message()));
    while (small.problems_size() > 0 && small.ByteSizeLong() > bytes)
        small.mutable_problems()->RemoveLast();
    return small;
}

google::rpc::ErrorInfo errorInfo(const v1::Error &error)
{
    google::rpc::ErrorInfo info;
    info.set_reason(error.reason().empty() ? v1::Error::Code_Name(error.code()) : error.reason());
    info.set_domain(kDomain);
    if (!error.subject().empty())
        (*info.mutable_metadata())["subject"] = error.subject();
    return info;
}

} // namespace

bool isPlainEnd(const v1::Error &error)
{
    return error.code() == v1::Error::UNKNOWN && error.message().empty();
}

grpc::Status toStatus(const v1::Error &error, std::size_t detail_bytes)
{
    const v1::Error small = fitted(error, detail_bytes);
    google::rpc::Status status;
    status.set_code(statusCode(error.code()));
    status.set_message(small.message());
    status.add_details()->PackFrom(errorInfo(small));
    status.add_details()->PackFrom(small);
    return {statusCode(error.code()), small.message(), status.SerializeAsString()};
}

} // namespace slipway::server
