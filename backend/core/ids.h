// Ids are derived from the caller's randomness, so that the machine itself needs none.
#pragma once

#include <string>
#include <string_view>

namespace slipway::core
{

// 32 hex digits; another salt gives another id for the same seed.
std::string deriveId(std::string_view seed, std::string_view salt);

} // namespace slipway::core
