#include "backend/core/edge_reports.h"

#include "backend/core/health.h"
#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/operations.h"
#include "backend/core/plan_table.h"
#include "backend/core/swap.h"
#include "backend/core/timeline.h"
#include "backend/core/waits.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

void storeBound(Transaction &tx, const std::string &service, v1::SlotKind kind,
                const std::map<std::string, const v1::BoundListener *> &listeners)
{
    const v1::Slot &slot = slotOf(*findService(tx.state(), service), kind);
    for (int index = 0; index < slot.endpoints_size(); ++index) {
        const v1::PublicEndpoint &known = slot.endpoints(index);
        const auto found = listeners.find(listenerKey(service, kind, known.port()));
        if (found == listeners.end())
            continue;
        const v1::BoundListener &bound = *found->second;
        const std::string &reason = bound.error().empty() ? bound.reason() : bound.error();
        if (known.bound_port() == bound.bound_port() && known.reason() == reason)
            continue;
        v1::PublicEndpoint &changed = *slotOf(tx.service(service), kind).mutable_endpoints(index);
        changed.set_bound_port(bound.bound_port());
        changed.set_reason(reason);
        const std::string where = service + " " + slotName(kind) + ": ";
        if (!bound.error().empty())
            tellFabric(tx, v1::ERROR, "AddressNotServed", where + reason);
        else if (!reason.empty())
            tellFabric(tx, v1::WARNING, "PortChanged", where + reason);
    }
}

void storeListeners(Transaction &tx, const v1::EdgeConfirmed &confirmed)
{
    std::map<std::string, const v1::BoundListener *> listeners;
    for (const v1::BoundListener &bound : confirmed.listeners())
        listeners[bound.key()] = &bound;
    if (listeners.empty())
        return;
    std::vector<std::string> services;
    for (const auto &[name, service] : tx.state().services)
        services.push_back(name);
    for (const std::string &name : services) {
        storeBound(tx, name, v1::PRODUCTION, listeners);
        storeBound(tx, name, v1::STAGING, listeners);
    }
}

// A report about an older drain of the same instance does not count.
void finishDrained(Transaction &tx, const v1::EdgeConfirmed &confirmed)
{
    for (const v1::ServerId &server : confirmed.drained()) {
        const v1::RoleInstance *instance =
            findInstance(tx.state(), server.deployment_id(), server.instance());
        if (instance && isDraining(*instance) && instance->drain_revision() <= confirmed.revision())
            finishDraining(tx, {server.deployment_id(), server.instance()});
    }
}

void finishSwaps(Transaction &tx, std::uint64_t revision)
{
    std::vector<std::string> confirmed;
    for (const auto &[id, operation] : tx.state().operations) {
        if (operation.state() == v1::Operation::Running && operation.edge_revision() != 0 &&
            operation.edge_revision() <= revision)
            confirmed.push_back(id);
    }
    for (const std::string &id : confirmed)
        endOperation(tx, id, v1::Operation::Succeeded, "swapped");
}

// Whoever waits for a swap hears why it takes so long.
void showProblem(Transaction &tx, const std::string &problem)
{
    const std::string phase =
        problem.empty() ? kRoutesPhase : "the new routes wait for the load balancer: " + problem;
    std::vector<std::string> waiting;
    for (const auto &[id, operation] : tx.state().operations) {
        if (awaitsRoutes(operation) && operation.phase() != phase)
            waiting.push_back(id);
    }
    for (const std::string &id : waiting)
        tx.operation(id).set_phase(phase);
}

// The number of requests that still run in a deployment on its way out; nothing when unknown.
std::optional<std::uint64_t> openRequests(const v1::EdgeConfirmed &confirmed,
                                          const v1::Operation &operation)
{
    std::optional<std::uint64_t> open;
    const auto &old = operation.old_deployments();
    for (const v1::PoolDrain &drain : confirmed.draining()) {
        const bool concerned =
            operation.kind() == "Swap"
                ? std::find(old.begin(), old.end(), drain.deployment_id()) != old.end()
                : operation.deployment_id() == drain.deployment_id();
        if (concerned)
            open = open.value_or(0) + drain.open_requests();
    }
    return open;
}

bool showsDrain(const v1::Operation &operation)
{
    if (operation.kind() == "Swap")
        return operation.state() == v1::Operation::Succeeded;
    return operation.state() == v1::Operation::Running &&
           (operation.kind() == "Stop" || operation.kind() == "Delete");
}

// A swap stays interesting after its end: the old version still finishes what it began.
void showDrains(Transaction &tx, const v1::EdgeConfirmed &confirmed)
{
    std::map<std::string, std::string> phases;
    for (const auto &[id, operation] : tx.state().operations) {
        if (!showsDrain(operation))
            continue;
        const auto open = openRequests(confirmed, operation);
        if (open && *open > 0)
            phases[id] = counted(*open, "request") + " draining";
        else if (operation.kind() == "Swap")
            phases[id] = "swapped";
    }
    for (const auto &[id, phase] : phases) {
        if (tx.state().operations.at(id).phase() != phase)
            tx.operation(id).set_phase(phase);
    }
}

} // namespace

void edgeConfirmed(Transaction &tx, const v1::EdgeConfirmed &confirmed)
{
    storeListeners(tx, confirmed);
    finishDrained(tx, confirmed);
    finishSwaps(tx, confirmed.revision());
    showProblem(tx, confirmed.problem());
    applyProbes(tx, confirmed);
    showDrains(tx, confirmed);
}

} // namespace slipway::core
