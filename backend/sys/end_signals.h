// The signals that ask a process to end, and those that would end it unasked.
#pragma once

#include <vector>

namespace slipway::sys
{

// SIGTERM, SIGINT, and SIGHUP (its terminal is gone) unless the process was started so that it
// outlives its terminal (nohup).
std::vector<int> endSignals();

// Those of alarms, of pipes and of users' own agreements end a process that has none: they do
// nothing here from now on. What is started later is not concerned.
void standStraySignals();

} // namespace slipway::sys
