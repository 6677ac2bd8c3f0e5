#include "backend/core/lookup.h"
#include "backend/core/swap.h"

#include <algorithm>
#include <set>

namespace slipway::core
{
namespace
{

v1::Check check(const char *id, const char *title, v1::Check::Result result,
                const std::string &reason)
{
    v1::Check check;
    check.set_id(id);
    check.set_title(title);
    check.set_result(result);
    check.set_reason(reason);
    return check;
}

// Both sides of the exchange; nullptr: the slot is empty.
struct Sides {
    const v1::Deployment *incoming; // in staging now, receives the production address
    const v1::Deployment *outgoing; // in production now
};

v1::Check checkStaging(const Sides &sides)
{
    const bool there = sides.incoming != nullptr;
    return check("S1", "Staging has a deployment", there ? v1::Check::PASSED : v1::Check::FAILED,
                 there ? "\"" + sides.incoming->label() + "\" is deployed in staging"
                       : "nothing is deployed in staging; deploy a package there first");
}

bool isUpdate(const v1::Operation &operation)
{
    return operation.kind() != "Reboot" && operation.kind() != "Reimage";
}

v1::Check checkUpdates(const State &state, const Sides &sides)
{
    for (const v1::Deployment *deployment : {sides.incoming, sides.outgoing}) {
        if (!deployment)
            continue;
        for (const v1::Operation *operation : runningOperations(state, deployment->id())) {
            if (isUpdate(*operation))
                return check("S2", "No update in progress", v1::Check::FAILED,
                             operation->title() + " is still running (" + operation->phase() +
                                 "); wait for it or cancel it");
        }
    }
    return check("S2", "No update in progress", v1::Check::PASSED, "no operation is running");
}

bool isHealing(const State &state, const v1::RoleInstance &instance)
{
    if (instance.goal() != v1::RoleInstance::RUN)
        return false;
    const v1::Host *host = findHost(state, instance.host());
    return !host || host->state() == v1::Host::Lost || isFailing(instance) ||
           instance.state() == v1::RoleInstance::UnresponsiveRole;
}

std::string healingIn(const State &state, const v1::Deployment *deployment)
{
    std::string names;
    for (const v1::RoleInstance *instance :
         instancesOf(state, deployment ? deployment->id() : "")) {
        if (isHealing(state, *instance))
            names += (names.empty() ? "" : ", ") + instance->name();
    }
    return names;
}

std::string notReadyIn(const State &state, const v1::Deployment *deployment)
{
    std::string names;
    for (const v1::RoleInstance *instance :
         instancesOf(state, deployment ? deployment->id() : "")) {
        if (instance->state() != v1::RoleInstance::ReadyRole)
            names += (names.empty() ? "" : ", ") + instance->name() + " is " +
                     v1::RoleInstance::State_Name(instance->state());
    }
    return names;
}

// An unhealthy outgoing side only warns, so that a bad version can always be swapped back.
v1::Check judgeSides(const char *id, const char *title, const std::string &incoming,
                     const std::string &outgoing, const std::string &passed)
{
    if (!incoming.empty())
        return check(id, title, v1::Check::FAILED, "staging: " + incoming);
    if (!outgoing.empty())
        return check(id, title, v1::Check::WARNED,
                     "production: " + outgoing + "; it leaves production, so this does not matter");
    return check(id, title, v1::Check::PASSED, passed);
}

v1::Check checkHealing(const State &state, const Sides &sides)
{
    return judgeSides("S3", "No healing in progress", healingIn(state, sides.incoming),
                      healingIn(state, sides.outgoing), "no instance is being healed");
}

v1::Check checkReady(const State &state, const Sides &sides)
{
    if (sides.incoming && !sides.incoming->run())
        return check("S4", "All instances are ready", v1::Check::FAILED,
                     "the deployment in staging is stopped; start it first");
    return judgeSides("S4", "All instances are ready", notReadyIn(state, sides.incoming),
                      notReadyIn(state, sides.outgoing), "every instance is ReadyRole");
}

std::multiset<std::string> publicPorts(const v1::Deployment &deployment)
{
    std::multiset<std::string> ports;
    for (const v1::RoleDefinition &role : deployment.definition().roles()) {
        for (const v1::Endpoint &endpoint : role.endpoints()) {
            if (endpoint.kind() == v1::Endpoint::INPUT)
                ports.insert(std::to_string(endpoint.port()) + "/" +
                             v1::Protocol_Name(endpoint.protocol()));
        }
    }
    return ports;
}

std::string listed(const std::multiset<std::string> &ports)
{
    std::string text;
    for (const std::string &port : ports)
        text += (text.empty() ? "" : ", ") + port;
    return text.empty() ? "none" : text;
}

v1::Check checkEndpoints(const Sides &sides)
{
    constexpr const char *kTitle = "Both have the same input endpoints";
    if (!sides.outgoing || !sides.incoming)
        return check("S5", kTitle, v1::Check::PASSED,
                     "there is nothing to compare with: a slot is empty");
    const auto incoming = publicPorts(*sides.incoming);
    const auto outgoing = publicPorts(*sides.outgoing);
    if (incoming != outgoing)
        return check("S5", kTitle, v1::Check::FAILED,
                     "staging has " + listed(incoming) + ", production has " + listed(outgoing) +
                         "; make them equal, or delete production and deploy anew");
    return check("S5", kTitle, v1::Check::PASSED, "both have " + listed(incoming));
}

v1::Check checkSeen(const v1::CloudService &service, std::uint64_t etag)
{
    constexpr const char *kTitle = "The deployments are those you saw";
    if (etag != 0 && etag != service.revision())
        return check("S7", kTitle, v1::Check::FAILED,
                     "the service was changed by somebody else (revision " +
                         std::to_string(service.revision()) + ", you saw " + std::to_string(etag) +
                         "); look at it again");
    return check("S7", kTitle, v1::Check::PASSED,
                 etag == 0 ? "not asked for" : "nothing changed since");
}

v1::Check checkVirtualMachines(const Sides &sides)
{
    for (const v1::Deployment *deployment : {sides.incoming, sides.outgoing}) {
        const v1::Deployment &side = deployment ? *deployment : v1::Deployment::default_instance();
        for (const v1::RoleDefinition &role : side.definition().roles()) {
            if (role.kind() == v1::RoleDefinition::VIRTUAL_MACHINE)
                return check("S8", "No IaaS virtual machines", v1::Check::FAILED,
                             "role " + role.name() + " is a virtual machine");
        }
    }
    return check("S8", "No IaaS virtual machines", v1::Check::PASSED,
                 "all roles are web or worker roles");
}

} // namespace

std::vector<v1::Check> swapChecks(const State &state, const v1::CloudService &service,
                                  std::uint64_t etag)
{
    const Sides sides{findDeployment(state, service.staging().deployment_id()),
                      findDeployment(state, service.production().deployment_id())};
    return {checkStaging(sides),
            checkUpdates(state, sides),
            checkHealing(state, sides),
            checkReady(state, sides),
            checkEndpoints(sides),
            check("S6", "Reserved addresses match", v1::Check::PASSED,
                  "no reserved addresses in this fabric"),
            checkSeen(service, etag),
            checkVirtualMachines(sides),
            check("S9", "No migration lock", v1::Check::PASSED, "nothing is being migrated")};
}

} // namespace slipway::core
