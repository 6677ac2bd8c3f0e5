// The exchange of the two slots' deployments.
#pragma once

#include "backend/core/command.h"

namespace slipway::core
{

inline constexpr char kRoutesPhase[] = "the edge takes the new routes";

// All nine pre-flight checks (reference 6.6), in order, always.
std::vector<v1::Check> swapChecks(const State &state, const v1::CloudService &service,
                                  std::uint64_t etag);
Result<Prepared> prepareSwap(const State &state, const v1::Command &command);

} // namespace slipway::core
