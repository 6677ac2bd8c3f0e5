// What time alone brings about. Ticks come at least once a second; no decision hangs on how often.
#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/operations.h"
#include "backend/core/progress.h"
#include "backend/core/timeline.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

// An edge that says nothing may not keep an instance for ever.
std::int64_t drainDeadline(const State &state, const v1::RoleInstance &instance)
{
    return instance.state_time_ms() + state.settings.drain_limit_ms() + kEdgeSilenceLimit_ms;
}

void giveUpDraining(Transaction &tx)
{
    std::vector<InstanceKey> overdue;
    for (const auto &[key, instance] : tx.state().instances) {
        if (isDraining(instance) && tx.now() >= drainDeadline(tx.state(), instance))
            overdue.push_back(key);
    }
    for (const InstanceKey &key : overdue) {
        const v1::RoleInstance &instance = tx.state().instances.at(key);
        tellInstance(tx, instance, v1::WARNING, "DrainTimedOut",
                     instance.name() + " is no longer waited for",
                     "the edge did not report its requests as finished in time",
                     "it goes on without waiting");
        finishDraining(tx, key);
    }
}

void pruneOperations(Transaction &tx)
{
    std::vector<std::string> old;
    for (const auto &[id, operation] : tx.state().operations) {
        if (operation.state() != v1::Operation::Running &&
            tx.now() - operation.end_time_ms() >= kEndedOperationsKept_ms)
            old.push_back(id);
    }
    for (const std::string &id : old)
        tx.removeOperation(id);
}

bool waitsForInstances(const v1::Operation &operation)
{
    const std::string &kind = operation.kind();
    return operation.state() == v1::Operation::Running &&
           (kind == "Deploy" || kind == "ChangeRoles" || kind == "Start" || kind == "Reboot" ||
            kind == "Reimage");
}

// Half an hour, and everything that is not Ready fails again and again.
bool isHopeless(const State &state, const v1::Operation &operation, std::int64_t now)
{
    if (!waitsForInstances(operation) || now - operation.start_time_ms() < kUnhealthyLimit_ms)
        return false;
    std::size_t failing = 0;
    for (const v1::RoleInstance *instance : subjectsOf(state, operation)) {
        if (instance->state() == v1::RoleInstance::ReadyRole)
            continue;
        if (!isFailing(*instance))
            return false;
        ++failing;
    }
    return failing > 0;
}

v1::Error hopelessError(const State &state, const v1::Operation &operation)
{
    std::string which;
    for (const v1::RoleInstance *instance : subjectsOf(state, operation)) {
        if (isFailing(*instance) && which.empty())
            which = instance->name() + " is " + v1::RoleInstance::State_Name(instance->state()) +
                    (instance->reason().empty() ? "" : " (" + instance->reason() + ")");
    }
    return makeError(v1::Error::DEADLINE_EXCEEDED, "INSTANCES_NOT_READY",
                     "After 30 minutes every instance that is not ready keeps failing: " + which +
                         ". Look at its log, then deploy a corrected package.",
                     operation.deployment_id());
}

void failHopelessOperations(Transaction &tx)
{
    std::vector<std::string> hopeless;
    for (const auto &[id, operation] : tx.state().operations) {
        if (isHopeless(tx.state(), operation, tx.now()))
            hopeless.push_back(id);
    }
    for (const std::string &id : hopeless) {
        const v1::Operation &operation = tx.state().operations.at(id);
        const v1::Error error = hopelessError(tx.state(), operation);
        const std::string phase = operation.phase();
        endOperation(tx, id, v1::Operation::Failed, phase, &error);
    }
}

bool awaitsRoutes(const v1::Operation &operation)
{
    return operation.state() == v1::Operation::Running && operation.kind() == "Swap" &&
           operation.edge_revision() != 0;
}

std::int64_t routesDeadline(const v1::Operation &operation)
{
    return operation.start_time_ms() + kRoutesLimit_ms;
}

// The slots were exchanged when the swap was accepted, and stay so: the edge is told what the state
// wants, not what an operation asks for. Waiting longer would only keep everything else from the
// service.
void giveUpSwaps(Transaction &tx)
{
    std::vector<std::string> overdue;
    for (const auto &[id, operation] : tx.state().operations) {
        if (awaitsRoutes(operation) && tx.now() >= routesDeadline(operation))
            overdue.push_back(id);
    }
    for (const std::string &id : overdue) {
        const v1::Error error = makeError(
            v1::Error::DEADLINE_EXCEEDED, "ROUTES_NOT_CONFIRMED",
            "The slots are exchanged, but the edge did not confirm the new routes within 60 s. "
            "They follow by themselves as soon as it is back; to undo the exchange, swap again.",
            tx.state().operations.at(id).service());
        endOperation(tx, id, v1::Operation::Failed, "the routes follow when the edge is back",
                     &error);
    }
}

} // namespace

void checkDeadlines(Transaction &tx)
{
    giveUpDraining(tx);
    failHopelessOperations(tx);
    giveUpSwaps(tx);
    pruneOperations(tx);
}

std::int64_t nextDeadline(const State &state)
{
    std::int64_t next = 0;
    const auto earlier = [&next](std::int64_t time) {
        next = next == 0 ? time : std::min(next, time);
    };
    for (const auto &[key, instance] : state.instances) {
        if (isDraining(instance))
            earlier(drainDeadline(state, instance));
    }
    for (const auto &[id, operation] : state.operations) {
        if (operation.state() != v1::Operation::Running)
            earlier(operation.end_time_ms() + kEndedOperationsKept_ms);
        else if (awaitsRoutes(operation))
            earlier(routesDeadline(operation));
    }
    return next;
}

} // namespace slipway::core
