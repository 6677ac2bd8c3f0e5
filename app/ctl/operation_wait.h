#pragma once

#include "app/ctl/context.h"

namespace slipway::ctl
{

// Watches until the operation has ended, through losses of the connection; shows its phases on
// stderr to a person. DEADLINE_EXCEEDED WAIT_TIMED_OUT after --timeout: the operation goes on.
Result<v1::Operation> waitForOperation(Context &context, const std::string &id);

// An ended operation that did not succeed is an error, its own where it has one.
Result<void> outcomeOf(const v1::Operation &operation);

} // namespace slipway::ctl
