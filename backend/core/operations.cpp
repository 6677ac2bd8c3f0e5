#include "backend/core/operations.h"

#include "backend/core/balance.h"
#include "backend/core/change_roles.h"
#include "backend/core/host_changes.h"
#include "backend/core/ids.h"
#include "backend/core/lookup.h"
#include "backend/core/placement.h"
#include "backend/core/progress.h"
#include "backend/core/timeline.h"
#include "backend/core/waits.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

std::vector<std::string> idsOf(const std::vector<const v1::Operation *> &operations)
{
    std::vector<std::string> ids;
    for (const v1::Operation *operation : operations)
        ids.push_back(operation->id());
    return ids;
}

constexpr std::uint32_t kProgressOnProbation_permille = 990;

// What it will not come out of by itself, or not before it has failed again and again.
bool isFinal(const v1::RoleInstance &instance)
{
    return instance.state() == v1::RoleInstance::CyclingRole ||
           (instance.state() == v1::RoleInstance::FailedStartingRole &&
            instance.next_start_time_ms() == 0);
}

// The first such end since the operation began, in words.
std::optional<v1::Error> finalFailure(const State &state, const v1::Operation &operation)
{
    if (!waitsForInstances(operation) || operation.kind() == "Stop")
        return std::nullopt;
    for (const v1::RoleInstance *instance : subjectsOf(state, operation)) {
        if (instance->goal() != v1::RoleInstance::RUN || !isFinal(*instance) ||
            instance->state_time_ms() < operation.start_time_ms())
            continue;
        return makeError(v1::Error::FAILED_PRECONDITION, "INSTANCES_NOT_READY",
                         instance->name() + " does not become Ready: " + instance->reason() +
                             ". Look at its log, then deploy a corrected package; what the fabric "
                             "does by itself goes on.",
                         operation.deployment_id());
    }
    return std::nullopt;
}

v1::Deployment::Status statusOf(const State &state, const v1::Deployment &deployment)
{
    if (!isInSlot(state, deployment))
        return v1::Deployment::Deleting;
    const auto runs = [&](std::string_view kind) {
        return runningOperation(state, deployment.id(), kind) != nullptr;
    };
    if (runs("Deploy"))
        return v1::Deployment::Deploying;
    if (runs("Start"))
        return v1::Deployment::Starting;
    if (runs("Stop"))
        return v1::Deployment::Suspending;
    if (runs("ChangeRoles") || runs("Balance"))
        return deployment.run() ? v1::Deployment::RunningTransitioning
                                : v1::Deployment::SuspendedTransitioning;
    return deployment.run() ? v1::Deployment::Running : v1::Deployment::Suspended;
}

void updateStatus(Transaction &tx, const std::string &deployment_id)
{
    const v1::Deployment *deployment = findDeployment(tx.state(), deployment_id);
    if (!deployment)
        return;
    const v1::Deployment::Status status = statusOf(tx.state(), *deployment);
    if (deployment->status() == status)
        return;
    v1::Deployment &changed = tx.deployment(deployment_id);
    changed.set_status(status);
    changed.set_change_time_ms(tx.now());
}

void removeWhenEmpty(Transaction &tx, const std::string &deployment_id)
{
    const v1::Deployment *deployment = findDeployment(tx.state(), deployment_id);
    if (deployment && !isInSlot(tx.state(), *deployment) &&
        instancesOf(tx.state(), deployment_id).empty())
        tx.removeDeployment(deployment_id);
}

void settleDeployment(Transaction &tx, const std::string &deployment_id, bool instances_left)
{
    if (instances_left)
        createMissing(tx, deployment_id);
    removeWhenEmpty(tx, deployment_id);
    advanceMoves(tx, deployment_id);
    advanceResize(tx, deployment_id);
    advanceBalance(tx, deployment_id);
    for (const std::string &id : idsOf(runningOperations(tx.state(), deployment_id)))
        updateOperation(tx, id);
    beginWaits(tx, deployment_id);
    updateStatus(tx, deployment_id);
}

} // namespace

