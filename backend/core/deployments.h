// Start, stop and delete of a whole deployment.
#pragma once

#include "backend/core/command.h"

namespace slipway::core
{

Result<Prepared> prepareStart(const State &state, const v1::Command &command);
Result<Prepared> prepareStop(const State &state, const v1::Command &command);
Result<Prepared> prepareDelete(const State &state, const v1::Command &command);

// Takes the deployment out of its slot at once and lets its instances drain and go. Operations that
// run on it, other than `by`, are cancelled.
void beginDeletion(Transaction &tx, const std::string &deployment_id, v1::Operation &by);

} // namespace slipway::core
