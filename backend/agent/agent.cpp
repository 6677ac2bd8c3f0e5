#include "backend/agent/agent.h"

#include "backend/agent/guest.h"

#include <csignal>

namespace slipway::agent
{

int runAgent(const AgentOptions &options)
{
    std::signal(SIGPIPE, SIG_IGN);
    asio::io_context io(1);
    const sys::SystemClock clock;
    Guest guest(io, clock, options);
    guest.start();
    io.run();
    return guest.exitCode();
}

} // namespace slipway::agent
