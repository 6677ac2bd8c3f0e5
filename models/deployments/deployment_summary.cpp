#include "models/deployments/deployment_summary.h"

#include "models/base/words.h"
#include "models/services/service_model.h"

#include <algorithm>

namespace slipway::models
{

DeploymentSummary::DeploymentSummary(const FabricStore &store, const MetricHub &metrics,
                                     std::string service, v1::SlotKind slot, QObject *parent)
    : QObject(parent), m_store(store), m_metrics(metrics), m_service(std::move(service)),
      m_slot(slot), m_deployment(store.deploymentIn(m_service, slot))
{
    connect(&store, &FabricStore::changed, this, &DeploymentSummary::onStoreChanged);
    connect(&store, &FabricStore::staleChanged, this, &DeploymentSummary::changed);
    connect(&metrics, &MetricHub::ticked, this, &DeploymentSummary::ticked);
}

void DeploymentSummary::onStoreChanged(const StoreDelta &delta)
{
    const auto contains = [](const auto &keys, const std::string &key) {
        return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    const auto now = m_store.deploymentIn(m_service, m_slot);
    const bool touched = now != m_deployment || contains(delta.services, m_service) ||
                         (now != nullptr && contains(delta.tallied, now->id()));
    m_deployment = now;
    if (touched) {
        Q_EMIT changed();
    }
}

std::string DeploymentSummary::deploymentId() const
{
    return m_deployment == nullptr ? std::string() : m_deployment->id();
}

QString DeploymentSummary::label() const
{
    if (m_deployment == nullptr) {
        return {};
    }
    return text(m_deployment->label().empty() ? m_deployment->package_name()
                                              : m_deployment->label());
}

QString DeploymentSummary::digest() const
{
    return m_deployment == nullptr ? QString() : shortDigest(m_deployment->package_digest());
}

Tally DeploymentSummary::tally() const
{
    return m_store.tally(deploymentId());
}

Health DeploymentSummary::health() const
{
    if (isEmpty()) {
        return {Condition::Stopped, tr("Nothing deployed"), tr("Empty")};
    }
    return healthOf(tally());
}

QStringList DeploymentSummary::addresses() const
{
    const auto service = m_store.service(m_service);
    if (service == nullptr) {
        return {};
    }
    return slotAddresses(m_slot == v1::STAGING ? service->staging() : service->production());
}

QString DeploymentSummary::portReason() const
{
    const auto service = m_store.service(m_service);
    if (service == nullptr) {
        return {};
    }
    const auto &slot = m_slot == v1::STAGING ? service->staging() : service->production();
    for (const auto &endpoint : slot.endpoints()) {
        if (!endpoint.reason().empty()) {
            return text(endpoint.reason());
        }
    }
    return {};
}

std::vector<RoleSummary> DeploymentSummary::roles() const
{
    std::vector<RoleSummary> roles;
    if (m_deployment == nullptr) {
        return roles;
    }
    for (const auto &goal : m_deployment->goals()) {
        RoleSummary role;
        role.role = goal.role();
        role.size = goal.size();
        role.wanted = goal.instance_count();
        role.tally = m_store.roleTally(m_deployment->id(), goal.role());
        for (const auto &definition : m_deployment->definition().roles()) {
            if (definition.name() == goal.role()) {
                role.kind = definition.kind();
            }
        }
        roles.push_back(std::move(role));
    }
    return roles;
}

const v1::MetricSample *DeploymentSummary::sample() const
{
    return isEmpty() ? nullptr : m_metrics.latest({m_deployment->id(), {}});
}

} // namespace slipway::models
