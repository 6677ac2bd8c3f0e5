// Where instances go. The rule itself is a pure function over the room that hosts have, so that it
// can be examined, and replaced in tests, without a fabric around it.
#pragma once

#include "backend/core/transaction.h"

#include <span>

namespace slipway::core
{

struct HostRoom {
    std::string host;
    std::uint32_t fault_domain = 0;
    std::uint64_t free_cores = 0;
    std::uint64_t free_memory_bytes = 0;
    // Of the role that is to be placed.
    std::uint32_t role_instances = 0;
};

struct Need {
    std::string deployment_id;
    std::string role;
    std::uint64_t cores = 0;
    std::uint64_t memory_bytes = 0;
};

// The chosen host, nullptr when none has room.
using PlacementRule = const HostRoom *(*)(std::span<const HostRoom>, const Need &);

bool hasRoom(const HostRoom &room, const Need &need);
// The fault domain with the fewest instances of the role, in it the host with the fewest, among
// those the one with most room; at last the host id decides.
const HostRoom *spreadOverDomains(std::span<const HostRoom> rooms, const Need &need);

// Which hosts and instances count: what may be placed now, or what the whole fabric could hold when
// all hosts are up and everything that leaves is gone.
enum class Capacity { Now, Nominal };
std::vector<HostRoom> roomOfHosts(const State &state, Capacity capacity);
// Fills in role_instances.
void countRole(std::vector<HostRoom> &rooms, const State &state, const std::string &deployment_id,
               const std::string &role);
// False when the host has less than that; then all it has is taken.
bool takeRoom(std::vector<HostRoom> &rooms, const std::string &host, const Need &need);
void giveRoom(std::vector<HostRoom> &rooms, const std::string &host, const Need &need);
Need needOf(const std::string &deployment_id, const std::string &role, const std::string &size);

// "4 cores and 7 GiB"
std::string amounts(std::uint64_t cores, std::uint64_t memory_bytes);
// "no host has room for 4 cores and 7 GiB; largest free: host-2 with 3 cores and 20 GiB"
std::string noRoomReason(std::span<const HostRoom> rooms, const Need &need);

// Instances for which there is no host.
struct Shortage {
    std::size_t unplaced = 0;
    std::size_t wanted = 0;
    Need missing; // of all of them together
    Need first;
    std::string reason; // why the first one finds no host
};
std::optional<Shortage> findShortage(const State &state, std::vector<HostRoom> rooms,
                                     const std::vector<Need> &needs);
// Two sentences with numbers.
std::string describe(const Shortage &shortage);
// The error for needs that cannot all be met; nothing when they fit.
std::optional<v1::Error> checkCapacity(const State &state, std::vector<HostRoom> rooms,
                                       const std::vector<Need> &needs, const std::string &subject);

// Would the instance fit on its own host with another size?
bool fitsOnItsHost(const State &state, const v1::RoleInstance &instance, const std::string &size);
// Hosts that were lost together are still waited for: those of their instances that have to move
// stay where they are in the queue.
bool awaitsLostHosts(const State &state, std::int64_t running_ms);
// Places every instance that waits, the oldest first.
void placeWaiting(Transaction &tx);

} // namespace slipway::core
