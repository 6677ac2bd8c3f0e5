// What every host shall run.
#pragma once

#include "backend/core/core.h"

#include <optional>
#include <set>

namespace slipway::core
{

// What all instances of a deployment have in common travels in one message, to the hosts and from
// there to each agent.
inline constexpr std::size_t kDeploymentOrderBytesMax = 8 * 1024 * 1024;
// A deployment whose common part would be larger.
std::optional<v1::Error> refuseOrderSize(const v1::ServiceDefinition &definition,
                                         const v1::ServiceConfiguration &configuration,
                                         const std::vector<v1::RoleGoal> &goals);

std::map<std::string, v1::HostOrders> planOrders(const State &state);
// The same for some of them; one that does not exist is left out.
std::map<std::string, v1::HostOrders> planOrders(const State &state,
                                                 const std::set<std::string> &hosts);

} // namespace slipway::core
