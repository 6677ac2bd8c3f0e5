#include "backend/core/health.h"

#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/timeline.h"

#include <set>

namespace slipway::core
{
namespace
{

using Instance = v1::RoleInstance;

void copyFacts(Instance &instance, const v1::InstanceStatus &status)
{
    instance.set_error_code(status.error_code());
    instance.set_agent_pid(status.agent_pid());
    instance.set_program_pid(status.program_pid());
    instance.set_program_start_time_ms(status.program_start_time_ms());
    instance.set_isolation(status.isolation());
    instance.set_exit_code(status.exit_code());
    instance.set_next_start_time_ms(status.next_start_time_ms());
    *instance.mutable_targets() = status.targets();
    *instance.mutable_warnings() = status.warnings();
    // Hosts count from their own start: a smaller number than before is a fresh count.
    const std::uint32_t before =
        status.restarts() >= instance.host_restarts() ? instance.host_restarts() : 0;
    instance.set_restarts(instance.restarts() + status.restarts() - before);
    instance.set_host_restarts(status.restarts());
}

v1::Severity severityOf(Instance::State state)
{
    switch (state) {
    case Instance::CyclingRole:
    case Instance::FailedStartingRole:
    case Instance::FailedStartingVM:
        return v1::ERROR;
    case Instance::RestartingRole:
    case Instance::UnresponsiveRole:
        return v1::WARNING;
    default:
        return v1::INFO;
    }
}

std::string reactionTo(const Instance &instance)
{
    switch (instance.state()) {
    case Instance::RestartingRole:
        return "it is started again";
    case Instance::CyclingRole:
        return "it is started again, each time after a longer wait";
    case Instance::UnresponsiveRole:
        return "its host restarts it when it stays silent";
    default:
        return {};
    }
}

void tellState(Transaction &tx, const Instance &instance, Instance::State before)
{
    const Instance::State state = instance.state();
    if (state == Instance::ReadyRole)
        tellInstance(tx, instance, v1::INFO, "InstanceReady", instance.name() + " is ready");
    else if (state == Instance::StoppedVM)
        tellInstance(tx, instance, v1::INFO, "InstanceStopped", instance.name() + " is stopped");
    else if (severityOf(state) != v1::INFO || before == Instance::ReadyRole)
        tellInstance(tx, instance, severityOf(state), "InstanceState",
                     instance.name() + " is " + Instance::State_Name(state), instance.reason(),
                     reactionTo(instance));
}

// While it is on its way out, hosts report how far it is with that; being Ready is over.
bool isOnItsWayOut(const Instance &instance)
{
    return instance.goal() != Instance::RUN || instance.restart() != Instance::NO_RESTART;
}

void applyLeavingState(Transaction &tx, Instance &instance, const v1::InstanceStatus &status)
{
    if (isDraining(instance) && instance.targets().empty()) {
        finishDraining(tx, keyOf(instance)); // no way leads to it any more, so nothing is held
        return;
    }
    const bool stopped =
        status.state() == Instance::StoppedVM || status.state() == Instance::StoppingVM;
    if (!instance.drained() || instance.goal() != Instance::STOP || !stopped)
        return;
    const Instance::State before = instance.state();
    setState(tx, instance, status.state(), status.reason(), status.state_time_ms());
    if (before != instance.state())
        tellState(tx, instance, before);
}

void applyRunningState(Transaction &tx, Instance &instance, const v1::InstanceStatus &status)
{
    if (status.state() == Instance::RoleStateUnknown)
        return;
    if (status.state() == Instance::ReadyRole && instance.probe_failed())
        return; // its program runs; the probe decides
    const Instance::State before = instance.state();
    instance.set_probe_failed(false);
    setState(tx, instance, status.state(), status.reason(), status.state_time_ms());
    if (before != instance.state())
        tellState(tx, instance, before);
}

std::string probeOf(const State &state, const Instance &instance)
{
    const v1::Deployment *deployment = findDeployment(state, instance.deployment_id());
    const v1::RoleDefinition *role =
        deployment ? findRole(deployment->definition(), instance.role()) : nullptr;
    if (role) {
        for (const v1::Endpoint &endpoint : role->endpoints()) {
            if (!endpoint.probe().empty())
                return endpoint.probe();
        }
    }
    return {};
}

void probeFails(Transaction &tx, const InstanceKey &key)
{
    Instance &instance = tx.instance(key);
    instance.set_probe_failed(true);
    const std::string reason = "probe " + probeOf(tx.state(), instance) + " failed";
    setState(tx, instance, Instance::BusyRole, reason);
    tellInstance(tx, instance, v1::WARNING, "ProbeFailed",
                 instance.name() + " does not answer its probe", reason,
                 "it gets no requests until it answers again");
}

void probeRecovers(Transaction &tx, const InstanceKey &key)
{
    Instance &instance = tx.instance(key);
    instance.set_probe_failed(false);
    setState(tx, instance, Instance::ReadyRole, "");
    tellInstance(tx, instance, v1::INFO, "ProbeRecovered",
                 instance.name() + " answers its probe again");
}

} // namespace

void applyStatus(Transaction &tx, const std::string &host_id, const v1::InstanceStatus &status)
{
    const InstanceKey key{status.deployment_id(), status.name()};
    const Instance *known = findInstance(tx.state(), key.first, key.second);
    if (!known || known->host() != host_id)
        return;
    if (status.generation() > known->generation())
        return;
    if (!status.present()) {
        instanceGone(tx, key, host_id + " reports that nothing of it is left");
        return;
    }
    Instance &instance = tx.instance(key);
    instance.set_reported(true);
    if (status.generation() != instance.generation())
        return;
    copyFacts(instance, status);
    if (isOnItsWayOut(instance))
        applyLeavingState(tx, instance, status);
    else
        applyRunningState(tx, instance, status);
}

void applyProbes(Transaction &tx, const v1::EdgeConfirmed &confirmed)
{
    std::set<InstanceKey> failed;
    for (const v1::ServerId &server : confirmed.probe_failed())
        failed.emplace(server.deployment_id(), server.instance());
    std::vector<InstanceKey> failing;
    std::vector<InstanceKey> recovered;
    for (const InstanceKey &key : failed) {
        const Instance *instance = findInstance(tx.state(), key.first, key.second);
        if (instance && instance->state() == Instance::ReadyRole)
            failing.push_back(key);
    }
    for (const auto &[key, instance] : tx.state().instances) {
        if (instance.probe_failed() && !failed.contains(key))
            recovered.push_back(key);
    }
    for (const InstanceKey &key : failing)
        probeFails(tx, key);
    for (const InstanceKey &key : recovered)
        probeRecovers(tx, key);
}

void applyHappening(Transaction &tx, const std::string &host_id, const v1::Happening &happening)
{
    v1::Event event;
    event.set_severity(happening.severity());
    event.set_kind(happening.kind());
    event.set_host(host_id);
    event.set_deployment_id(happening.deployment_id());
    event.set_instance(happening.instance());
    if (const v1::Deployment *deployment = findDeployment(tx.state(), happening.deployment_id()))
        event.set_service(deployment->service());
    event.set_message(happening.message());
    event.set_cause(happening.cause());
    event.set_reaction(happening.reaction());
    tx.event(std::move(event));
}

} // namespace slipway::core
