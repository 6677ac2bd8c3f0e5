// Cloud services: names, addresses, and packages that deployments use.
#pragma once

#include "backend/core/command.h"

namespace slipway::core
{

Result<Prepared> prepareCreateService(const State &state, const v1::Command &command);
Result<Prepared> prepareUpdateService(const State &state, const v1::Command &command);
Result<Prepared> prepareDeleteService(const State &state, const v1::Command &command);

} // namespace slipway::core
