// Packages as the core knows them: what they define, and who uses them.
#pragma once

#include "backend/core/command.h"

namespace slipway::core
{

Result<Prepared> prepareRegisterPackage(const State &state, const v1::Command &command);
// Refused while any deployment, even one that is being deleted, still runs from it.
Result<Prepared> prepareDeletePackage(const State &state, const v1::Command &command);

} // namespace slipway::core
