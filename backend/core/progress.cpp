#include "backend/core/progress.h"

#include "backend/core/balance.h"
#include "backend/core/lookup.h"
#include "backend/core/placement.h"

#include <string_view>
#include <unordered_set>

namespace slipway::core
{
namespace
{

std::uint32_t share(std::size_t part, std::size_t whole)
{
    return whole == 0 ? 1000 : static_cast<std::uint32_t>(part * 1000 / whole);
}

bool hasWantedSize(const State &state, const v1::RoleInstance &instance)
{
    const v1::Deployment *deployment = findDeployment(state, instance.deployment_id());
    const v1::RoleGoal *goal = deployment ? findGoal(*deployment, instance.role()) : nullptr;
    return !goal || goal->size() == instance.size();
}

// Where it is meant to be: Ready, or stopped in a stopped deployment.
bool hasArrived(const State &state, const v1::Operation &operation,
                const v1::RoleInstance &instance)
{
    if (instance.goal() == v1::RoleInstance::DELETE ||
        instance.restart() != v1::RoleInstance::NO_RESTART)
        return false;
    if (operation.kind() == "ChangeRoles" && !hasWantedSize(state, instance))
        return false;
    return instance.state() == (instance.goal() == v1::RoleInstance::STOP
                                    ? v1::RoleInstance::StoppedVM
                                    : v1::RoleInstance::ReadyRole);
}

bool isSwitchedOff(const v1::RoleInstance &instance)
{
    return instance.goal() == v1::RoleInstance::STOP;
}

Progress progressOfInstances(const State &state, const v1::Operation &operation)
{
    const std::vector<const v1::RoleInstance *> subjects = subjectsOf(state, operation);
    std::size_t arrived = 0;
    bool all_stopped = !subjects.empty();
    for (const v1::RoleInstance *instance : subjects) {
        arrived += hasArrived(state, operation, *instance) ? 1 : 0;
        all_stopped = all_stopped && isSwitchedOff(*instance);
    }
    std::string phase = std::to_string(arrived) + " of " + counted(subjects.size(), "instance") +
                        (all_stopped ? " stopped" : " ready");
    if (arrived < subjects.size() && refuseWithoutHosts(state, {}))
        phase += "; " + noHostReason(state);
    return {arrived == subjects.size(), phase, share(arrived, subjects.size())};
}

// As many steps as moves are left, and the one that is under way.
Progress progressOfBalance(const State &state, const v1::Operation &operation)
{
    const std::vector<const v1::RoleInstance *> subjects = subjectsOf(state, operation);
    std::size_t away = 0;
    for (const v1::RoleInstance *instance : subjects)
        away += hasArrived(state, operation, *instance) ? 0 : 1;
    const std::size_t moves =
        subjects.empty()
            ? 0
            : planBalance(state, operation.deployment_id(), subjects.front()->role()).size();
    const std::size_t left = moves + away;
    return {left == 0,
            left == 0 ? "spread evenly"
                      : counted(moves, "move") + " left" +
                            (away > 0 ? ", " + counted(away, "instance") + " not ready yet" : ""),
            left == 0 ? 1000 : share(1, left + 1)};
}

Progress progressOfDeletion(const State &state, const v1::Operation &operation)
{
    bool exists = findDeployment(state, operation.deployment_id()) != nullptr;
    std::size_t left = instancesOf(state, operation.deployment_id()).size();
    for (const std::string &id : operation.old_deployments()) {
        exists = exists || findDeployment(state, id) != nullptr;
        left += instancesOf(state, id).size();
    }
    const std::size_t all = std::max<std::size_t>(left, operation.instances_size());
    return {!exists, exists ? counted(left, "instance") + " left" : "nothing is left",
            exists ? share(all - left, all) : 1000};
}

} // namespace

std::vector<const v1::RoleInstance *> subjectsOf(const State &state, const v1::Operation &operation)
{
    std::vector<const v1::RoleInstance *> subjects = instancesOf(state, operation.deployment_id());
    const std::unordered_set<std::string_view> named(operation.instances().begin(),
                                                     operation.instances().end());
    std::erase_if(subjects, [&](const auto *instance) {
        return !named.empty() && !named.contains(instance->name());
    });
    return subjects;
}

Progress progressOf(const State &state, const v1::Operation &operation)
{
    if (operation.kind() == "Swap")
        return {false, operation.phase(), operation.progress_permille()};
    if (operation.kind() == "Delete" || operation.kind() == "DeleteService")
        return progressOfDeletion(state, operation);
    if (operation.kind() == "Balance")
        return progressOfBalance(state, operation);
    if (operation.deployment_id().empty())
        return {true, "done", 1000};
    return progressOfInstances(state, operation);
}

} // namespace slipway::core
