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

} // namespace slipway::sys
