// Stored changes back into the state. What is derived (the next event id) is rebuilt here too, so
// that a replay ends in the very same state.
#include "backend/core/core.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

void restoreRemoval(State &state, const v1::Removed &removed)
{
    switch (removed.kind()) {
    case v1::Removed::SERVICE:
        state.services.erase(removed.id());
        break;
    case v1::Removed::DEPLOYMENT:
        state.deployments.erase(removed.id());
        break;
    case v1::Removed::INSTANCE:
        state.instances.erase({removed.parent_id(), removed.id()});
        break;
    case v1::Removed::HOST:
        state.hosts.erase(removed.id());
        break;
    case v1::Removed::PACKAGE:
        state.packages.erase(removed.id());
        break;
    case v1::Removed::OPERATION:
        state.operations.erase(removed.id());
        break;
    default:
        break;
    }
}

} // namespace

void restore(State &state, const v1::Change &change)
{
    state.revision = std::max(state.revision, change.revision());
    switch (change.body_case()) {
    case v1::Change::kService:
        state.services[change.service().name()] = change.service();
        break;
    case v1::Change::kDeployment:
        state.deployments[change.deployment().id()] = change.deployment();
        break;
    case v1::Change::kInstance:
        state.instances[{change.instance().deployment_id(), change.instance().name()}] =
            change.instance();
        break;
    case v1::Change::kHost:
        state.hosts[change.host().id()] = change.host();
        break;
    case v1::Change::kPackage:
        state.packages[change.package().digest()] = change.package();
        break;
    case v1::Change::kOperation:
        state.operations[change.operation().id()] = change.operation();
        break;
    case v1::Change::kEvent:
        state.next_event_id = std::max(state.next_event_id, change.event().id() + 1);
        break;
    case v1::Change::kSettings:
        state.settings = change.settings();
        break;
    case v1::Change::kRemoved:
        restoreRemoval(state, change.removed());
        break;
    case v1::Change::BODY_NOT_SET:
        break;
    }
}

} // namespace slipway::core
