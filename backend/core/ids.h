// Ids are derived from the caller's randomness, so that the machine itself needs none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::core
{

// 32 hex digits; another salt gives another id for the same seed.
std::string deriveId(std::string_view seed, std::string_view salt);

// The same for a text in every life and on every machine (FNV-1a).
std::uint64_t stableHash(std::string_view text);

} // namespace slipway::core
