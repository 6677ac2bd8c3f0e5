// Many observations at a time.
#pragma once

#include "backend/core/core.h"

#include <vector>

namespace slipway::core
{

// As one step: what they have in common is looked at once, behind the last of them.
std::vector<v1::Change> observeAll(State &state, const std::vector<v1::Observation> &observations,
                                   const Context &context);

} // namespace slipway::core
