#include "backend/core/instances.h"

#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/operations.h"
#include "backend/core/subjects.h"
#include "backend/core/timeline.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

bool hasAll(const State &state, const std::string &deployment_id, const v1::InstanceTarget &target)
{
    return std::all_of(
        target.instances().begin(), target.instances().end(),
        [&](const std::string &name) { return findInstance(state, deployment_id, name); });
}

// Without a slot the names decide, where only one of the two deployments has them all.
Result<const v1::Deployment *> findTarget(const State &state, const v1::InstanceTarget &target)
{
    if (!target.deployment_id().empty()) {
        if (const v1::Deployment *deployment = findDeployment(state, target.deployment_id()))
            return deployment;
        return failure(v1::Error::NOT_FOUND, "DEPLOYMENT_NOT_FOUND",
                       "There is no deployment " + target.deployment_id() + ".",
                       target.deployment_id());
    }
    if (target.slot() != v1::SLOT_UNSPECIFIED)
        return requireDeployment(state, target.service(), target.slot());
    const auto service = requireService(state, target.service());
    if (!service)
        return Failure(service.error());
    const std::string &production = (*service)->production().deployment_id();
    const std::string &staging = (*service)->staging().deployment_id();
    const bool in_staging_only = !staging.empty() && hasAll(state, staging, target) &&
                                 (production.empty() || !hasAll(state, production, target));
    return requireDeployment(state, target.service(),
                             in_staging_only ? v1::STAGING : v1::PRODUCTION);
}

std::optional<v1::Error> refuseInstance(const State &state, const v1::Deployment &deployment,
                                        const std::string &name)
{
    const v1::RoleInstance *instance = findInstance(state, deployment.id(), name);
    const std::string where =
        " in " + std::string(slotName(deployment.slot())) + " of " + deployment.service();
    if (!instance)
        return makeError(v1::Error::NOT_FOUND, "INSTANCE_NOT_FOUND",
                         "There is no instance " + name + where + ".", name);
    if (instance->goal() == v1::RoleInstance::DELETE)
        return makeError(v1::Error::FAILED_PRECONDITION, "INSTANCE_LEAVING",
                         name + where + " is being deleted.", name);
    if (instance->goal() == v1::RoleInstance::STOP)
        return makeError(v1::Error::FAILED_PRECONDITION, "DEPLOYMENT_STOPPED",
                         name + where + " is stopped: start the deployment first.", name);
    return std::nullopt;
}

// An etag may be the deployment's, or that of the one instance that is meant.
std::optional<v1::Error> refuseStaleTarget(const State &state, const v1::Command &command,
                                           const v1::Deployment &deployment,
                                           const v1::InstanceTarget &target)
{
    if (target.instances_size() == 1) {
        const v1::RoleInstance *instance =
            findInstance(state, deployment.id(), target.instances(0));
        if (instance && instance->revision() == command.etag())
            return std::nullopt;
    }
    return refuseStale(command, deployment.revision(), deployment.service());
}

std::optional<v1::Error> refuseTarget(const State &state, const v1::Command &command,
                                      const v1::Deployment &deployment,
                                      const v1::InstanceTarget &target)
{
    if (target.instances().empty())
        return makeError(v1::Error::INVALID_ARGUMENT, "NO_INSTANCES", "Name at least one instance.",
                         deployment.service());
    for (const std::string &name : target.instances()) {
        if (auto wrong = refuseInstance(state, deployment, name))
            return wrong;
    }
    if (auto stale = refuseStaleTarget(state, command, deployment, target))
        return stale;
    return refuseWhileRunning(state, deployment.id(), {"Deploy", "Start", "Reboot", "Reimage"});
}

// Everybody of a role at once is what was asked for; it is said before it is done.
std::vector<std::string> preview(const State &state, const v1::Deployment &deployment,
                                 const v1::InstanceTarget &target, const std::string &verb)
{
    std::vector<std::string> lines;
    std::map<std::string, std::size_t> asked;
    for (const std::string &name : target.instances()) {
        lines.push_back(name + " is taken out of rotation, finishes its requests, and " + verb +
                        ".");
        ++asked[findInstance(state, deployment.id(), name)->role()];
    }
    for (const auto &[role, count] : asked) {
        if (count >= instancesOf(state, deployment.id(), role).size())
            lines.push_back("All instances of " + role +
                            " restart at once: nothing of it serves "
                            "meanwhile.");
        else if (count > 1)
            lines.push_back(counted(count, "instance") + " of " + role + " restart at once.");
    }
    return lines;
}

void restartOnRequest(Transaction &tx, const InstanceKey &key, v1::RoleInstance::Restart how,
                      const v1::Operation &by)
{
    const bool reimage = how == v1::RoleInstance::REIMAGE;
    const v1::RoleInstance &instance = tx.state().instances.at(key);
    if (instance.restart() == v1::RoleInstance::NO_RESTART)
        tellRequest(tx, instance, by, reimage ? "InstanceReimaging" : "InstanceRebooting",
                    instance.name() + (reimage ? " is made anew" : " restarts"),
                    reimage ? "it finishes its requests, then starts with fresh disks"
                            : "it finishes its requests, then starts again with its disks");
    restartInstance(tx, key, how,
                    (reimage ? "reimage asked by " : "reboot asked by ") +
                        (by.actor().empty() ? "the operator" : by.actor()));
}

Result<Prepared> prepareRestart(const State &state, const v1::Command &command,
                                const v1::InstanceTarget &target, v1::RoleInstance::Restart how)
{
    const auto found = findTarget(state, target);
    if (!found)
        return Failure(found.error());
    const v1::Deployment &deployment = **found;
    if (auto refused = refuseTarget(state, command, deployment, target))
        return Failure(*refused);
    const bool reimage = how == v1::RoleInstance::REIMAGE;
    const std::string who = target.instances_size() == 1
                                ? target.instances(0)
                                : counted(target.instances_size(), "instance");
    Prepared prepared;
    prepared.preview =
        preview(state, deployment, target, reimage ? "starts with fresh disks" : "starts again");
    prepared.operation.set_kind(reimage ? "Reimage" : "Reboot");
    prepared.operation.set_title(std::string(reimage ? "Reimage " : "Reboot ") + who + " of " +
                                 deployment.service() + " in " + slotName(deployment.slot()));
    prepared.operation.set_service(deployment.service());
    prepared.operation.set_slot(deployment.slot());
    prepared.operation.set_deployment_id(deployment.id());
    prepared.operation.set_cancellable(true);
    *prepared.operation.mutable_instances() = target.instances();
    prepared.change = [how](Transaction &tx, v1::Operation &operation) {
        for (const std::string &name : operation.instances())
            restartOnRequest(tx, {operation.deployment_id(), name}, how, operation);
    };
    return prepared;
}

} // namespace

Result<Prepared> prepareReboot(const State &state, const v1::Command &command)
{
    return prepareRestart(state, command, command.reboot_instances(), v1::RoleInstance::REBOOT);
}

Result<Prepared> prepareReimage(const State &state, const v1::Command &command)
{
    return prepareRestart(state, command, command.reimage_instances(), v1::RoleInstance::REIMAGE);
}

} // namespace slipway::core
