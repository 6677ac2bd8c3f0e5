// The signals that ask a process to end.
#pragma once

#include <vector>

namespace slipway::sys
{

// SIGTERM, SIGINT, and SIGHUP (its terminal is gone) unless the process was started so that it
// outlives its terminal (nohup).
std::vector<int> endSignals();

} // namespace slipway::sys
