#include "backend/core/host_changes.h"

#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/placement.h"
#include "backend/core/timeline.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

constexpr const char *kHostPrefix = "host-";

std::uint32_t numberOf(const std::string &host_id)
{
    std::uint32_t number = 0;
    for (const char digit : host_id) {
        if (digit >= '0' && digit <= '9')
            number = number * 10 + static_cast<std::uint32_t>(digit - '0');
    }
    return std::max(number, 1U);
}

// host-1 in domain 0, host-2 in domain 1, and round again.
std::uint32_t domainOf(const std::string &host_id, const v1::Settings &settings)
{
    return (numberOf(host_id) - 1) % std::max(settings.fault_domain_count(), 1U);
}

bool isBeyond(const std::string &host_id, const v1::Settings &settings)
{
    return numberOf(host_id) > settings.host_count();
}

std::string listed(const std::vector<std::string> &names)
{
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    return text;
}

void beginToLeave(Transaction &tx, const std::string &id)
{
    v1::Host &host = tx.host(id);
    if (host.leaving())
        return;
    host.set_leaving(true);
    const std::vector<InstanceKey> held = instancesOn(tx.state(), id);
    for (const InstanceKey &key : held)
        tx.markDeployment(key.first);
    if (!held.empty())
        tellHost(tx, host, v1::INFO, "HostLeaving", id + " is being emptied",
                 "the settings ask for " + counted(tx.state().settings.host_count(), "host"),
                 counted(held.size(), "instance") + " moves to other hosts first");
}

bool isServing(const v1::RoleInstance &instance)
{
    return instance.state() == v1::RoleInstance::ReadyRole;
}

bool isOnLeavingHost(const State &state, const v1::RoleInstance &instance)
{
    const v1::Host *host = findHost(state, instance.host());
    return host && host->leaving() && instance.goal() != v1::RoleInstance::DELETE &&
           instance.restart() == v1::RoleInstance::NO_RESTART;
}

bool nobodyLeaves(const State &state)
{
    return state.hosts.size() <= state.settings.host_count();
}

// What does not serve moves at once. What serves moves when everybody else of its role does, too.
std::vector<InstanceKey> nextToMove(const State &state,
                                    const std::vector<const v1::RoleInstance *> &role)
{
    std::vector<InstanceKey> idle;
    std::vector<const v1::RoleInstance *> serving;
    bool all_serve = true;
    for (const v1::RoleInstance *instance : role) {
        const bool moves = isOnLeavingHost(state, *instance);
        if (moves && !isServing(*instance))
            idle.push_back(keyOf(*instance));
        else if (moves)
            serving.push_back(instance);
        all_serve =
            all_serve && (isServing(*instance) || instance->goal() == v1::RoleInstance::DELETE);
    }
    if (!idle.empty() || !all_serve || serving.empty())
        return idle;
    std::vector<InstanceKey> next;
    for (const v1::RoleInstance *instance : serving) {
        if (instance->update_domain() == serving.front()->update_domain())
            next.push_back(keyOf(*instance));
    }
    return next;
}

void move(Transaction &tx, const InstanceKey &key)
{
    const v1::RoleInstance &instance = tx.state().instances.at(key);
    const std::string from = instance.host();
    tellInstance(tx, instance, v1::INFO, "InstanceMoving", instance.name() + " leaves " + from,
                 from + " is being taken away",
                 "it finishes its requests, then starts on another host with fresh disks");
    restartInstance(tx, key, v1::RoleInstance::MOVE, "moving away from " + from);
}

} // namespace

std::vector<InstanceKey> instancesOn(const State &state, const std::string &host_id)
{
    std::vector<InstanceKey> keys;
    for (const auto &[key, instance] : state.instances) {
        if (instance.host() == host_id)
            keys.push_back(key);
    }
    return keys;
}

// A host that holds instances keeps its fault domain: theirs was chosen by it.
void makeHost(Transaction &tx, const std::string &id)
{
    const v1::Settings &settings = tx.state().settings;
    const bool is_new = !findHost(tx.state(), id);
    v1::Host &host = tx.host(id);
    if (is_new) {
        host.set_id(id);
        host.set_fault_domain(domainOf(id, settings));
        host.set_state(v1::Host::Starting);
        host.set_state_time_ms(tx.now());
    }
    host.set_leaving(isBeyond(id, settings));
    host.set_cores(settings.host_cores());
    host.set_memory_bytes(settings.host_memory_bytes());
    if (host.fault_domain() != domainOf(id, settings))
        tx.markHostLeft(id);
}

