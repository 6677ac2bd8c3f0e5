#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace slipway::ctl
{

enum ExitCode : int {
    kExitDone = 0,
    kExitRefused = 1, // the fabric refused, or the operation failed
    kExitUsage = 2,
    kExitUnreachable = 3,
    kExitTimedOut = 4,
};

int run(int argc, char **argv);
// The same with the arguments in order, without the program's name; for tests.
int run(const std::vector<std::string> &arguments, std::ostream &out, std::ostream &err);

} // namespace slipway::ctl
