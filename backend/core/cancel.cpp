#include "backend/core/change_roles.h"
#include "backend/core/deployments.h"
#include "backend/core/lookup.h"
#include "backend/core/operations.h"

namespace slipway::core
{
namespace
{

std::optional<v1::Error> refuseCancel(const v1::Operation &operation)
{
    if (operation.state() != v1::Operation::Running)
        return makeError(v1::Error::FAILED_PRECONDITION, "OPERATION_ENDED",
                         "\"" + operation.title() + "\" has already ended (" +
                             v1::Operation::State_Name(operation.state()) +
                             "): there is nothing to cancel.",
                         operation.id());
    if (!operation.cancellable())
        return makeError(v1::Error::FAILED_PRECONDITION, "NOT_CANCELLABLE",
                         "\"" + operation.title() +
                             "\" cannot be cancelled: what it does is done at once, and it ends by "
                             "itself.",
                         operation.id());
    return std::nullopt;
}

void carryOut(Transaction &tx, const std::string &id, v1::Operation &by)
{
    const v1::Operation cancelled = tx.state().operations.at(id);
    if (cancelled.kind() == "ChangeRoles")
        stopResizing(tx, cancelled.deployment_id());
    endOperation(tx, id, v1::Operation::Cancelled, "cancelled at " + cancelled.phase());
    if (cancelled.kind() == "Deploy")
        beginDeletion(tx, cancelled.deployment_id(), by);
}

} // namespace

Result<Prepared> prepareCancelOperation(const State &state, const v1::Command &command)
{
    const std::string &id = command.cancel_operation();
    const auto found = state.operations.find(id);
    if (found == state.operations.end())
        return failure(v1::Error::NOT_FOUND, "OPERATION_NOT_FOUND",
                       "There is no running operation " + id + ".", id);
    const v1::Operation &operation = found->second;
    if (auto refused = refuseCancel(operation))
        return Failure(*refused);
    Prepared prepared;
    prepared.operation.set_kind("Cancel");
    prepared.operation.set_title("Cancel \"" + operation.title() + "\"");
    prepared.operation.set_service(operation.service());
    prepared.operation.set_slot(operation.slot());
    prepared.preview = {operation.kind() == "Deploy"
                            ? "The new deployment is deleted."
                            : "No further step is taken; what was reached or begun stays."};
    prepared.change = [id](Transaction &tx, v1::Operation &by) { carryOut(tx, id, by); };
    return prepared;
}

} // namespace slipway::core
