// What every part of the agent works with; owned by the guest, which outlives them all. One thread.
#pragma once

#include "backend/agent/agent.h"
#include "backend/agent/children.h"
#include "backend/agent/endpoints.h"
#include "backend/agent/last_words.h"
#include "backend/agent/output_collector.h"
#include "backend/agent/port_pool.h"
#include "backend/agent/reporter.h"

namespace slipway::agent
{

struct AgentContext {
    asio::io_context &io;
    const sys::Clock &clock;
    Children &children;
    OutputCollector &output;
    Reporter &reporter;
    Endpoints &endpoints;
    const AgentOptions &options;
    PortPool &ports;
};

// Starts a program whose output goes into the instance's log; when `on_exit` is called `words` has
// heard all that it wrote to its standard error.
Result<int> startCaptured(const AgentContext &context, sys::SpawnRequest request,
                          Children::OnExit on_exit, const std::shared_ptr<LastWords> &words);

} // namespace slipway::agent
