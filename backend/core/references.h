// What a whole state is, said once: for the start, for copies that are put back, and for checks.
#pragma once

#include "backend/core/core.h"

namespace slipway::core
{

// What in a state leads nowhere; such a state cannot be run. None: it is whole, as the core leaves
// it after every step. A deployment that is being deleted outlives its service until its last
// instance has ended.
std::vector<std::string> brokenReferences(const State &state);

} // namespace slipway::core
