// Checks and effects of the operator's settings.
#pragma once

#include "backend/core/command.h"

namespace slipway::core
{

Result<Prepared> prepareUpdateSettings(const State &state, const v1::Command &command);

} // namespace slipway::core
