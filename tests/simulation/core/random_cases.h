// Properties (b) and (c): a random history, then a fair world that lets everything come to rest.
#pragma once

#include "tests/simulation/core/world.h"

namespace slipway::core::test
{

struct CaseResult {
    std::string wrong; // empty: all properties hold
    std::string bytes; // the state at the end
};

CaseResult runRandomCase(std::uint64_t seed);
// Free capacity is never negative, whatever happened.
std::string findOversold(const State &state);
// What is not as wanted although nothing moves any more.
std::string findUnwanted(const World &world);

} // namespace slipway::core::test
