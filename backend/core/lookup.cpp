#include "backend/core/lookup.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

template <typename Map, typename Key>
const typename Map::mapped_type *find(const Map &entities, const Key &key)
{
    const auto found = entities.find(key);
    return found == entities.end() ? nullptr : &found->second;
}

template <typename List> auto findNamed(const List &list, const std::string &name)
{
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const auto &it) { return it.name() == name; });
    return found == list.end() ? nullptr : &*found;
}

} // namespace

const v1::CloudService *findService(const State &state, const std::string &name)
{
    return find(state.services, name);
}

const v1::Deployment *findDeployment(const State &state, const std::string &id)
{
    return find(state.deployments, id);
}

const v1::RoleInstance *findInstance(const State &state, const std::string &deployment_id,
                                     const std::string &name)
{
    return find(state.instances, InstanceKey{deployment_id, name});
}

const v1::Host *findHost(const State &state, const std::string &id)
{
    return find(state.hosts, id);
}

const v1::Slot &slotOf(const v1::CloudService &service, v1::SlotKind kind)
{
    return kind == v1::STAGING ? service.staging() : service.production();
}

v1::Slot &slotOf(v1::CloudService &service, v1::SlotKind kind)
{
    return kind == v1::STAGING ? *service.mutable_staging() : *service.mutable_production();
}

const char *slotName(v1::SlotKind kind)
{
    return kind == v1::STAGING ? "staging" : "production";
}

const v1::RoleDefinition *findRole(const v1::ServiceDefinition &definition, const std::string &role)
{
    return findNamed(definition.roles(), role);
}

const v1::RoleConfiguration *findRole(const v1::ServiceConfiguration &configuration,
                                      const std::string &role)
{
    return findNamed(configuration.roles(), role);
}

const v1::RoleGoal *findGoal(const v1::Deployment &deployment, const std::string &role)
{
    for (const v1::RoleGoal &goal : deployment.goals()) {
        if (goal.role() == role)
            return &goal;
    }
    return nullptr;
}

std::vector<const v1::RoleInstance *> instancesOf(const State &state,
                                                  const std::string &deployment_id)
{
    std::vector<const v1::RoleInstance *> found;
    for (auto it = state.instances.lower_bound({deployment_id, {}});
         it != state.instances.end() && it->first.first == deployment_id; ++it)
        found.push_back(&it->second);
    return found;
}

std::vector<const v1::RoleInstance *>
instancesOf(const State &state, const std::string &deployment_id, const std::string &role)
{
    std::vector<const v1::RoleInstance *> found = instancesOf(state, deployment_id);
    std::erase_if(found, [&](const auto *instance) { return instance->role() != role; });
    return found;
}

InstanceKey keyOf(const v1::RoleInstance &instance)
{
    return {instance.deployment_id(), instance.name()};
}

bool isInSlot(const State &state, const v1::Deployment &deployment)
{
    const v1::CloudService *service = findService(state, deployment.service());
    return service && slotOf(*service, deployment.slot()).deployment_id() == deployment.id();
}

bool isDraining(const v1::RoleInstance &instance)
{
    return instance.drain_revision() != 0 && !instance.drained();
}

const std::string *targetOf(const v1::RoleInstance &instance, const std::string &endpoint)
{
    for (const v1::EndpointTarget &target : instance.targets()) {
        if (target.endpoint() == endpoint && !target.target().empty())
            return &target.target();
    }
    return nullptr;
}

bool isServed(const v1::RoleDefinition &role, const v1::RoleInstance &instance)
{
    if (instance.host().empty())
        return false;
    return std::any_of(
        role.endpoints().begin(), role.endpoints().end(), [&](const v1::Endpoint &endpoint) {
            const bool ready = instance.state() == v1::RoleInstance::ReadyRole ||
                               instance.probe_failed() || endpoint.ignore_role_instance_status();
            return endpoint.kind() == v1::Endpoint::INPUT && targetOf(instance, endpoint.name()) &&
                   (ready || isDraining(instance));
        });
}

bool isFailing(const v1::RoleInstance &instance)
{
    switch (instance.state()) {
    case v1::RoleInstance::RestartingRole:
    case v1::RoleInstance::CyclingRole:
    case v1::RoleInstance::FailedStartingRole:
    case v1::RoleInstance::FailedStartingVM:
        return true;
    default:
        return false;
    }
}

std::vector<const v1::Operation *> runningOperations(const State &state,
                                                     const std::string &deployment_id)
{
    std::vector<const v1::Operation *> running;
    for (const auto &[id, operation] : state.operations) {
        const auto &old = operation.old_deployments();
        if (operation.state() == v1::Operation::Running &&
            (operation.deployment_id() == deployment_id ||
             std::find(old.begin(), old.end(), deployment_id) != old.end()))
            running.push_back(&operation);
    }
    return running;
}

const v1::Operation *runningOperation(const State &state, const std::string &deployment_id,
                                      std::string_view kind)
{
    for (const v1::Operation *operation : runningOperations(state, deployment_id)) {
        if (operation->kind() == kind)
            return operation;
    }
    return nullptr;
}

std::string withThousands(std::uint64_t number)
{
    std::string text = std::to_string(number);
    for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

std::string counted(std::uint64_t number, const std::string &noun)
{
    return withThousands(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string gibibytes(std::uint64_t bytes)
{
    const std::uint64_t hundredths = (bytes * 25 + (1ULL << 27)) >> 28; // of a GiB, rounded
    std::string text = withThousands(hundredths / 100);
    if (hundredths % 100 != 0) {
        const std::string part = std::to_string(100 + hundredths % 100);
        text += "." + part.substr(1, part.back() == '0' ? 1 : 2);
    }
    return text + " GiB";
}

} // namespace slipway::core
