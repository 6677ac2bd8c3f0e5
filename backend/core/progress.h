// How far an operation is, read off the state.
#pragma once

#include "backend/core/core.h"

namespace slipway::core
{

struct Progress {
    bool done = false;
    std::string phase;
    std::uint32_t permille = 0;
};

// Swaps are not done by looking at instances: the edge's confirmation ends them.
Progress progressOf(const State &state, const v1::Operation &operation);
// The instances that a running operation is about.
std::vector<const v1::RoleInstance *> subjectsOf(const State &state,
                                                 const v1::Operation &operation);

} // namespace slipway::core
