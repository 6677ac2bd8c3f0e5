// What every host shall run.
#pragma once

#include "backend/core/core.h"

namespace slipway::core
{

std::map<std::string, v1::HostOrders> planOrders(const State &state);

} // namespace slipway::core
