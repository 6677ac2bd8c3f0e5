#include "backend/agent/agent.h"

#include "backend/agent/guest.h"
#include "backend/agent/processes.h"
#include "backend/sys/identity.h"

#include <csignal>

namespace slipway::agent
{

namespace
{

// Programs may be of the same user: they may neither look into the agent nor stop it by a signal.
// Its host speaks by the channel, or kills from outside.
void standAlone()
{
    preferAgentOverPrograms(); // its own files in /proc are closed to it too, afterwards
    sys::hideFromEqualUsers();
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM})
        std::signal(number, SIG_IGN);
}

} // namespace

int runAgent(const AgentOptions &options)
{
    std::signal(SIGPIPE, SIG_IGN);
    if (options.isolated)
        standAlone();
    asio::io_context io(1);
    const sys::SystemClock clock;
    Guest guest(io, clock, options);
    if (guest.start())
        io.run();
    return guest.exitCode();
}

} // namespace slipway::agent
