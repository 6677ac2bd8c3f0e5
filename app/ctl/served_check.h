// Whether what was deployed or swapped can be reached: instances may be ready behind an address
// that nobody serves.
#pragma once

#include "app/ctl/context.h"

namespace slipway::ctl
{

// UNAVAILABLE EDGE_NOT_SERVING when HAProxy or its keeper does not run, with their own words.
Result<void> checkEdge(const v1::FabricStatus &status);
// After a deployment or swap: waits a little for the edge, then looks at the edge and at the
// service's addresses. UNAVAILABLE ADDRESS_NOT_SERVED names one that is not served.
Result<void> checkServed(Context &context, const std::string &service);

} // namespace slipway::ctl
