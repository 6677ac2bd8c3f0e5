#include "backend/core/hosts.h"

#include "backend/core/health.h"
#include "backend/core/host_changes.h"
#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/placement.h"
#include "backend/core/timeline.h"
#include "backend/proto/isolation_level.h"

#include <algorithm>
#include <tuple>

namespace slipway::core
{
namespace
{

constexpr std::int64_t kTogether_ms = 5'000;  // between two losses of one mishap
constexpr std::int64_t kAwaited_ms = 5'000;   // for those that come back so soon
constexpr std::int64_t kHostStart_ms = 3'000; // from its start to its hello, on a busy machine

bool someHostServes(const State &state)
{
    return std::any_of(state.hosts.begin(), state.hosts.end(), [](const auto &entry) {
        const v1::Host &host = entry.second;
        return host.state() == v1::Host::Ready && !host.leaving() && host.unfit_reason().empty();
    });
}

// One that dies alone is replaced at once. Where several die together, whoever comes back first
// would get everything, and roles would lose their domains: so all of them are waited for, if they
// come back soon.
void noteLoss(Transaction &tx, const std::string &id)
{
    LostHosts &lost = tx.lostHosts();
    if (lost.awaited.empty() || tx.running() - lost.last_ms > kTogether_ms)
        lost = {};
    lost.last_ms = tx.running();
    if (lost.awaited.insert(id).second)
        ++lost.together;
    const std::int64_t rejoin_ms = tx.state().settings.host_rejoin_ms();
    if (lost.together < 2 || rejoin_ms > kAwaited_ms)
        return;
    lost.until_ms = tx.running() + rejoin_ms + kHostStart_ms;
    if (lost.together == 2)
        tellFabric(tx, v1::WARNING, "HostsLostTogether", "Several hosts were lost together", {},
                   "they are waited for up to " +
                       std::to_string((rejoin_ms + kHostStart_ms) / 1000) +
                       " s before their instances go elsewhere");
}

void noteReturn(Transaction &tx, const std::string &id, bool was_alone)
{
    LostHosts &lost = tx.lostHosts();
    if (lost.awaited.erase(id) == 0)
        return;
    if (lost.awaited.empty())
        lost = {};
    else if (was_alone && lost.together >= 2) // nobody could take anything until now
        lost.until_ms = tx.running() + kAwaited_ms;
    tx.markCapacity();
}

void becomeReady(Transaction &tx, v1::Host &host)
{
    if (host.state() == v1::Host::Ready)
        return;
    const bool was_lost = host.state() == v1::Host::Lost;
    host.set_state(v1::Host::Ready);
    host.set_reason("");
    host.set_state_time_ms(tx.now());
    if (!host.unfit_reason().empty())
        return; // what it is was told already
    tellHost(tx, host, v1::INFO, was_lost ? "HostBack" : "HostReady",
             host.id() + (was_lost ? " is back and takes instances again" : " is ready"));
    tx.markCapacity();
}

// Orders make the host start what it should have and has not.
void noticeMissing(Transaction &tx, const v1::HostHello &hello)
{
    std::set<InstanceKey> listed;
    for (const v1::InstanceStatus &status : hello.instances()) {
        if (status.present())
            listed.emplace(status.deployment_id(), status.name());
    }
    for (const InstanceKey &key : instancesOn(tx.state(), hello.host_id())) {
        if (!listed.contains(key))
            instanceGone(tx, key, hello.host_id() + " came up without it");
    }
}

// One that was lost is started again and again: why it does not come up is told once a reason.
void noteFailedStart(Transaction &tx, v1::Host &host, const std::string &cause)
{
    if (host.reason() == cause)
        return;
    host.set_reason(cause);
    tellHost(tx, host, v1::ERROR, "HostNotStarted", host.id() + " does not start", cause,
             "it is tried again by itself");
}

void becomeLost(Transaction &tx, v1::Host &host, const std::string &cause, std::size_t instances)
{
    if (host.state() == v1::Host::Lost)
        return noteFailedStart(tx, host, cause);
    noteLoss(tx, host.id());
    host.set_state(v1::Host::Lost);
    host.set_reason(cause);
    host.set_unfit_reason(""); // of a process that is gone; the next one is tested anew
    host.set_state_time_ms(tx.now());
    host.set_pid(0);
    tellHost(tx, host, v1::ERROR, "HostLost", host.id() + " was lost", cause,
             instances == 0 ? "it had no instances"
                            : counted(instances, "instance") + " will run elsewhere");
}

// An alert once, not with every test that fails again.
void takeFitness(Transaction &tx, v1::Host &host, const std::string &unfit_reason)
{
    const bool was_fit = host.unfit_reason().empty();
    const bool is_fit = unfit_reason.empty();
    host.set_unfit_reason(unfit_reason);
    if (was_fit == is_fit)
        return;
    tx.markCapacity();
    if (is_fit)
        tellHost(tx, host, v1::INFO, "HostFit", host.id() + " takes instances again");
    else
        tellHost(tx, host, v1::ERROR, "HostUnfit", host.id() + " takes no instances", unfit_reason,
                 "it is tried again by itself; instances go to other hosts, or wait");
}

void takeIsolation(Transaction &tx, v1::Host &host, const v1::HostHello &hello)
{
    host.set_isolation_advice(hello.isolation_advice());
    if (hello.isolation().empty())
        return; // its test has not come so far; what it had is remembered
    const auto before = isolationNamed(host.isolation());
    const auto now = isolationNamed(hello.isolation());
    host.set_isolation(hello.isolation());
    if (before && now && *now < *before)
        tellHost(tx, host, v1::WARNING, "IsolationLower",
                 host.id() + " holds instances with less isolation than before: " +
                     hello.isolation() + ", not " + isolationName(*before),
                 hello.isolation_advice(), "the fabric was started anew, and its instances run so");
}

bool isStranded(const State &state, const v1::RoleInstance &instance)
{
    const v1::Host *host = findHost(state, instance.host());
    return host && host->state() == v1::Host::Ready && !host->unfit_reason().empty() &&
           instance.goal() == v1::RoleInstance::RUN && !instance.reported();
}

// They run nowhere, and their host cannot start them: another one that can shall. Whoever finds no
// room stays, with its disks, until its host can.
void leaveUnfitHosts(Transaction &tx)
{
    std::vector<InstanceKey> stranded;
    for (const auto &[key, instance] : tx.state().instances) {
        if (isStranded(tx.state(), instance))
            stranded.push_back(key);
    }
    if (stranded.empty())
        return;
    std::vector<HostRoom> rooms = roomOfHosts(tx.state(), Capacity::Now);
    Need before;
    for (const InstanceKey &key : stranded) {
        const v1::RoleInstance &instance = tx.state().instances.at(key);
        const std::string from = instance.host();
        const Need need = needOf(key.first, instance.role(), instance.size());
        if (std::tie(before.deployment_id, before.role) != std::tie(need.deployment_id, need.role))
            countRole(rooms, tx.state(), need.deployment_id, need.role);
        before = need;
        if (const HostRoom *room = spreadOverDomains(rooms, need)) {
            takeRoom(rooms, room->host, need);
            leaveLostHost(tx, key, from + " takes no instances");
        } else {
            setState(tx, tx.instance(key), v1::RoleInstance::CreatingVM,
                     "waiting: " + (rooms.empty() ? noHostReason(tx.state())
                                                  : from + " takes no instances, and " +
                                                        noRoomReason(rooms, need)));
        }
    }
}

void outOfReach(Transaction &tx, const InstanceKey &key, const std::string &host_id)
{
    const v1::RoleInstance &instance = tx.state().instances.at(key);
    if (instance.goal() == v1::RoleInstance::RUN &&
        instance.restart() == v1::RoleInstance::NO_RESTART)
        setState(tx, tx.instance(key), v1::RoleInstance::UnresponsiveRole,
                 host_id + " does not answer");
}

void tellMove(Transaction &tx, const InstanceKey &key, const std::string &from,
              const std::string &cause)
{
    const v1::RoleInstance *instance = findInstance(tx.state(), key.first, key.second);
    if (!instance || instance->goal() != v1::RoleInstance::RUN)
        return;
    const bool placed = !instance->host().empty();
    tellInstance(
        tx, *instance, v1::WARNING, "InstanceMoved",
        from + " was lost; " +
            (placed ? "moved to " + instance->host() : "waiting for another host"),
        cause, placed ? "starts on " + instance->host() + " with fresh disks" : instance->reason());
}

} // namespace

bool awaitsLostHosts(const State &state, std::int64_t running_ms)
{
    const LostHosts &lost = state.lost_hosts;
    return lost.together >= 2 && !lost.awaited.empty() && running_ms < lost.until_ms;
}

void releaseLostHosts(Transaction &tx)
{
    const LostHosts &lost = tx.state().lost_hosts;
    if (lost.awaited.empty() || lost.until_ms == 0 || awaitsLostHosts(tx.state(), tx.running()) ||
        !someHostServes(tx.state()))
        return;
    tx.lostHosts().until_ms = 0; // the next one that is lost begins a new story
    tx.lostHosts().together = 0;
    tx.markCapacity();
}

void hostSaidHello(Transaction &tx, const v1::HostHello &hello)
{
    if (hello.host_id().empty())
        return;
    if (!findHost(tx.state(), hello.host_id()))
        makeHost(tx, hello.host_id());
    v1::Host &host = tx.host(hello.host_id());
    host.set_pid(hello.pid());
    takeIsolation(tx, host, hello);
    host.set_outside_problem(hello.outside_problem());
    host.set_real_cores(hello.real_cores());
    host.set_real_memory_bytes(hello.real_memory_bytes());
    const bool was_alone = !someHostServes(tx.state());
    takeFitness(tx, host, hello.unfit_reason());
    becomeReady(tx, host);
    if (host.unfit_reason().empty())
        noteReturn(tx, host.id(), was_alone);
    for (const v1::InstanceStatus &status : hello.instances())
        applyStatus(tx, hello.host_id(), status);
    noticeMissing(tx, hello);
    leaveUnfitHosts(tx);
}

void hostWasLost(Transaction &tx, const v1::HostLost &lost)
{
    if (!findHost(tx.state(), lost.host_id()))
        return;
    const std::string id = lost.host_id();
    const std::vector<InstanceKey> affected = instancesOn(tx.state(), id);
    becomeLost(tx, tx.host(id), lost.cause(), affected.size());
    if (!lost.instances_gone()) {
        for (const InstanceKey &key : affected)
            outOfReach(tx, key, id);
        return;
    }
    for (const InstanceKey &key : affected)
        leaveLostHost(tx, key, id + " was lost");
    placeWaiting(tx);
    for (const InstanceKey &key : affected)
        tellMove(tx, key, id, lost.cause());
}

} // namespace slipway::core
