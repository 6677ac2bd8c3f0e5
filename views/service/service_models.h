// The models behind one service's page, shared by its parts.
#pragma once

#include "models/deployments/deployment_summary.h"
#include "models/instances/instance_model.h"
#include "models/operations/event_model.h"
#include "views/service/swap_preflight.h"
#include "views/widgets/page_context.h"

namespace slipway::views
{

struct ServiceModels {
    ServiceModels(PageContext &context, const QString &service_name);

    models::DeploymentSummary &slot(v1::SlotKind kind)
    {
        return kind == v1::STAGING ? staging : production;
    }

    QString name;
    std::string key; // the name as the contract has it
    models::DeploymentSummary production;
    models::DeploymentSummary staging;
    models::InstanceModel instances;
    models::EventModel events;
    SwapPreflight preflight;
};

// "2 roles · 7 instances · 2 fault domains · 0.84 EUR / h", over both slots.
QString serviceFacts(const PageContext &context, const std::string &service);
// Of all instances of a deployment, in millionths; 0: a price is missing.
std::int64_t priceMicros(const models::Session &session, const v1::Deployment &deployment);

} // namespace slipway::views
