// How large what is asked for may be: one place for every text and list of every command, also of
// those that are invented later.
#pragma once

#include "backend/proto/result.h"
#include "slipway/v1/commands.pb.h"

#include <optional>

namespace slipway::core
{

inline constexpr std::size_t kRequestIdBytesMax = 128;

// INVALID_ARGUMENT REQUEST_ID_INVALID, TEXT_TOO_LONG, TEXT_UNPRINTABLE or LIST_TOO_LONG, saying
// which field and what is possible. Internal commands are trusted.
std::optional<v1::Error> refuseSizes(const v1::Command &command);

} // namespace slipway::core
