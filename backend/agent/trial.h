// What a host asks of a test instance before it trusts a level of isolation with real ones.
#pragma once

#include "backend/agent/agent.h"

namespace slipway::agent
{

// Does in a moment what an agent does all day: writes to its disk, finds the role's content closed
// to it, listens on its loopback, starts a program. Returns the exit code; says on stderr what
// failed, with the system's own words.
int tryInstance(const AgentOptions &options);

} // namespace slipway::agent
