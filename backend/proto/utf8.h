// The border between bytes from outside and text: what is not UTF-8 cannot go into a message.
#pragma once

#include "slipway/v1/basics.pb.h"

#include <optional>
#include <string_view>

namespace slipway
{

// False for overlong forms, surrogates, and everything else that is no UTF-8.
bool isUtf8(std::string_view text);

// INVALID_ARGUMENT TEXT_NOT_UTF8 for the first text in the message that is none: protobuf would
// send it, and the other side could not read the message.
std::optional<v1::Error> refuseBrokenText(const google::protobuf::Message &message);

} // namespace slipway
