// A package into a slot.
#pragma once

#include "backend/core/command.h"

namespace slipway::core
{

Result<Prepared> prepareDeploy(const State &state, const v1::Command &command,
                               const std::string &seed);

} // namespace slipway::core
