#include "backend/core/references.h"

namespace slipway::core
{
namespace
{

bool hasItsService(const State &state, const v1::Deployment &deployment)
{
    return state.services.contains(deployment.service()) ||
           deployment.status() == v1::Deployment::Deleting;
}

} // namespace

std::vector<std::string> brokenReferences(const State &state)
{
    std::vector<std::string> found;
    const auto expect = [&found](bool there, const std::string &what) {
        if (!there)
            found.push_back(what);
    };
    for (const auto &[key, instance] : state.instances)
        expect(state.deployments.contains(key.first),
               "the instance " + key.second + " belongs to no deployment");
    for (const auto &[id, deployment] : state.deployments)
        expect(hasItsService(state, deployment), "the deployment " + id + " belongs to no service");
    for (const auto &[name, service] : state.services)
        for (const v1::Slot &slot : {service.production(), service.staging()})
            expect(slot.deployment_id().empty() || state.deployments.contains(slot.deployment_id()),
                   "a slot of the service " + name + " holds a deployment that is not there");
    return found;
}

} // namespace slipway::core
