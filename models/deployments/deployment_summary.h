// One slot of one service, watched: what the production and staging cards show.
#pragma once

#include "models/base/fabric_store.h"
#include "models/metrics/metric_hub.h"

#include <QObject>
#include <QStringList>
#include <vector>

namespace slipway::models
{

struct RoleSummary {
    std::string role;
    v1::RoleDefinition::Kind kind = v1::RoleDefinition::KIND_UNSPECIFIED;
    std::string size;
    std::uint32_t wanted = 0;
    Tally tally;
};

class DeploymentSummary : public QObject
{
    Q_OBJECT

public:
    // Store and hub must outlive the summary.
    DeploymentSummary(const FabricStore &store, const MetricHub &metrics, std::string service,
                      v1::SlotKind slot, QObject *parent = nullptr);

    const std::string &serviceName() const { return m_service; }
    v1::SlotKind slotKind() const { return m_slot; }
    const Ref<v1::Deployment> &deployment() const { return m_deployment; } // nullptr: empty slot
    bool isEmpty() const { return m_deployment == nullptr; }
    std::string deploymentId() const;
    QString label() const;  // the operator's, else the package's name
    QString digest() const; // eight characters
    Tally tally() const;
    Health health() const;
    QStringList addresses() const;
    QString portReason() const; // why an endpoint is not where the definition wants it; or empty
    std::vector<RoleSummary> roles() const;
    // nullptr: nothing was measured lately.
    const v1::MetricSample *sample() const;

Q_SIGNALS:
    void changed(); // the deployment, its slot or the state of its instances
    void ticked();  // new metrics

private:
    void onStoreChanged(const StoreDelta &delta);

    const FabricStore &m_store;
    const MetricHub &m_metrics;
    std::string m_service;
    v1::SlotKind m_slot;
    Ref<v1::Deployment> m_deployment;
};

} // namespace slipway::models
