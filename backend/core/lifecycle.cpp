#include "backend/core/lifecycle.h"

#include "backend/core/lookup.h"
#include "backend/core/placement.h"
#include "backend/core/timeline.h"

namespace slipway::core
{
namespace
{

void forgetProcesses(v1::RoleInstance &instance)
{
    instance.set_agent_pid(0);
    instance.set_program_pid(0);
    instance.set_program_start_time_ms(0);
    instance.set_next_start_time_ms(0);
    instance.clear_targets();
}

// What runs no longer matches: its host replaces it.
void raiseGeneration(v1::RoleInstance &instance, bool new_disks)
{
    instance.set_generation(instance.generation() + 1);
    if (new_disks)
        instance.set_disk_generation(instance.disk_generation() + 1);
    instance.set_restart(v1::RoleInstance::NO_RESTART);
    instance.set_drained(false);
    instance.set_drain_revision(0);
    instance.set_host_restarts(0);
    instance.set_probe_failed(false);
    forgetProcesses(instance);
}

void leaveHost(Transaction &tx, v1::RoleInstance &instance)
{
    tx.markHostLeft(instance.host());
    instance.clear_host();
    instance.set_fault_domain(0);
    instance.clear_isolation();
    instance.set_reported(false);
    tx.markCapacity();
}

void beginLeaving(Transaction &tx, v1::RoleInstance &instance, const std::string &reason)
{
    const v1::Deployment *deployment = findDeployment(tx.state(), instance.deployment_id());
    const v1::RoleDefinition *role =
        deployment ? findRole(deployment->definition(), instance.role()) : nullptr;
    const bool served = role && isServed(*role, instance);
    if (!isDraining(instance)) {
        instance.set_drained(!served);
        instance.set_drain_revision(tx.revision());
    }
    instance.set_probe_failed(false);
    setState(tx, instance, v1::RoleInstance::StoppingRole, reason);
    if (instance.drained())
        finishDraining(tx, keyOf(instance));
}

// With its new generation: starting, or still stopped when that is what is wanted.
void comeBack(Transaction &tx, v1::RoleInstance &instance, v1::RoleInstance::State state,
              const std::string &reason)
{
    const bool stopped = instance.goal() == v1::RoleInstance::STOP;
    instance.set_drained(stopped);
    setState(tx, instance, stopped ? v1::RoleInstance::StoppedVM : state, stopped ? "" : reason);
}

void takeNewPlace(Transaction &tx, v1::RoleInstance &instance, const std::string &reason)
{
    const v1::Deployment *deployment = findDeployment(tx.state(), instance.deployment_id());
    const v1::RoleGoal *goal = deployment ? findGoal(*deployment, instance.role()) : nullptr;
    const bool resized = instance.restart() == v1::RoleInstance::RESIZE ||
                         instance.restart() == v1::RoleInstance::MOVE;
    if (goal && resized)
        instance.set_size(goal->size());
    raiseGeneration(instance, true);
    leaveHost(tx, instance);
    comeBack(tx, instance, v1::RoleInstance::CreatingVM, reason);
}

// A size that its host has no room for moves the instance: first it must be gone from there.
void finishResize(Transaction &tx, v1::RoleInstance &instance)
{
    const v1::Deployment *deployment = findDeployment(tx.state(), instance.deployment_id());
    const v1::RoleGoal *goal = deployment ? findGoal(*deployment, instance.role()) : nullptr;
    const std::string size = goal ? goal->size() : instance.size();
    if (!instance.host().empty() && !fitsOnItsHost(tx.state(), instance, size)) {
        instance.set_restart(v1::RoleInstance::MOVE);
        if (!instance.reported()) {
            takeNewPlace(tx, instance, "moving to a host with room for size " + size);
            return;
        }
        setState(tx, instance, v1::RoleInstance::StoppingVM,
                 instance.host() + " has no room for size " + size + "; moving");
        return;
    }
    instance.set_size(size);
    raiseGeneration(instance, true);
    comeBack(tx, instance, v1::RoleInstance::CreatingVM, "restarting with size " + size);
    tx.markCapacity();
}

void finishRestart(Transaction &tx, v1::RoleInstance &instance)
{
    switch (instance.restart()) {
    case v1::RoleInstance::REBOOT:
        raiseGeneration(instance, false);
        comeBack(tx, instance, v1::RoleInstance::StartingVM, "rebooting");
        break;
    case v1::RoleInstance::REIMAGE:
        raiseGeneration(instance, true);
        comeBack(tx, instance, v1::RoleInstance::CreatingVM, "made anew with fresh disks");
        break;
    case v1::RoleInstance::RESIZE:
        finishResize(tx, instance);
        break;
    case v1::RoleInstance::MOVE:
        // Its host must prove it gone, unless it never had it.
        if (!instance.reported())
            takeNewPlace(tx, instance, instance.reason());
        else
            setState(tx, instance, v1::RoleInstance::StoppingVM, instance.reason());
        break;
    default:
        break;
    }
}

} // namespace

UidSlots::UidSlots(const State &state)
{
    for (const auto &[key, instance] : state.instances)
        m_used.insert(instance.uid_slot());
}

std::uint32_t UidSlots::take()
{
    while (m_used.contains(m_next))
        ++m_next;
    return m_next++;
}

void setState(Transaction &tx, v1::RoleInstance &instance, v1::RoleInstance::State state,
              const std::string &reason, std::int64_t time_ms)
{
    const std::int64_t time = time_ms > 0 ? time_ms : tx.now();
    if (instance.state() != state)
        instance.set_state_time_ms(time);
    if (state != v1::RoleInstance::ReadyRole)
        instance.set_ready_time_ms(0);
    else if (instance.state() != state)
        instance.set_ready_time_ms(time);
    instance.set_state(state);
    instance.set_reason(reason);
}

void createInstance(Transaction &tx, const v1::Deployment &deployment, const v1::RoleGoal &goal,
                    std::uint32_t index, std::uint32_t uid_slot)
{
    const std::string name = goal.role() + "_IN_" + std::to_string(index);
    v1::RoleInstance &instance = tx.instance(InstanceKey{deployment.id(), name});
    instance.set_deployment_id(deployment.id());
    instance.set_name(name);
    instance.set_service(deployment.service());
    instance.set_role(goal.role());
    instance.set_index(index);
    instance.set_size(goal.size());
    const std::uint32_t domains = deployment.definition().upgrade_domain_count();
    instance.set_update_domain(index % (domains > 0 ? domains : 5));
    instance.set_generation(1);
    instance.set_disk_generation(1);
    instance.set_uid_slot(uid_slot);
    instance.set_create_time_ms(tx.now());
    instance.set_goal(deployment.run() ? v1::RoleInstance::RUN : v1::RoleInstance::STOP);
    instance.set_drained(!deployment.run());
    setState(tx, instance,
             deployment.run() ? v1::RoleInstance::CreatingVM : v1::RoleInstance::StoppedVM, "");
    instance.set_state_time_ms(tx.now());
    tx.markCapacity();
}

void stopInstance(Transaction &tx, const InstanceKey &key, const std::string &reason)
{
    v1::RoleInstance &instance = tx.instance(key);
    if (instance.goal() != v1::RoleInstance::RUN)
        return;
    instance.set_goal(v1::RoleInstance::STOP);
    instance.set_person_asked(true);
    if (instance.restart() != v1::RoleInstance::MOVE)
        instance.set_restart(v1::RoleInstance::NO_RESTART);
    beginLeaving(tx, instance, reason);
}

void deleteInstance(Transaction &tx, const InstanceKey &key, const std::string &reason, Wish wish)
{
    v1::RoleInstance &instance = tx.instance(key);
    const bool person = wish == Wish::OfPerson;
    if (instance.goal() == v1::RoleInstance::DELETE) {
        instance.set_person_asked(person || instance.person_asked()); // it goes sooner
        return;
    }
    instance.set_goal(v1::RoleInstance::DELETE);
    instance.set_person_asked(person);
    instance.set_restart(v1::RoleInstance::NO_RESTART);
    beginLeaving(tx, instance, reason);
}

void restartInstance(Transaction &tx, const InstanceKey &key, v1::RoleInstance::Restart how,
                     const std::string &reason)
{
    v1::RoleInstance &instance = tx.instance(key);
    if (instance.goal() == v1::RoleInstance::DELETE ||
        instance.restart() != v1::RoleInstance::NO_RESTART)
        return;
    instance.set_restart(how);
    instance.set_person_asked(how == v1::RoleInstance::REBOOT || how == v1::RoleInstance::REIMAGE);
    beginLeaving(tx, instance, reason);
}

void startInstance(Transaction &tx, const InstanceKey &key)
{
    v1::RoleInstance &instance = tx.instance(key);
    if (instance.goal() != v1::RoleInstance::STOP)
        return;
    instance.set_goal(v1::RoleInstance::RUN);
    raiseGeneration(instance, false);
    setState(tx, instance, v1::RoleInstance::StartingVM, "starting");
    tx.markCapacity();
}

void finishDraining(Transaction &tx, const InstanceKey &key)
{
    v1::RoleInstance &instance = tx.instance(key);
    instance.set_drained(true);
    if (instance.goal() == v1::RoleInstance::DELETE) {
        // A host that never told of it may not know it: its next orders say enough.
        if (instance.host().empty() || !instance.reported())
            tx.removeInstance(key);
        else
            setState(tx, instance, v1::RoleInstance::DeletingVM, instance.reason());
    } else if (instance.restart() != v1::RoleInstance::NO_RESTART) {
        finishRestart(tx, instance);
    } else if (instance.goal() == v1::RoleInstance::STOP && instance.host().empty()) {
        setState(tx, instance, v1::RoleInstance::StoppedVM, "");
    }
}

void instanceGone(Transaction &tx, const InstanceKey &key, const std::string &reason)
{
    v1::RoleInstance &instance = tx.instance(key);
    instance.set_reported(false);
    if (instance.goal() == v1::RoleInstance::DELETE) {
        tx.removeInstance(key);
    } else if (instance.restart() == v1::RoleInstance::MOVE) {
        takeNewPlace(tx, instance, reason);
    } else if (instance.goal() == v1::RoleInstance::STOP) {
        instance.set_drained(true);
        forgetProcesses(instance);
        setState(tx, instance, v1::RoleInstance::StoppedVM, "");
    } else if (instance.restart() != v1::RoleInstance::NO_RESTART) {
        finishDraining(tx, key);
    } else if (instance.state() != v1::RoleInstance::CreatingVM &&
               instance.state() != v1::RoleInstance::StartingVM) {
        instance.set_restarts(instance.restarts() + 1);
        instance.set_probe_failed(false);
        forgetProcesses(instance);
        setState(tx, instance, v1::RoleInstance::CreatingVM, reason);
        tellInstance(tx, instance, v1::WARNING, "InstanceGone",
                     instance.name() + " has to start again", reason, "its host starts it again");
    }
}

void leaveLostHost(Transaction &tx, const InstanceKey &key, const std::string &reason)
{
    v1::RoleInstance &instance = tx.instance(key);
    if (instance.goal() == v1::RoleInstance::DELETE) {
        tx.removeInstance(key);
        return;
    }
    takeNewPlace(tx, instance, reason);
    if (instance.goal() == v1::RoleInstance::RUN)
        instance.set_restarts(instance.restarts() + 1);
}

} // namespace slipway::core
