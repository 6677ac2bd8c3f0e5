#include "backend/sys/end_signals.h"

#include <csignal>

namespace slipway::sys
{

std::vector<int> endSignals()
{
    std::vector<int> numbers = {SIGTERM, SIGINT};
    struct sigaction present {
    };
    if (sigaction(SIGHUP, nullptr, &present) == 0 && present.sa_handler != SIG_IGN)
        numbers.push_back(SIGHUP);
    return numbers;
}

void standStraySignals()
{
    // A handler, not SIG_IGN: programs that are started later have the usual dispositions.
    for (const int number : {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPIPE}) {
        struct sigaction present {
        };
        struct sigaction stand {
        };
        stand.sa_handler = [](int) {};
        stand.sa_flags = SA_RESTART;
        if (sigaction(number, nullptr, &present) == 0 && present.sa_handler == SIG_DFL)
            sigaction(number, &stand, nullptr);
    }
}

} // namespace slipway::sys
