// Domain failures are values: every room returns Result<T>, whose error is the contract's own
// message.
#pragma once

#include "slipway/v1/resources.pb.h"

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace slipway
{

template <typename T> using Result = tl::expected<T, v1::Error>;
using Failure = tl::unexpected<v1::Error>;

inline v1::Error makeError(v1::Error::Code code, std::string_view reason, std::string_view message,
                           std::string_view subject = {})
{
    v1::Error error;
    error.set_code(code);
    error.set_reason(std::string(reason));
    error.set_message(std::string(message));
    error.set_subject(std::string(subject));
    return error;
}

inline Failure failure(v1::Error::Code code, std::string_view reason, std::string_view message,
                       std::string_view subject = {})
{
    return Failure(makeError(code, reason, message, subject));
}

} // namespace slipway
