#include "backend/core/change_roles.h"

#include "backend/core/configuration.h"
#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/operations.h"
#include "backend/core/placement.h"
#include "backend/core/plan_orders.h"
#include "backend/core/sizes.h"
#include "backend/core/subjects.h"
#include "backend/core/timeline.h"

#include <algorithm>
#include <optional>

namespace slipway::core
{
namespace
{

using Goals = std::vector<v1::RoleGoal>;

std::optional<v1::Error> refuseGoal(const v1::Deployment &deployment, const v1::RoleGoal &goal)
{
    if (!findRole(deployment.definition(), goal.role()))
        return makeError(v1::Error::NOT_FOUND, "ROLE_NOT_FOUND",
                         "The deployment has no role \"" + goal.role() + "\".", goal.role());
    if (goal.instance_count() == 0)
        return makeError(v1::Error::INVALID_ARGUMENT, "INSTANCE_COUNT",
                         "Role " + goal.role() +
                             " needs at least one instance; to run none, stop the deployment.",
                         goal.role());
    if (goal.instance_count() > kInstancesMax)
        return makeError(v1::Error::INVALID_ARGUMENT, "INSTANCE_COUNT",
                         "Role " + goal.role() + " may have " + counted(kInstancesMax, "instance") +
                             " at most.",
                         goal.role());
    if (!goal.size().empty() && !findSize(goal.size()))
        return makeError(v1::Error::INVALID_ARGUMENT, "UNKNOWN_SIZE",
                         "There is no VM size \"" + goal.size() +
                             "\"; use one of the listed sizes, e.g. Small.",
                         goal.size());
    return std::nullopt;
}

// Old goals with the wanted ones put in.
Goals mergeGoals(const v1::Deployment &deployment, const v1::ChangeRoles &change)
{
    Goals goals(deployment.goals().begin(), deployment.goals().end());
    for (const v1::RoleGoal &wanted : change.goals()) {
        for (v1::RoleGoal &goal : goals) {
            if (goal.role() != wanted.role())
                continue;
            goal.set_instance_count(wanted.instance_count());
            if (!wanted.size().empty())
                goal.set_size(wanted.size());
        }
    }
    return goals;
}

std::optional<v1::Error> refuseSingle(const v1::Deployment &deployment, const Goals &goals,
                                      const v1::ChangeRoles &change)
{
    for (const v1::RoleGoal &goal : goals) {
        const v1::RoleGoal *old = findGoal(deployment, goal.role());
        const bool newly_single = goal.instance_count() == 1 && old && old->instance_count() != 1;
        if (newly_single && !change.accept_single_instance())
            return makeError(v1::Error::FAILED_PRECONDITION, "SINGLE_INSTANCE_ROLE",
                             "Role " + goal.role() +
                                 " would have a single instance and be down whenever it restarts: "
                                 "use two or more, or accept this (--accept-single-instance).",
                             goal.role());
    }
    return std::nullopt;
}

// Instances with their present sizes give their room back, those with the wanted sizes take it.
std::optional<v1::Error> refuseCapacity(const State &state, const v1::Deployment &deployment,
                                        const Goals &goals)
{
    std::vector<HostRoom> rooms = roomOfHosts(state, Capacity::Nominal);
    std::vector<Need> needs;
    for (const v1::RoleGoal &goal : goals) {
        std::uint32_t kept = 0;
        for (const v1::RoleInstance *instance : instancesOf(state, deployment.id(), goal.role())) {
            if (instance->goal() == v1::RoleInstance::DELETE)
                continue;
            const bool stays = instance->index() < goal.instance_count();
            kept += stays ? 1 : 0;
            if (stays && instance->size() == goal.size() && !instance->host().empty())
                continue;
            giveRoom(rooms, instance->host(),
                     needOf(deployment.id(), goal.role(), instance->size()));
            if (stays)
                needs.push_back(needOf(deployment.id(), goal.role(), goal.size()));
        }
        for (; kept < goal.instance_count(); ++kept)
            needs.push_back(needOf(deployment.id(), goal.role(), goal.size()));
    }
    return checkCapacity(state, std::move(rooms), needs, deployment.service());
}

std::vector<std::string> describe(const v1::Deployment &deployment, const Goals &goals)
{
    std::vector<std::string> lines;
    for (const v1::RoleGoal &goal : goals) {
        const v1::RoleGoal *old = findGoal(deployment, goal.role());
        const std::uint32_t before = old ? old->instance_count() : 0;
        if (before != goal.instance_count())
            lines.push_back(goal.role() + ": " + std::to_string(before) + " -> " +
                            counted(goal.instance_count(), "instance") +
                            (goal.instance_count() < before
                                 ? "; the highest numbers go once their requests are finished"
                                 : ""));
        if (old && old->size() != goal.size())
            lines.push_back(goal.role() + ": size " + old->size() + " -> " + goal.size() +
                            "; restarts with fresh disks, one update domain after the other");
    }
    if (lines.empty())
        lines.emplace_back("Nothing changes: counts and sizes are what they are.");
    return lines;
}

void removeSurplus(Transaction &tx, const std::string &deployment_id, const v1::RoleGoal &goal)
{
    std::vector<InstanceKey> surplus;
    for (const v1::RoleInstance *instance : instancesOf(tx.state(), deployment_id, goal.role())) {
        if (instance->index() >= goal.instance_count())
            surplus.push_back(keyOf(*instance));
    }
    for (const InstanceKey &key : surplus)
        deleteInstance(tx, key, "scaled in", Wish::OfFabric);
}

void carryOut(Transaction &tx, const std::string &deployment_id, const Goals &goals)
{
    v1::Deployment &deployment = tx.deployment(deployment_id);
    deployment.mutable_goals()->Assign(goals.begin(), goals.end());
    deployment.set_change_time_ms(tx.now());
    for (const v1::RoleGoal &goal : goals)
        removeSurplus(tx, deployment_id, goal);
    createMissing(tx, deployment_id);
    tx.markDeployment(deployment_id);
}

bool isWalking(const State &state, const std::string &deployment_id)
{
    return runningOperation(state, deployment_id, "ChangeRoles") != nullptr;
}

// Who is next; nobody while an earlier one is not back yet.
std::vector<InstanceKey> nextToResize(const State &state, const v1::Deployment &deployment,
                                      const v1::RoleGoal &goal)
{
    std::vector<const v1::RoleInstance *> old_size;
    for (const v1::RoleInstance *instance : instancesOf(state, deployment.id(), goal.role())) {
        if (instance->goal() == v1::RoleInstance::DELETE)
            continue;
        if (instance->restart() != v1::RoleInstance::NO_RESTART)
            return {};
        if (instance->size() != goal.size())
            old_size.push_back(instance);
        else if (deployment.run() && instance->state() != v1::RoleInstance::ReadyRole)
            return {};
    }
    std::uint32_t domain = UINT32_MAX;
    for (const v1::RoleInstance *instance : old_size)
        domain = std::min(domain, instance->update_domain());
    std::vector<InstanceKey> next;
    for (const v1::RoleInstance *instance : old_size) {
        if (!deployment.run() || instance->update_domain() == domain)
            next.push_back(keyOf(*instance));
    }
    return next;
}

} // namespace

Result<Prepared> prepareChangeRoles(const State &state, const v1::Command &command)
{
    const v1::ChangeRoles &change = command.change_roles();
    const auto found = requireDeployment(state, change.service(), change.slot());
    if (!found)
        return Failure(found.error());
    const v1::Deployment &deployment = **found;
    if (auto stale = refuseStale(command, deployment.revision(), change.service()))
        return Failure(*stale);
    for (const v1::RoleGoal &goal : change.goals()) {
        if (auto wrong = refuseGoal(deployment, goal))
            return Failure(*wrong);
    }
    const Goals goals = mergeGoals(deployment, change);
    if (auto single = refuseSingle(deployment, goals, change))
        return Failure(*single);
    if (auto busy = refuseWhileRunning(state, deployment.id(), {"Reboot", "Reimage"}))
        return Failure(*busy);
    if (auto large = refuseOrderSize(deployment.definition(), deployment.configuration(), goals))
        return Failure(*large);
    if (auto full = refuseCapacity(state, deployment, goals))
        return Failure(*full);

    Prepared prepared;
    prepared.preview = describe(deployment, goals);
    prepared.operation.set_kind("ChangeRoles");
    prepared.operation.set_title("Change roles of " + change.service() + " in " +
                                 slotName(deployment.slot()));
    prepared.operation.set_service(change.service());
    prepared.operation.set_slot(deployment.slot());
    prepared.operation.set_deployment_id(deployment.id());
    prepared.operation.set_cancellable(true);
    prepared.change = [id = deployment.id(), goals](Transaction &tx, v1::Operation &) {
        carryOut(tx, id, goals);
    };
    return prepared;
}

void createMissing(Transaction &tx, const std::string &deployment_id)
{
    const v1::Deployment *deployment = findDeployment(tx.state(), deployment_id);
    if (!deployment || !isInSlot(tx.state(), *deployment))
        return;
    std::optional<UidSlots> slots;
    for (const v1::RoleGoal &goal : deployment->goals()) {
        for (std::uint32_t index = 0; index < goal.instance_count(); ++index) {
            const std::string name = goal.role() + "_IN_" + std::to_string(index);
            if (findInstance(tx.state(), deployment_id, name))
                continue;
            if (!slots)
                slots.emplace(tx.state());
            createInstance(tx, *deployment, goal, index, slots->take());
        }
    }
}

void advanceResize(Transaction &tx, const std::string &deployment_id)
{
    const v1::Deployment *deployment = findDeployment(tx.state(), deployment_id);
    if (!deployment || !isWalking(tx.state(), deployment_id))
        return;
    for (const v1::RoleGoal &goal : deployment->goals()) {
        for (const InstanceKey &key : nextToResize(tx.state(), *deployment, goal))
            restartInstance(tx, key, v1::RoleInstance::RESIZE, "changes to size " + goal.size());
    }
}

void stopResizing(Transaction &tx, const std::string &deployment_id)
{
    v1::Deployment &deployment = tx.deployment(deployment_id);
    for (v1::RoleGoal &goal : *deployment.mutable_goals()) {
        std::string kept;
        for (const v1::RoleInstance *instance :
             instancesOf(tx.state(), deployment_id, goal.role())) {
            const bool begun = instance->restart() == v1::RoleInstance::RESIZE ||
                               instance->restart() == v1::RoleInstance::MOVE;
            if (instance->size() == goal.size() || begun)
                kept = goal.size();
            else if (kept.empty())
                kept = instance->size();
        }
        if (!kept.empty())
            goal.set_size(kept);
    }
}

} // namespace slipway::core
