// The routing table that the state wants.
#pragma once

#include "backend/core/core.h"

namespace slipway::core
{

// "<service>/<production|staging>/<port>"
std::string listenerKey(const std::string &service, v1::SlotKind kind, std::uint32_t port);
v1::RoutingTable planTable(const State &state);

} // namespace slipway::core
