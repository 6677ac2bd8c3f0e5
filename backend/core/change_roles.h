// Scale and resize: one previewed change of any number of roles.
#pragma once

#include "backend/core/command.h"

namespace slipway::core
{

Result<Prepared> prepareChangeRoles(const State &state, const v1::Command &command);
// Every instance that the goals ask for and that does not exist. One that is still leaving keeps
// its name until it is gone.
void createMissing(Transaction &tx, const std::string &deployment_id);
// The next step of a running resize: one update domain after the other, the next one only when the
// role's earlier ones are Ready again.
void advanceResize(Transaction &tx, const std::string &deployment_id);
// What was reached stays; what was not begun is not wanted any more.
void stopResizing(Transaction &tx, const std::string &deployment_id);

} // namespace slipway::core
