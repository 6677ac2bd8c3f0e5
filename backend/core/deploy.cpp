#include "backend/core/deploy.h"

#include "backend/core/addresses.h"
#include "backend/core/change_roles.h"
#include "backend/core/configuration.h"
#include "backend/core/deployments.h"
#include "backend/core/ids.h"
#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/placement.h"
#include "backend/core/plan_orders.h"
#include "backend/core/sizes.h"
#include "backend/core/subjects.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

constexpr const char *kDefaultSize = "Small";

Result<const v1::Package *> requirePackage(const State &state, const std::string &digest)
{
    const auto found = state.packages.find(digest);
    if (found != state.packages.end())
        return &found->second;
    return failure(v1::Error::NOT_FOUND, "PACKAGE_NOT_FOUND",
                   "There is no package " + digest + ": upload it first.", digest);
}

v1::ServiceConfiguration chosenConfiguration(const v1::Deploy &wanted, const v1::Package &package)
{
    if (wanted.has_configuration())
        return wanted.configuration();
    if (!package.configuration().roles().empty())
        return package.configuration();
    return smallestConfiguration(package.definition());
}

std::optional<v1::Error> refuseConfiguration(const v1::Deploy &wanted, const v1::Package &package,
                                             const v1::ServiceConfiguration &configuration)
{
    const std::vector<v1::Problem> problems =
        checkConfiguration(package.definition(), configuration, wanted.configuration_name());
    if (problems.empty())
        return std::nullopt;
    v1::Error error = makeError(
        v1::Error::INVALID_ARGUMENT, "CONFIGURATION_INVALID",
        "The configuration does not fit the package (" + counted(problems.size(), "problem") +
            "): " + problems.front().message() + " " + problems.front().hint(),
        wanted.service());
    error.mutable_problems()->Assign(problems.begin(), problems.end());
    return error;
}

std::vector<v1::RoleGoal> goalsOf(const v1::ServiceDefinition &definition,
                                  const v1::ServiceConfiguration &configuration)
{
    std::vector<v1::RoleGoal> goals;
    for (const v1::RoleDefinition &role : definition.roles()) {
        v1::RoleGoal &goal = goals.emplace_back();
        goal.set_role(role.name());
        goal.set_size(role.size().empty() ? kDefaultSize : role.size());
        goal.set_instance_count(findRole(configuration, role.name())->instance_count());
    }
    return goals;
}

std::optional<v1::Error> refuseRoles(const v1::ServiceDefinition &definition,
                                     const std::vector<v1::RoleGoal> &goals,
                                     bool accept_single_instance)
{
    for (const v1::RoleGoal &goal : goals) {
        if (findRole(definition, goal.role())->kind() == v1::RoleDefinition::VIRTUAL_MACHINE)
            return makeError(v1::Error::INVALID_ARGUMENT, "UNSUPPORTED_ROLE",
                             "Role " + goal.role() +
                                 " is a VM role, which cannot be run; make it "
                                 "a web or worker role.",
                             goal.role());
        if (!findSize(goal.size()))
            return makeError(v1::Error::INVALID_ARGUMENT, "UNKNOWN_SIZE",
                             "Role " + goal.role() + " has VM size \"" + goal.size() +
                                 "\", which does not exist; use one of the listed sizes, e.g. "
                                 "Small.",
                             goal.size());
    }
    for (const v1::RoleGoal &goal : goals) {
        if (goal.instance_count() == 1 && !accept_single_instance)
            return makeError(v1::Error::FAILED_PRECONDITION, "SINGLE_INSTANCE_ROLE",
                             "Role " + goal.role() +
                                 " has a single instance and is down whenever it restarts: "
                                 "configure two or more, or accept this "
                                 "(--accept-single-instance).",
                             goal.role());
    }
    return std::nullopt;
}

bool hasSameShape(const v1::Deployment &old, const std::vector<v1::RoleGoal> &goals)
{
    return old.goals_size() == static_cast<int>(goals.size()) &&
           std::all_of(goals.begin(), goals.end(), [&](const v1::RoleGoal &goal) {
               const v1::RoleGoal *before = findGoal(old, goal.role());
               return before && before->size() == goal.size();
           });
}

std::optional<v1::Error> refuseOccupied(const v1::Deployment *old, const v1::Deploy &wanted,
                                        const std::vector<v1::RoleGoal> &goals)
{
    if (!old)
        return std::nullopt;
    const std::string where =
        std::string(slotName(slotOrProduction(wanted.slot()))) + " of " + wanted.service();
    if (!wanted.replace())
        return makeError(v1::Error::FAILED_PRECONDITION, "SLOT_OCCUPIED",
                         "\"" + old->label() + "\" is deployed in " + where +
                             ": delete it first, use the other slot, or replace it (--replace).",
                         wanted.service());
    if (!wanted.allow_size_change() && !hasSameShape(*old, goals))
        return makeError(v1::Error::FAILED_PRECONDITION, "SIZE_OR_ROLES_CHANGED",
                         "The package has other roles or VM sizes than what is deployed in " +
                             where + ": allow this (--allow-size-change) to go on.",
                         wanted.service());
    return std::nullopt;
}

