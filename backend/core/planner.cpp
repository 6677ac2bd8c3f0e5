#include "backend/core/planner.h"

#include "backend/core/lookup.h"
#include "backend/core/operations.h"
#include "backend/core/plan_orders.h"
#include "backend/core/plan_table.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

// Then what one instance is goes into the orders of all the others.
bool hasPeers(const v1::Deployment &deployment)
{
    const auto isInternal = [](const v1::Endpoint &endpoint) {
        return endpoint.kind() == v1::Endpoint::INTERNAL;
    };
    const auto &roles = deployment.definition().roles();
    return std::any_of(roles.begin(), roles.end(), [&](const v1::RoleDefinition &role) {
        return std::any_of(role.endpoints().begin(), role.endpoints().end(), isInternal);
    });
}

} // namespace

void Planner::note(const v1::Change &change)
{
    switch (change.body_case()) {
    case v1::Change::kInstance:
        return noteInstance(keyOf(change.instance()));
    case v1::Change::kDeployment:
        m_deployments.insert(change.deployment().id());
        m_table = true;
        return;
    case v1::Change::kService:
        m_services.insert(change.service().name());
        m_table = true;
        return;
    case v1::Change::kHost:
        m_hosts.insert(change.host().id());
        return;
    case v1::Change::kSettings:
        return forget();
    case v1::Change::kRemoved:
        break;
    default:
        return; // events, operations and packages are in no plan
    }
    const v1::Removed &removed = change.removed();
    if (removed.kind() == v1::Removed::INSTANCE)
        noteInstance({removed.parent_id(), removed.id()});
    else if (removed.kind() == v1::Removed::DEPLOYMENT)
        m_deployments.insert(removed.id());
    m_table = m_table || removed.kind() == v1::Removed::DEPLOYMENT ||
              removed.kind() == v1::Removed::SERVICE;
}

void Planner::noteInstance(const InstanceKey &key)
{
    m_instances.insert(key);
    m_table = true;
}

void Planner::forget()
{
    m_all = true;
    m_table = true;
}

// From what changed to the hosts whose orders speak of it: where it is, and where it was.
void Planner::resolve(const State &state)
{
    for (const auto &[id, deployment] : state.deployments) {
        if (m_services.contains(deployment.service()))
            m_deployments.insert(id);
    }
    for (const InstanceKey &key : m_instances) {
        const v1::Deployment *deployment = findDeployment(state, key.first);
        if (deployment && hasPeers(*deployment))
            m_deployments.insert(key.first);
    }
    for (const std::string &id : m_deployments) {
        for (const v1::RoleInstance *instance : instancesOf(state, id))
            m_instances.insert(keyOf(*instance));
        for (auto it = m_host_of.lower_bound({id, {}});
             it != m_host_of.end() && it->first.first == id; ++it)
            m_instances.insert(it->first);
    }
    for (const InstanceKey &key : m_instances) {
        const auto before = m_host_of.find(key);
        if (before != m_host_of.end())
            m_hosts.insert(before->second);
        if (const v1::RoleInstance *instance = findInstance(state, key.first, key.second))
            m_hosts.insert(instance->host());
    }
}

void Planner::rememberHosts(const State &state)
{
    if (m_all) {
        m_host_of.clear();
        for (const auto &[key, instance] : state.instances)
            m_host_of[key] = instance.host();
        return;
    }
    for (const InstanceKey &key : m_instances) {
        if (const v1::RoleInstance *instance = findInstance(state, key.first, key.second))
            m_host_of[key] = instance->host();
        else
            m_host_of.erase(key);
    }
}

Planner::Update Planner::update(const State &state)
{
    Update update;
    if (m_all) {
        update.orders = planOrders(state);
    } else {
        resolve(state);
        if (!m_hosts.empty())
            update.orders = planOrders(state, m_hosts);
    }
    rememberHosts(state);
    if (m_table)
        update.table = planTable(state);
    update.next_deadline_ms = nextDeadline(state);
    m_instances.clear();
    m_deployments.clear();
    m_services.clear();
    m_hosts.clear();
    m_all = false;
    m_table = false;
    return update;
}

} // namespace slipway::core
