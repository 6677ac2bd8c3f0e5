// What stands between an agent and the programs that it starts, where both have one user.
#pragma once

#include "backend/agent/agent.h"
#include "backend/sys/confinement.h"

namespace slipway::agent
{

// Null where the instance is not confined. Programs behind it can neither trace nor signal their
// agent, and reach nobody over Unix sockets: of those the kernel's walls know no owner. With
// `reachable` they connect to these ports only, and send nothing without a connection.
Result<std::shared_ptr<const sys::Confinement>>
makeProgramWall(const AgentOptions &options,
                const std::optional<std::vector<std::uint16_t>> &reachable);

} // namespace slipway::agent
