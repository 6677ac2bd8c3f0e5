// Reboot and reimage of chosen instances.
#pragma once

#include "backend/core/command.h"

namespace slipway::core
{

Result<Prepared> prepareReboot(const State &state, const v1::Command &command);
Result<Prepared> prepareReimage(const State &state, const v1::Command &command);

} // namespace slipway::core
