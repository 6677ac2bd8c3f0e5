// Does a configuration fit a definition (reference 4.5, rules V1 to V3)? Every problem at once.
#pragma once

#include "backend/core/core.h"

namespace slipway::core
{

// Of one role. More is a slip of the finger, and would fill the memory before anybody refused it.
inline constexpr std::uint32_t kInstancesMax = 10'000;

// `file` is the configuration's name for the messages; it may be empty.
std::vector<v1::Problem> checkConfiguration(const v1::ServiceDefinition &definition,
                                            const v1::ServiceConfiguration &configuration,
                                            const std::string &file);
// One instance per role and no settings: what a package without a configuration runs with.
v1::ServiceConfiguration smallestConfiguration(const v1::ServiceDefinition &definition);

} // namespace slipway::core
