// What stands between an agent and the programs that it starts, where both have one user.
#pragma once

#include "backend/agent/port_pool.h"
#include "backend/sys/confinement.h"

namespace slipway::agent
{

// Null where the instance is not confined. Programs behind it can neither trace nor signal their
// agent, reach nobody over Unix sockets (of those the kernel's walls know no owner), and listen at
// their own ports only. Where the pool says what is reachable they connect to that only, and send
// nothing without a connection.
Result<std::shared_ptr<const sys::Confinement>> makeProgramWall(const AgentOptions &options,
                                                                const PortPool &ports);

} // namespace slipway::agent
