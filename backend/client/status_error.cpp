#include "backend/client/status_error.h"

#include "google/rpc/status.pb.h"

#include <optional>

namespace slipway::client
{

namespace
{

std::optional<v1::Error> carriedError(const grpc::Status &status)
{
    google::rpc::Status details;
    if (!details.ParseFromString(status.error_details()))
        return std::nullopt;
    v1::Error error;
    for (const auto &detail : details.details())
        if (detail.UnpackTo(&error))
            return error;
    return std::nullopt;
}

v1::Error unreachable(const std::string &address)
{
    return makeError(v1::Error::UNAVAILABLE, "FABRIC_UNREACHABLE",
                     "The fabric at " + address +
                         " does not answer; is it running? Start it with \"slipwayd fabric\" or "
                         "open Slipway.",
                     address);
}

v1::Error silent(const std::string &address)
{
    return makeError(v1::Error::DEADLINE_EXCEEDED, "FABRIC_SILENT",
                     "The fabric at " + address +
                         " is connected but did not answer in time. Try again; the same request id "
                         "makes that harmless.",
                     address);
}

v1::Error::Code errorCode(grpc::StatusCode code)
{
    switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
        return v1::Error::INVALID_ARGUMENT;
    case grpc::StatusCode::NOT_FOUND:
        return v1::Error::NOT_FOUND;
    case grpc::StatusCode::ALREADY_EXISTS:
        return v1::Error::ALREADY_EXISTS;
    case grpc::StatusCode::FAILED_PRECONDITION:
        return v1::Error::FAILED_PRECONDITION;
    case grpc::StatusCode::ABORTED:
        return v1::Error::ABORTED;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
        return v1::Error::RESOURCE_EXHAUSTED;
    case grpc::StatusCode::CANCELLED:
        return v1::Error::CANCELLED;
    case grpc::StatusCode::PERMISSION_DENIED:
        return v1::Error::PERMISSION_DENIED;
    case grpc::StatusCode::INTERNAL:
        return v1::Error::INTERNAL;
    default:
        return v1::Error::UNKNOWN;
    }
}

v1::Error transportError(const grpc::Status &status, const std::string &address)
{
    switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
        return unreachable(address);
    case grpc::StatusCode::DEADLINE_EXCEEDED:
        return silent(address);
    case grpc::StatusCode::UNIMPLEMENTED:
        return makeError(v1::Error::FAILED_PRECONDITION, "NOT_A_FABRIC",
                         "What answers at " + address +
                             " does not know this call: another program, or another version of "
                             "Slipway. Use the programs of one version.",
                         address);
    case grpc::StatusCode::CANCELLED:
        return makeError(v1::Error::CANCELLED, "CALL_CANCELLED", "The call was cancelled.");
    default:
        return makeError(errorCode(status.error_code()), "CALL_FAILED",
                         status.error_message() + " (from " + address + ")", address);
    }
}

} // namespace

v1::Error toError(const grpc::Status &status, const std::string &address)
{
    if (status.ok())
        return {};
    if (auto error = carriedError(status))
        return *std::move(error);
    return transportError(status, address);
}

} // namespace slipway::client
