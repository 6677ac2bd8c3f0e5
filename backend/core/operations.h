// Long work: begins with a command, is looked at again after every change of its deployment, and
// ends by itself. How far it is follows from the state alone.
#pragma once

#include "backend/core/command.h"

#include <initializer_list>
#include <string_view>

namespace slipway::core
{

// Fills in id, times and state of a command's operation.
v1::Operation &beginOperation(Transaction &tx, const v1::Operation &wanted,
                              const v1::Command &command);
void endOperation(Transaction &tx, const std::string &id, v1::Operation::State state,
                  const std::string &phase, const v1::Error *error = nullptr);
// Progress, phase, and the end when it is reached.
void updateOperation(Transaction &tx, const std::string &id);
// A deletion or a stop overtakes whatever else was going on with the deployment: that ends as
// cancelled, what it has reached stays.
void supersedeOperations(Transaction &tx, const std::string &deployment_id,
                         const v1::Operation &by);

// Everything that follows from what this step changed: placement, further steps of a resize,
// progress, ends, the deployments' status, and the removal of those that are gone.
void settle(Transaction &tx);
// Deadlines: operations that cannot succeed, drains that nobody confirms, old operations.
void checkDeadlines(Transaction &tx);
// When checkDeadlines() is due at the latest (running time); 0: nothing waits.
std::int64_t nextDeadline(const State &state);

// No operation runs on the deployment but of these kinds. Each of the others ends by itself, can be
// cancelled, or can be overtaken by stopping or deleting the deployment: none blocks for ever.
std::optional<v1::Error> refuseWhileRunning(const State &state, const std::string &deployment_id,
                                            std::initializer_list<std::string_view> beside);

Result<Prepared> prepareCancelOperation(const State &state, const v1::Command &command);

} // namespace slipway::core
