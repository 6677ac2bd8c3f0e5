// What every host shall run.
#pragma once

#include "backend/core/core.h"

#include <set>

namespace slipway::core
{

std::map<std::string, v1::HostOrders> planOrders(const State &state);
// The same for some of them; one that does not exist is left out.
std::map<std::string, v1::HostOrders> planOrders(const State &state,
                                                 const std::set<std::string> &hosts);

} // namespace slipway::core