// What is replaced gives its room back.
std::optional<v1::Error> refuseCapacity(const State &state, const v1::Deployment *old,
                                        const std::string &new_id,
                                        const std::vector<v1::RoleGoal> &goals,
                                        const std::string &service)
{
    std::vector<HostRoom> rooms = roomOfHosts(state, Capacity::Nominal);
    for (const v1::RoleInstance *instance : instancesOf(state, old ? old->id() : "")) {
        if (instance->goal() != v1::RoleInstance::DELETE)
            giveRoom(rooms, instance->host(), needOf({}, {}, instance->size()));
    }
    std::vector<Need> needs;
    for (const v1::RoleGoal &goal : goals) {
        for (std::uint32_t index = 0; index < goal.instance_count(); ++index)
            needs.push_back(needOf(new_id, goal.role(), goal.size()));
    }
    return checkCapacity(state, std::move(rooms), needs, service);
}

v1::Deployment newDeployment(const v1::Command &command, const v1::Package &package,
                             const v1::ServiceConfiguration &configuration,
                             const std::vector<v1::RoleGoal> &goals, const std::string &id)
{
    const v1::Deploy &wanted = command.deploy();
    v1::Deployment deployment;
    deployment.set_id(id);
    deployment.set_service(wanted.service());
    deployment.set_slot(slotOrProduction(wanted.slot()));
    deployment.set_label(wanted.label().empty() ? package.file_name() : wanted.label());
    deployment.set_package_digest(package.digest());
    deployment.set_package_name(package.file_name());
    *deployment.mutable_definition() = package.definition();
    *deployment.mutable_configuration() = configuration;
    deployment.mutable_goals()->Assign(goals.begin(), goals.end());
    deployment.set_run(!wanted.no_start());
    deployment.set_status(wanted.no_start() ? v1::Deployment::Suspended
                                            : v1::Deployment::Deploying);
    deployment.set_actor(command.actor());
    return deployment;
}

std::vector<std::string> preview(const v1::Deployment &deployment, const v1::Deployment *old)
{
    std::vector<std::string> lines;
    if (old)
        lines.push_back("\"" + old->label() + "\" is deleted once its requests are finished.");
    for (const v1::RoleGoal &goal : deployment.goals())
        lines.push_back(goal.role() + ": " + counted(goal.instance_count(), "instance") +
                        " of size " + goal.size() + (deployment.run() ? "." : ", not started."));
    return lines;
}

void carryOut(Transaction &tx, v1::Operation &operation, v1::Deployment deployment)
{
    v1::Slot kept = slotOf(*findService(tx.state(), deployment.service()), deployment.slot());
    if (!kept.deployment_id().empty())
        beginDeletion(tx, kept.deployment_id(), operation);
    deployment.set_create_time_ms(tx.now());
    deployment.set_change_time_ms(tx.now());
    // The listener keeps its place and port while what stands behind it changes.
    setEndpoints(kept, deployment.definition());
    kept.set_deployment_id(deployment.id());
    slotOf(tx.service(deployment.service()), deployment.slot()) = kept;
    tx.deployment(deployment.id()) = deployment;
    createMissing(tx, deployment.id());
    tx.markDeployment(deployment.id());
}

} // namespace

Result<Prepared> prepareDeploy(const State &state, const v1::Command &command,
                               const std::string &seed)
{
    const v1::Deploy &wanted = command.deploy();
    const auto service = requireService(state, wanted.service());
    if (!service)
        return Failure(service.error());
    if (auto stale = refuseStale(command, (*service)->revision(), wanted.service()))
        return Failure(*stale);
    const auto package = requirePackage(state, wanted.package_digest());
    if (!package)
        return Failure(package.error());
    const v1::ServiceConfiguration configuration = chosenConfiguration(wanted, **package);
    if (auto wrong = refuseConfiguration(wanted, **package, configuration))
        return Failure(*wrong);
    const auto goals = goalsOf((*package)->definition(), configuration);
    const v1::Slot &slot = slotOf(**service, slotOrProduction(wanted.slot()));
    const v1::Deployment *old = findDeployment(state, slot.deployment_id());
    if (auto occupied = refuseOccupied(old, wanted, goals))
        return Failure(*occupied);
    if (auto wrong = refuseRoles((*package)->definition(), goals, wanted.accept_single_instance()))
        return Failure(*wrong);
    if (auto large = refuseOrderSize((*package)->definition(), configuration, goals))
        return Failure(*large);
    const std::string id = deriveId(seed, "deployment");
    if (auto full = refuseCapacity(state, old, id, goals, wanted.service()))
        return Failure(*full);

    Prepared prepared;
    const v1::Deployment deployment = newDeployment(command, **package, configuration, goals, id);
    prepared.preview = preview(deployment, old);
    prepared.problems.assign((*package)->problems().begin(), (*package)->problems().end());
    prepared.operation.set_kind("Deploy");
    prepared.operation.set_title("Deploy " + deployment.label() + " to " +
                                 slotName(deployment.slot()) + " of " + wanted.service());
    prepared.operation.set_service(wanted.service());
    prepared.operation.set_slot(deployment.slot());
    prepared.operation.set_deployment_id(id);
    prepared.operation.set_cancellable(true);
    prepared.change = [deployment](Transaction &tx, v1::Operation &operation) {
        carryOut(tx, operation, deployment);
    };
    return prepared;
}

} // namespace slipway::core