void makeHosts(Transaction &tx)
{
    const std::uint32_t count = tx.state().settings.host_count();
    for (std::uint32_t number = 1; number <= count; ++number)
        makeHost(tx, kHostPrefix + std::to_string(number));
    std::vector<std::string> beyond;
    for (const auto &[id, host] : tx.state().hosts) {
        if (isBeyond(id, tx.state().settings))
            beyond.push_back(id);
    }
    for (const std::string &id : beyond) {
        beginToLeave(tx, id);
        tx.markHostLeft(id);
    }
    tx.markCapacity();
}

void hostWasLeft(Transaction &tx, const std::string &id)
{
    const v1::Host *host = findHost(tx.state(), id);
    if (!host)
        return;
    const std::uint32_t domain = domainOf(id, tx.state().settings);
    const bool waits = host->leaving() || host->fault_domain() != domain;
    if (!waits || !instancesOn(tx.state(), id).empty())
        return;
    if (host->leaving()) {
        tellHost(tx, *host, v1::INFO, "HostRemoved", id + " was taken away",
                 "the settings ask for " + counted(tx.state().settings.host_count(), "host"));
        tx.removeHost(id);
        return;
    }
    tx.host(id).set_fault_domain(domain);
    tx.markCapacity();
}

void advanceMoves(Transaction &tx, const std::string &deployment_id)
{
    const State &state = tx.state();
    if (nobodyLeaves(state))
        return;
    std::map<std::string, std::vector<const v1::RoleInstance *>> roles;
    for (const v1::RoleInstance *instance : instancesOf(state, deployment_id))
        roles[instance->role()].push_back(instance);
    std::vector<HostRoom> rooms = roomOfHosts(state, Capacity::Now);
    for (const auto &[role, instances] : roles) {
        countRole(rooms, state, deployment_id, role);
        for (const InstanceKey &key : nextToMove(state, instances)) {
            const Need need = needOf(deployment_id, role, state.instances.at(key).size());
            const HostRoom *room = spreadOverDomains(rooms, need);
            if (!room)
                continue; // it runs where it is until there is room
            takeRoom(rooms, room->host, need);
            move(tx, key);
        }
    }
}

void markMovers(Transaction &tx)
{
    if (nobodyLeaves(tx.state()))
        return;
    for (const auto &[key, instance] : tx.state().instances) {
        if (isOnLeavingHost(tx.state(), instance))
            tx.markDeployment(key.first);
    }
}

std::optional<v1::Error> refuseHosts(const State &state, const v1::Settings &wanted)
{
    State changed;
    changed.settings = wanted;
    Context context;
    Transaction tx(changed, context);
    makeHosts(tx);
    std::vector<HostRoom> rooms = roomOfHosts(changed, Capacity::Nominal);
    std::vector<Need> homeless;
    std::set<std::string> leaving;
    for (const auto &[key, instance] : state.instances) {
        const Need need = needOf(key.first, instance.role(), instance.size());
        const bool stays = changed.hosts.contains(instance.host());
        if (instance.host().empty() || (!stays && instance.goal() == v1::RoleInstance::DELETE))
            continue;
        if (!stays) {
            homeless.push_back(need);
            leaving.insert(instance.host());
        } else if (!takeRoom(rooms, instance.host(), need)) {
            return makeError(v1::Error::FAILED_PRECONDITION, "HOST_IN_USE",
                             instance.host() + " holds more than " +
                                 amounts(wanted.host_cores(), wanted.host_memory_bytes()) +
                                 ": hosts cannot be made smaller than what they hold.",
                             instance.host());
        }
    }
    const auto shortage = findShortage(state, std::move(rooms), homeless);
    if (!shortage)
        return std::nullopt;
    return makeError(v1::Error::FAILED_PRECONDITION, "HOST_IN_USE",
                     listed({leaving.begin(), leaving.end()}) + " cannot be taken away. " +
                         describe(*shortage) + " Scale in or delete deployments first.",
                     *leaving.begin());
}

std::vector<std::string> previewHosts(const State &state, const v1::Settings &wanted)
{
    std::vector<std::string> lines;
    std::vector<std::string> kept_domains;
    if (wanted.host_count() > state.settings.host_count())
        lines.push_back(counted(wanted.host_count() - state.settings.host_count(), "host") +
                        " more.");
    for (const auto &[id, host] : state.hosts) {
        const std::size_t held = instancesOn(state, id).size();
        if (isBeyond(id, wanted))
            lines.push_back(id + (held == 0 ? " ends at once."
                                            : " ends when its " + counted(held, "instance") +
                                                  " run elsewhere, with fresh disks."));
        else if (held > 0 && host.fault_domain() != domainOf(id, wanted))
            kept_domains.push_back(id);
    }
    if (!kept_domains.empty())
        lines.push_back(listed(kept_domains) +
                        (kept_domains.size() == 1 ? " keeps its fault domain while it holds"
                                                  : " keep their fault domains while they hold") +
                        " instances.");
    return lines;
}

} // namespace slipway::core
