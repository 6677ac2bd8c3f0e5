#include "backend/agent/agent.h"

namespace slipway::agent
{

int runAgent(const AgentOptions &)
{
    return 1;
}

} // namespace slipway::agent
