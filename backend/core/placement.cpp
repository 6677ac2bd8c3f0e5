#include "backend/core/placement.h"

#include "backend/core/lookup.h"
#include "backend/core/sizes.h"

#include <algorithm>
#include <tuple>

namespace slipway::core
{
namespace
{

HostRoom *findRoom(std::vector<HostRoom> &rooms, const std::string &host)
{
    const auto found = std::find_if(rooms.begin(), rooms.end(),
                                    [&](const HostRoom &room) { return room.host == host; });
    return found == rooms.end() ? nullptr : &*found;
}

// `rooms` count the instance's own role.
void placeOne(Transaction &tx, const InstanceKey &key, std::vector<HostRoom> &rooms,
              const Need &need)
{
    const HostRoom *room = spreadOverDomains(rooms, need);
    v1::RoleInstance &instance = tx.instance(key);
    if (!room) {
        instance.set_reason(noRoomReason(rooms, need));
        return;
    }
    instance.set_host(room->host);
    instance.set_fault_domain(room->fault_domain);
    instance.set_reason("");
    takeRoom(rooms, room->host, need);
}

// A new one has its first disk; whoever lost its host gets new ones.
bool hadAPlace(const v1::RoleInstance &instance)
{
    return instance.disk_generation() > 1;
}

std::vector<InstanceKey> waitingInstances(const State &state)
{
    std::vector<std::tuple<std::int64_t, InstanceKey>> waiting;
    for (const auto &[key, instance] : state.instances) {
        if (instance.host().empty() && instance.goal() != v1::RoleInstance::DELETE)
            waiting.emplace_back(instance.create_time_ms(), key);
    }
    std::sort(waiting.begin(), waiting.end());
    std::vector<InstanceKey> keys;
    for (auto &[time, key] : waiting)
        keys.push_back(std::move(key));
    return keys;
}

} // namespace

bool hasRoom(const HostRoom &room, const Need &need)
{
    return room.free_cores >= need.cores && room.free_memory_bytes >= need.memory_bytes;
}

const HostRoom *spreadOverDomains(std::span<const HostRoom> rooms, const Need &need)
{
    std::map<std::uint32_t, std::uint32_t> in_domain;
    for (const HostRoom &room : rooms)
        in_domain[room.fault_domain] += room.role_instances;
    const auto rank = [&](const HostRoom &room) {
        return std::tuple(in_domain[room.fault_domain], room.role_instances, ~room.free_cores,
                          ~room.free_memory_bytes, std::string_view(room.host));
    };
    const HostRoom *best = nullptr;
    for (const HostRoom &room : rooms) {
        if (hasRoom(room, need) && (!best || rank(room) < rank(*best)))
            best = &room;
    }
    return best;
}

std::vector<HostRoom> roomOfHosts(const State &state, Capacity capacity)
{
    std::vector<HostRoom> rooms;
    for (const auto &[id, host] : state.hosts) {
        // A starting host will report, or be declared lost: to wait would crowd the fastest one.
        const bool will_serve =
            host.state() == v1::Host::Ready || host.state() == v1::Host::Starting;
        if (host.leaving() || (capacity == Capacity::Now && !will_serve))
            continue;
        rooms.push_back({id, host.fault_domain(), host.cores(), host.memory_bytes(), 0});
    }
    for (const auto &[key, instance] : state.instances) {
        if (instance.host().empty() ||
            (capacity == Capacity::Nominal && instance.goal() == v1::RoleInstance::DELETE))
            continue;
        takeRoom(rooms, instance.host(), needOf(key.first, instance.role(), instance.size()));
    }
    for (HostRoom &room : rooms)
        room.role_instances = 0;
    return rooms;
}

void countRole(std::vector<HostRoom> &rooms, const State &state, const std::string &deployment_id,
               const std::string &role)
{
    for (HostRoom &room : rooms)
        room.role_instances = 0;
    for (const v1::RoleInstance *instance : instancesOf(state, deployment_id, role)) {
        HostRoom *room = findRoom(rooms, instance->host());
        if (room && instance->goal() != v1::RoleInstance::DELETE)
            ++room->role_instances;
    }
}

// Never below zero: hosts may have been made smaller than what they hold.
bool takeRoom(std::vector<HostRoom> &rooms, const std::string &host, const Need &need)
{
    HostRoom *room = findRoom(rooms, host);
    if (!room)
        return false;
    const bool fits = hasRoom(*room, need);
    room->free_cores -= std::min(room->free_cores, need.cores);
    room->free_memory_bytes -= std::min(room->free_memory_bytes, need.memory_bytes);
    ++room->role_instances;
    return fits;
}

void giveRoom(std::vector<HostRoom> &rooms, const std::string &host, const Need &need)
{
    if (HostRoom *room = findRoom(rooms, host)) {
        room->free_cores += need.cores;
        room->free_memory_bytes += need.memory_bytes;
    }
}

Need needOf(const std::string &deployment_id, const std::string &role, const std::string &size)
{
    const SizeFacts *facts = findSize(size);
    return {deployment_id, role, facts ? facts->cores : 0, facts ? facts->memory_bytes : 0};
}

std::string amounts(std::uint64_t cores, std::uint64_t memory_bytes)
{
    return counted(cores, "core") + " and " + gibibytes(memory_bytes);
}

std::string noRoomReason(std::span<const HostRoom> rooms, const Need &need)
{
    const HostRoom *largest = nullptr;
    for (const HostRoom &room : rooms) {
        if (!largest || std::tuple(room.free_cores, room.free_memory_bytes) >
                            std::tuple(largest->free_cores, largest->free_memory_bytes))
            largest = &room;
    }
    if (!largest)
        return "waiting for a host: none is ready";
    return "no host has room for " + amounts(need.cores, need.memory_bytes) +
           "; largest free: " + largest->host + " with " +
           amounts(largest->free_cores, largest->free_memory_bytes);
}

std::optional<Shortage> findShortage(const State &state, std::vector<HostRoom> rooms,
                                     const std::vector<Need> &needs)
{
    Shortage shortage;
    shortage.wanted = needs.size();
    const Need *previous = nullptr;
    for (const Need &need : needs) {
        if (!previous || std::tie(previous->deployment_id, previous->role) !=
                             std::tie(need.deployment_id, need.role))
            countRole(rooms, state, need.deployment_id, need.role);
        previous = &need;
        if (const HostRoom *room = spreadOverDomains(rooms, need)) {
            takeRoom(rooms, room->host, need);
            continue;
        }
        if (shortage.unplaced++ == 0) {
            shortage.first = need;
            shortage.reason = noRoomReason(rooms, need);
        }
        shortage.missing.cores += need.cores;
        shortage.missing.memory_bytes += need.memory_bytes;
    }
    return shortage.unplaced == 0 ? std::nullopt : std::optional(shortage);
}

std::string describe(const Shortage &shortage)
{
    return "There is no room for " + withThousands(shortage.unplaced) + " of " +
           counted(shortage.wanted, "instance") + ", together " +
           amounts(shortage.missing.cores, shortage.missing.memory_bytes) + ". Role " +
           shortage.first.role + ": " + shortage.reason + ".";
}

std::optional<v1::Error> checkCapacity(const State &state, std::vector<HostRoom> rooms,
                                       const std::vector<Need> &needs, const std::string &subject)
{
    const auto shortage = findShortage(state, std::move(rooms), needs);
    if (!shortage)
        return std::nullopt;
    return makeError(v1::Error::RESOURCE_EXHAUSTED, "INSUFFICIENT_CAPACITY",
                     describe(*shortage) +
                         " Use fewer or smaller instances, or add hosts in the settings.",
                     subject);
}

bool fitsOnItsHost(const State &state, const v1::RoleInstance &instance, const std::string &size)
{
    std::vector<HostRoom> rooms = roomOfHosts(state, Capacity::Now);
    giveRoom(rooms, instance.host(), needOf({}, {}, instance.size()));
    const HostRoom *room = findRoom(rooms, instance.host());
    return room && hasRoom(*room, needOf({}, {}, size));
}

void placeWaiting(Transaction &tx)
{
    const std::vector<InstanceKey> waiting = waitingInstances(tx.state());
    if (waiting.empty())
        return;
    std::vector<HostRoom> rooms = roomOfHosts(tx.state(), Capacity::Now);
    const bool held = awaitsLostHosts(tx.state(), tx.running());
    Need before;
    for (const InstanceKey &key : waiting) {
        const v1::RoleInstance &instance = tx.state().instances.at(key);
        if (held && hadAPlace(instance)) {
            tx.instance(key).set_reason(
                "waiting for a host: several were lost together and are expected back");
            continue;
        }
        const Need need = needOf(instance.deployment_id(), instance.role(), instance.size());
        if (std::tie(before.deployment_id, before.role) != std::tie(need.deployment_id, need.role))
            countRole(rooms, tx.state(), need.deployment_id, need.role);
        placeOne(tx, key, rooms, need);
        before = need;
    }
}

} // namespace slipway::core
