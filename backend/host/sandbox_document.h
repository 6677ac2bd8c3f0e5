// The OCI runtime configuration as it goes to the runtime.
#pragma once

#include "backend/host/sandbox_config.h"
#include "backend/proto/result.h"

namespace slipway::host
{

// SANDBOX_VALUE_REFUSED for a value that cannot cross unchanged: JSON holds UTF-8 alone, and no
// program gets a NUL.
Result<std::string> sandboxDocument(const SandboxSpec &spec);

} // namespace slipway::host