v1::Operation &beginOperation(Transaction &tx, const v1::Operation &wanted,
                              const v1::Command &command)
{
    const std::string id = deriveId(tx.seed(), "operation");
    v1::Operation &operation = tx.operation(id);
    operation = wanted;
    operation.set_id(id);
    operation.set_request_id(command.request_id());
    operation.set_actor(command.actor());
    operation.set_state(v1::Operation::Running);
    operation.set_start_time_ms(tx.now());
    return operation;
}

void endOperation(Transaction &tx, const std::string &id, v1::Operation::State state,
                  const std::string &phase, const v1::Error *error)
{
    v1::Operation &operation = tx.operation(id);
    operation.set_state(state);
    operation.set_phase(phase);
    operation.set_cancellable(false);
    operation.set_end_time_ms(tx.now());
    beginEndedWait(tx, operation);
    if (state == v1::Operation::Succeeded)
        operation.set_progress_permille(1000);
    if (error)
        *operation.mutable_error() = *error;
    const std::string took = " after " + spoken(tx.now() - operation.start_time_ms());
    const bool instant = operation.start_time_ms() == tx.now();
    if (state == v1::Operation::Succeeded)
        tellOperation(tx, operation, v1::INFO, operation.kind() + "Finished",
                      operation.title() + ": done" + (instant ? "" : took));
    else if (state == v1::Operation::Cancelled)
        tellOperation(tx, operation, v1::WARNING, operation.kind() + "Cancelled",
                      operation.title() + ": cancelled" + took, phase);
    else
        tellOperation(tx, operation, v1::ERROR, operation.kind() + "Failed",
                      operation.title() + ": failed" + took, error ? error->message() : phase);
    if (!operation.deployment_id().empty())
        tx.markDeployment(operation.deployment_id());
}

void updateOperation(Transaction &tx, const std::string &id)
{
    const v1::Operation &operation = tx.state().operations.at(id);
    const Progress progress = progressOf(tx.state(), operation);
    const bool is_watched = isOnProbation(tx.state(), operation);
    if (progress.done && !is_watched) {
        endOperation(tx, id, v1::Operation::Succeeded, progress.phase);
        return;
    }
    if (const auto final = finalFailure(tx.state(), operation)) {
        endOperation(tx, id, v1::Operation::Failed, progress.phase, &*final);
        return;
    }
    v1::Operation &changed = tx.operation(id);
    changed.set_phase(progress.phase + (is_watched ? "; it is watched whether that lasts" : ""));
    changed.set_progress_permille(std::min(progress.permille, kProgressOnProbation_permille));
}

void supersedeOperations(Transaction &tx, const std::string &deployment_id, const v1::Operation &by)
{
    const std::string by_id = by.id();
    const std::string phase = "overtaken by \"" + by.title() + "\"";
    for (const std::string &id : idsOf(runningOperations(tx.state(), deployment_id))) {
        if (id == by_id)
            continue;
        if (tx.state().operations.at(id).kind() == "ChangeRoles")
            stopResizing(tx, deployment_id);
        endOperation(tx, id, v1::Operation::Cancelled, phase);
    }
}

void settle(Transaction &tx)
{
    for (;;) {
        for (const std::string &id : tx.takeLeftHosts())
            hostWasLeft(tx, id);
        const bool place = tx.takeCapacity();
        if (place)
            markMovers(tx);
        const std::set<std::string> deployments = tx.takeDeployments();
        if (!place && deployments.empty())
            return;
        if (place)
            placeWaiting(tx);
        for (const std::string &id : deployments)
            settleDeployment(tx, id, place);
    }
}

std::optional<v1::Error> refuseWhileRunning(const State &state, const std::string &deployment_id,
                                            std::initializer_list<std::string_view> beside)
{
    const v1::Operation *operation = nullptr;
    for (const v1::Operation *running : runningOperations(state, deployment_id)) {
        if (std::find(beside.begin(), beside.end(), running->kind()) == beside.end())
            operation = running;
    }
    if (!operation)
        return std::nullopt;
    return makeError(v1::Error::FAILED_PRECONDITION, "OPERATION_RUNNING",
                     "Operation " + operation->id() + " (" + operation->title() +
                         ") is still running on this deployment: wait for it" +
                         (operation->cancellable() ? ", or cancel it." : "."),
                     operation->id());
}

} // namespace slipway::core
