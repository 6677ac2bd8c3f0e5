#include "backend/core/deployments.h"

#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/operations.h"
#include "backend/core/subjects.h"

namespace slipway::core
{
namespace
{

Prepared preparedFor(const v1::Deployment &deployment, const std::string &kind,
                     const std::string &preview)
{
    Prepared prepared;
    prepared.operation.set_kind(kind);
    prepared.operation.set_title(kind + " the deployment of " + deployment.service() + " in " +
                                 slotName(deployment.slot()));
    prepared.operation.set_service(deployment.service());
    prepared.operation.set_slot(deployment.slot());
    prepared.operation.set_deployment_id(deployment.id());
    prepared.preview = {preview};
    return prepared;
}

Result<const v1::Deployment *> findSubject(const State &state, const v1::Command &command,
                                           const v1::DeploymentTarget &target)
{
    const auto found = requireDeployment(state, target.service(), target.slot());
    if (!found)
        return found;
    if (auto stale = refuseStale(command, (*found)->revision(), target.service()))
        return Failure(*stale);
    return found;
}

std::vector<InstanceKey> keysOf(const State &state, const std::string &deployment_id)
{
    std::vector<InstanceKey> keys;
    for (const v1::RoleInstance *instance : instancesOf(state, deployment_id))
        keys.push_back(keyOf(*instance));
    return keys;
}

void setRun(Transaction &tx, const std::string &deployment_id, bool run)
{
    v1::Deployment &deployment = tx.deployment(deployment_id);
    deployment.set_run(run);
    deployment.set_change_time_ms(tx.now());
    for (const InstanceKey &key : keysOf(tx.state(), deployment_id)) {
        if (run)
            startInstance(tx, key);
        else
            stopInstance(tx, key, "the deployment is being stopped");
    }
    tx.markDeployment(deployment_id);
}

} // namespace

Result<Prepared> prepareStart(const State &state, const v1::Command &command)
{
    const auto found = findSubject(state, command, command.start_deployment());
    if (!found)
        return Failure(found.error());
    const v1::Deployment &deployment = **found;
    if (auto busy =
            refuseWhileRunning(state, deployment.id(), {"Reboot", "Reimage", "Start", "Stop"}))
        return Failure(*busy);
    Prepared prepared = preparedFor(deployment, "Start",
                                    deployment.run() ? "It runs already: nothing changes."
                                                     : "All instances start.");
    prepared.operation.set_cancellable(true);
    prepared.change = [id = deployment.id()](Transaction &tx, v1::Operation &operation) {
        if (const v1::Operation *stop = runningOperation(tx.state(), id, "Stop"))
            endOperation(tx, stop->id(), v1::Operation::Cancelled,
                         "overtaken by \"" + operation.title() + "\"");
        setRun(tx, id, true);
    };
    return prepared;
}

Result<Prepared> prepareStop(const State &state, const v1::Command &command)
{
    const auto found = findSubject(state, command, command.stop_deployment());
    if (!found)
        return Failure(found.error());
    const v1::Deployment &deployment = **found;
    if (auto busy = refuseWhileRunning(
            state, deployment.id(),
            {"Deploy", "Start", "Stop", "ChangeRoles", "Balance", "Reboot", "Reimage"}))
        return Failure(*busy);
    Prepared prepared = preparedFor(
        deployment, "Stop",
        deployment.run() ? "All instances finish their requests and stop; the address answers 503 "
                           "until the deployment is started again."
                         : "It is stopped already: nothing changes.");
    for (const v1::Operation *operation : runningOperations(state, deployment.id()))
        prepared.preview.push_back("\"" + operation->title() + "\" ends: it is overtaken.");
    prepared.change = [id = deployment.id()](Transaction &tx, v1::Operation &operation) {
        supersedeOperations(tx, id, operation);
        setRun(tx, id, false);
    };
    return prepared;
}

Result<Prepared> prepareDelete(const State &state, const v1::Command &command)
{
    const auto found = findSubject(state, command, command.delete_deployment());
    if (!found)
        return Failure(found.error());
    const v1::Deployment &deployment = **found;
    Prepared prepared =
        preparedFor(deployment, "Delete",
                    "The slot is empty at once; " +
                        counted(instancesOf(state, deployment.id()).size(), "instance") +
                        " finish their requests and are deleted with their disks.");
    prepared.change = [id = deployment.id()](Transaction &tx, v1::Operation &operation) {
        beginDeletion(tx, id, operation);
    };
    return prepared;
}

void beginDeletion(Transaction &tx, const std::string &deployment_id, v1::Operation &by)
{
    supersedeOperations(tx, deployment_id, by);
    v1::Deployment &deployment = tx.deployment(deployment_id);
    v1::Slot &slot = slotOf(tx.service(deployment.service()), deployment.slot());
    if (slot.deployment_id() == deployment_id) {
        slot.clear_deployment_id();
        slot.clear_endpoints();
    }
    deployment.set_change_time_ms(tx.now());
    for (const InstanceKey &key : keysOf(tx.state(), deployment_id)) {
        if (by.kind() != "Deploy")
            by.add_instances(key.second);
        deleteInstance(tx, key, "the deployment is being deleted", Wish::OfPerson);
    }
    tx.markDeployment(deployment_id);
}

} // namespace slipway::core
