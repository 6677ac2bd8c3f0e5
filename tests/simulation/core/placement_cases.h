// Property (a): placement spreads over fault domains and never oversells, whatever the rule under
// examination claims.
#pragma once

#include "backend/core/placement.h"

#include <string>

namespace slipway::core::test
{

// Places random roles on random hosts; what is wrong with the result, or nothing.
std::string examinePlacement(PlacementRule rule, std::uint64_t seed);

} // namespace slipway::core::test
