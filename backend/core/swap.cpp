#include "backend/core/swap.h"

#include "backend/core/addresses.h"
#include "backend/core/lookup.h"
#include "backend/core/subjects.h"

namespace slipway::core
{
namespace
{

std::optional<v1::Error> refusal(const std::vector<v1::Check> &checks, const std::string &service)
{
    std::string failing;
    std::size_t count = 0;
    bool only_stale = true;
    for (const v1::Check &check : checks) {
        if (check.result() != v1::Check::FAILED)
            continue;
        ++count;
        only_stale = only_stale && check.id() == "S7";
        failing += (failing.empty() ? "" : "; ") + check.id() + " " + check.title() + ": " +
                   check.reason();
    }
    if (count == 0)
        return std::nullopt;
    if (only_stale)
        return makeError(v1::Error::ABORTED, "STALE_ETAG", "Swap refused: " + failing + ".",
                         service);
    return makeError(v1::Error::FAILED_PRECONDITION, "SWAP_REFUSED",
                     "Swap refused by " + counted(count, "check") + ": " + failing + ".", service);
}

// Addresses and bound ports stay with the slot; only what stands behind it changes.
void putIntoSlot(Transaction &tx, v1::Slot &slot, const std::string &deployment_id)
{
    slot.set_deployment_id(deployment_id);
    if (deployment_id.empty()) {
        slot.clear_endpoints();
        return;
    }
    v1::Deployment &deployment = tx.deployment(deployment_id);
    deployment.set_slot(slot.kind());
    deployment.set_change_time_ms(tx.now());
    setEndpoints(slot, deployment.definition());
    tx.markDeployment(deployment_id);
}

void carryOut(Transaction &tx, const std::string &name, v1::Operation &operation)
{
    v1::CloudService &service = tx.service(name);
    const std::string incoming = service.staging().deployment_id();
    const std::string outgoing = service.production().deployment_id();
    putIntoSlot(tx, *service.mutable_production(), incoming);
    putIntoSlot(tx, *service.mutable_staging(), outgoing);
    operation.set_edge_revision(tx.revision());
    operation.set_phase(kRoutesPhase);
    operation.set_progress_permille(500);
}

std::vector<std::string> preview(const v1::Deployment &incoming, const v1::Deployment *outgoing)
{
    std::vector<std::string> lines = {"\"" + incoming.label() + "\" moves to production."};
    if (outgoing)
        lines.push_back("\"" + outgoing->label() + "\" moves to staging.");
    lines.emplace_back("Addresses and ports stay with their slots; no instance restarts.");
    return lines;
}

} // namespace

Result<Prepared> prepareSwap(const State &state, const v1::Command &command)
{
    const std::string &name = command.swap().service();
    const auto service = requireService(state, name);
    if (!service)
        return Failure(service.error());
    Prepared prepared;
    prepared.checks = swapChecks(state, **service, command.etag());
    prepared.refusal = refusal(prepared.checks, name);
    const v1::Deployment *incoming = findDeployment(state, (*service)->staging().deployment_id());
    const v1::Deployment *outgoing =
        findDeployment(state, (*service)->production().deployment_id());
    if (!incoming)
        return prepared;
    prepared.preview = preview(*incoming, outgoing);
    prepared.operation.set_kind("Swap");
    prepared.operation.set_title("Swap staging and production of " + name);
    prepared.operation.set_service(name);
    prepared.operation.set_slot(v1::PRODUCTION);
    prepared.operation.set_deployment_id(incoming->id());
    if (outgoing)
        prepared.operation.add_old_deployments(outgoing->id());
    prepared.change = [name](Transaction &tx, v1::Operation &operation) {
        carryOut(tx, name, operation);
    };
    return prepared;
}

} // namespace slipway::core
