// The rules V1-V22 of the service model, those that can be judged from files alone. (V4's uploaded
// certificates, V14's expired systems and V18's quota are the fabric's business.)
#pragma once

#include "backend/packages/problems.h"

#include <set>

namespace slipway::packages
{

// What a package holds, as far as rules ask for it.
struct ContentFacts {
    std::set<std::string> files; // "<role>/approot/run.cmd", lower case
    std::set<std::string> files_with_bom;
};

// V5-V11, V15, V16, V20, V22 within a definition. `sizes` are core::vmSizes(); without them sizes
// and disks are not judged. `contents` may be null.
Problems validateDefinition(const v1::ServiceDefinition &definition, const SourceMap &source,
                            const std::vector<v1::VmSize> &sizes, const ContentFacts *contents);

// V1-V4, V12, V13, V17, V19 between a definition and a configuration.
Problems validateConfiguration(const v1::ServiceDefinition &definition,
                               const v1::ServiceConfiguration &configuration,
                               const SourceMap &source);

} // namespace slipway::packages
