// What time alone brings about. Ticks come at least once a second; no decision hangs on how often.
#include "backend/core/hosts.h"
#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/operations.h"
#include "backend/core/progress.h"
#include "backend/core/timeline.h"
#include "backend/core/waits.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

void giveUpDraining(Transaction &tx, WaitLook &look)
{
    std::vector<InstanceKey> overdue;
    for (const auto &[key, instance] : tx.state().instances) {
        if (isDraining(instance) && look.drainIsOver(instance))
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

void pruneOperations(Transaction &tx, WaitLook &look)
{
    std::vector<std::string> old;
    std::vector<std::pair<std::int64_t, std::string>> kept; // by the time of their ends
    for (const auto &[id, operation] : tx.state().operations) {
        if (operation.state() == v1::Operation::Running)
            continue;
        if (look.keptLongEnough(operation))
            old.push_back(id);
        else
            kept.emplace_back(operation.end_time_ms(), id);
    }
    std::sort(kept.begin(), kept.end());
    for (std::size_t index = 0; index + kEndedOperationsMax < kept.size(); ++index)
        old.push_back(kept[index].second);
    for (const std::string &id : old)
        tx.removeOperation(id);
}

bool isWaitedFor(const v1::RoleInstance &instance)
{
    return instance.state() != (instance.goal() == v1::RoleInstance::STOP
                                    ? v1::RoleInstance::StoppedVM
                                    : v1::RoleInstance::ReadyRole);
}

// Everything that is not where it shall be fails again and again.
bool allFail(const State &state, const v1::Operation &operation)
{
    std::size_t failing = 0;
    for (const v1::RoleInstance *instance : subjectsOf(state, operation)) {
        if (!isWaitedFor(*instance))
            continue;
        if (!isFailing(*instance))
            return false;
        ++failing;
    }
    return failing > 0;
}

std::string describeFirst(const State &state, const v1::Operation &operation)
{
    for (const v1::RoleInstance *instance : subjectsOf(state, operation)) {
        if (isWaitedFor(*instance))
            return instance->name() + " is " + v1::RoleInstance::State_Name(instance->state()) +
                   (instance->reason().empty() ? "" : " (" + instance->reason() + ")");
    }
    return "nothing of it moves";
}

v1::Error hopelessError(const State &state, const v1::Operation &operation)
{
    return makeError(v1::Error::DEADLINE_EXCEEDED, "INSTANCES_NOT_READY",
                     "After 30 minutes every instance that is not ready keeps failing: " +
                         describeFirst(state, operation) +
                         ". Look at its log, then deploy a corrected package.",
                     operation.deployment_id());
}

v1::Error standstillError(const State &state, const v1::Operation &operation)
{
    return makeError(v1::Error::DEADLINE_EXCEEDED, "NO_PROGRESS",
                     "For 60 minutes nothing went on: " + describeFirst(state, operation) +
                         ". It is no longer waited for; what it does by itself goes on.",
                     operation.deployment_id());
}

// Both looks are always taken: a wait that is not asked about is forgotten.
void failHopelessOperations(Transaction &tx, WaitLook &look)
{
    std::vector<std::pair<std::string, v1::Error>> hopeless;
    for (const auto &[id, operation] : tx.state().operations) {
        if (!waitsForInstances(operation))
            continue;
        const bool long_enough = look.failingIsOver(operation);
        const bool stands_still = look.standstillIsOver(operation);
        if (long_enough && allFail(tx.state(), operation))
            hopeless.emplace_back(id, hopelessError(tx.state(), operation));
        else if (stands_still)
            hopeless.emplace_back(id, standstillError(tx.state(), operation));
    }
    for (const auto &[id, error] : hopeless) {
        const std::string phase = tx.state().operations.at(id).phase();
        endOperation(tx, id, v1::Operation::Failed, phase, &error);
    }
}

void endProvenOperations(Transaction &tx, WaitLook &look)
{
    std::vector<std::string> proven;
    for (const auto &[id, operation] : tx.state().operations) {
        if (isOnProbation(tx.state(), operation) && look.readyLongEnough(operation))
            proven.push_back(id);
    }
    for (const std::string &id : proven) {
        const v1::Operation &operation = tx.state().operations.at(id);
        endOperation(tx, id, v1::Operation::Succeeded, progressOf(tx.state(), operation).phase);
    }
}

// The slots were exchanged when the swap was accepted, and stay so: the edge is told what the state
// wants, not what an operation asks for. Waiting longer would only keep everything else from the
// service.
void giveUpSwaps(Transaction &tx, WaitLook &look)
{
    std::vector<std::string> overdue;
    for (const auto &[id, operation] : tx.state().operations) {
        if (awaitsRoutes(operation) && look.routesAreOverdue(operation))
            overdue.push_back(id);
    }
    for (const std::string &id : overdue) {
        const v1::Operation &operation = tx.state().operations.at(id);
        const v1::Error error = makeError(
            v1::Error::DEADLINE_EXCEEDED, "ROUTES_NOT_CONFIRMED",
            "The slots are exchanged, but the edge did not confirm the new routes within 60 s (" +
                operation.phase() +
                "). They follow by themselves as soon as it is back; to undo the exchange, swap "
                "again.",
            operation.service());
        endOperation(tx, id, v1::Operation::Failed, "the routes follow when the edge is back",
                     &error);
    }
}

} // namespace

void checkDeadlines(Transaction &tx)
{
    WaitLook look(tx);
    giveUpDraining(tx, look);
    endProvenOperations(tx, look);
    failHopelessOperations(tx, look);
    giveUpSwaps(tx, look);
    pruneOperations(tx, look);
    releaseLostHosts(tx);
}

std::int64_t nextDeadline(const State &state)
{
    std::int64_t next = 0;
    const auto earlier = [&next](std::int64_t time) {
        next = next == 0 ? time : std::min(next, time);
    };
    for (const auto &[what, wait] : state.waits)
        earlier(wait.since_ms + wait.limit_ms);
    if (!state.lost_hosts.awaited.empty() && state.lost_hosts.until_ms > 0)
        earlier(state.lost_hosts.until_ms);
    return next;
}

} // namespace slipway::core
