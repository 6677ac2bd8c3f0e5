#include "backend/core/core.h"

#include "backend/core/balance.h"
#include "backend/core/change_roles.h"
#include "backend/core/deploy.h"
#include "backend/core/deployments.h"
#include "backend/core/edge_reports.h"
#include "backend/core/health.h"
#include "backend/core/host_changes.h"
#include "backend/core/hosts.h"
#include "backend/core/instances.h"
#include "backend/core/limits.h"
#include "backend/core/lookup.h"
#include "backend/core/observe_all.h"
#include "backend/core/operations.h"
#include "backend/core/packages.h"
#include "backend/core/services.h"
#include "backend/core/settings.h"
#include "backend/core/swap.h"
#include "backend/core/timeline.h"

namespace slipway::core
{
namespace
{

Result<Prepared> prepare(const State &state, const v1::Command &command, const Context &context)
{
    switch (command.body_case()) {
    case v1::Command::kCreateService:
        return prepareCreateService(state, command);
    case v1::Command::kUpdateService:
        return prepareUpdateService(state, command);
    case v1::Command::kDeleteService:
        return prepareDeleteService(state, command);
    case v1::Command::kDeploy:
        return prepareDeploy(state, command, context.seed);
    case v1::Command::kSwap:
        return prepareSwap(state, command);
    case v1::Command::kChangeRoles:
        return prepareChangeRoles(state, command);
    case v1::Command::kStartDeployment:
        return prepareStart(state, command);
    case v1::Command::kStopDeployment:
        return prepareStop(state, command);
    case v1::Command::kDeleteDeployment:
        return prepareDelete(state, command);
    case v1::Command::kRebootInstances:
        return prepareReboot(state, command);
    case v1::Command::kReimageInstances:
        return prepareReimage(state, command);
    case v1::Command::kCancelOperation:
        return prepareCancelOperation(state, command);
    case v1::Command::kDeletePackage:
        return prepareDeletePackage(state, command);
    case v1::Command::kUpdateSettings:
        return prepareUpdateSettings(state, command);
    case v1::Command::kRegisterPackage:
        return prepareRegisterPackage(state, command);
    case v1::Command::kBalanceRole:
        return prepareBalance(state, command);
    case v1::Command::BODY_NOT_SET:
        break;
    }
    return failure(v1::Error::INVALID_ARGUMENT, "EMPTY_COMMAND", "The command asks for nothing.");
}

Applied carryOut(State &state, const v1::Command &command, const Context &context,
                 const Prepared &prepared, v1::CommandReply reply)
{
    Transaction tx(state, context);
    v1::Operation &operation = beginOperation(tx, prepared.operation, command);
    const std::string id = operation.id();
    prepared.change(tx, operation);
    updateOperation(tx, id);
    settle(tx);
    Applied applied{tx.commit(), std::move(reply)};
    *applied.reply.mutable_operation() = state.operations.at(id);
    applied.reply.set_revision(state.revision);
    return applied;
}

void tellStart(Transaction &tx, const std::string &how)
{
    std::size_t running = 0;
    for (const auto &[id, deployment] : tx.state().deployments)
        running += deployment.run() ? 1 : 0;
    tellFabric(tx, v1::INFO, "FabricStarted", "The fabric started (" + how + ")", {},
               running == 0 ? ""
                            : "it brings " + counted(running, "running deployment") +
                                  " back, or takes over what still runs");
}

void take(Transaction &tx, const v1::Observation &observation)
{
    switch (observation.body_case()) {
    case v1::Observation::kHostHello:
        hostSaidHello(tx, observation.host_hello());
        break;
    case v1::Observation::kInstanceStatus:
        applyStatus(tx, observation.host_id(), observation.instance_status());
        break;
    case v1::Observation::kHappening:
        applyHappening(tx, observation.host_id(), observation.happening());
        break;
    case v1::Observation::kHostLost:
        hostWasLost(tx, observation.host_lost());
        break;
    case v1::Observation::kEdgeConfirmed:
        edgeConfirmed(tx, observation.edge_confirmed());
        break;
    case v1::Observation::kEdgeLost:
        tellFabric(tx, v1::WARNING, "EdgeLost", "The edge's keeper ended", observation.edge_lost(),
                   "HAProxy goes on with its last routes; the keeper is started again");
        break;
    case v1::Observation::kTickTimeMs:
        checkDeadlines(tx);
        break;
    case v1::Observation::kFabricStarted:
        makeHosts(tx);
        tellStart(tx, observation.fabric_started());
        break;
    case v1::Observation::kEdgeHello: // the table for it is sent anyway
    case v1::Observation::BODY_NOT_SET:
        break;
    }
}

} // namespace

Result<Applied> apply(State &state, const v1::Command &command, const Context &context)
{
    if (auto refused = refuseSizes(command))
        return Failure(*refused);
    const auto prepared = prepare(state, command, context);
    if (!prepared)
        return Failure(prepared.error());
    v1::CommandReply reply;
    reply.mutable_checks()->Assign(prepared->checks.begin(), prepared->checks.end());
    reply.mutable_preview()->Assign(prepared->preview.begin(), prepared->preview.end());
    reply.mutable_problems()->Assign(prepared->problems.begin(), prepared->problems.end());
    if (command.validate_only()) {
        reply.set_revision(state.revision);
        return Applied{{}, std::move(reply)};
    }
    if (prepared->refusal)
        return Failure(*prepared->refusal);
    return carryOut(state, command, context, *prepared, std::move(reply));
}

std::vector<v1::Change> observe(State &state, const v1::Observation &observation,
                                const Context &context)
{
    Transaction tx(state, context);
    take(tx, observation);
    settle(tx);
    return tx.commit();
}

std::vector<v1::Change> observeAll(State &state, const std::vector<v1::Observation> &observations,
                                   const Context &context)
{
    Transaction tx(state, context);
    for (const v1::Observation &observation : observations)
        take(tx, observation);
    settle(tx);
    return tx.commit();
}

} // namespace slipway::core
