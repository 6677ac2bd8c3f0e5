#include "backend/sys/end_signals.h"

#include <csignal>

namespace slipway::sys
{

std::vector<int> endSignals()
{
    return {SIGTERM, SIGINT};
}

void standStraySignals() {}

} // namespace slipway::sys
