#include "tests/simulation/core/placement_cases.h"

#include "tests/simulation/core/random.h"

#include <set>

namespace slipway::core::test
{
namespace
{

std::vector<HostRoom> randomHosts(Random &random)
{
    std::vector<HostRoom> rooms;
    const std::uint32_t domains = 1 + random.below(4);
    const std::uint32_t count = 1 + random.below(8);
    for (std::uint32_t number = 0; number < count; ++number) {
        const std::string id = "host-" + std::to_string(number + 1);
        rooms.push_back({id, number % domains, random.below(17), random.below(60), 0});
    }
    return rooms;
}

HostRoom &roomNamed(std::vector<HostRoom> &rooms, const std::string &host)
{
    for (HostRoom &room : rooms) {
        if (room.host == host)
            return room;
    }
    return rooms.front();
}

bool anotherDomainHasRoom(const std::vector<HostRoom> &rooms, const Need &need,
                          std::uint32_t domain)
{
    for (const HostRoom &room : rooms) {
        if (room.fault_domain != domain && hasRoom(room, need))
            return true;
    }
    return false;
}

std::string placeRole(PlacementRule rule, std::vector<HostRoom> &rooms, const Need &need,
                      std::uint32_t count)
{
    std::set<std::uint32_t> domains;
    for (HostRoom &room : rooms)
        room.role_instances = 0;
    for (std::uint32_t index = 0; index < count; ++index) {
        const std::vector<HostRoom> before = rooms;
        const HostRoom *chosen = rule(rooms, need);
        if (!chosen) {
            for (const HostRoom &room : before) {
                if (hasRoom(room, need))
                    return "nothing was chosen although " + room.host + " has room";
            }
            return {};
        }
        if (!hasRoom(*chosen, need))
            return chosen->host + " is oversold";
        domains.insert(chosen->fault_domain);
        if (index >= 1 && domains.size() == 1 &&
            anotherDomainHasRoom(before, need, chosen->fault_domain))
            return "all instances of the role are in one fault domain while another has room";
        HostRoom &taken = roomNamed(rooms, chosen->host);
        taken.free_cores -= need.cores;
        taken.free_memory_bytes -= need.memory_bytes;
        ++taken.role_instances;
    }
    return {};
}

} // namespace

std::string examinePlacement(PlacementRule rule, std::uint64_t seed)
{
    Random random(seed);
    std::vector<HostRoom> rooms = randomHosts(random);
    const std::uint32_t roles = 1 + random.below(3);
    for (std::uint32_t role = 0; role < roles; ++role) {
        const Need need{"d", "Role" + std::to_string(role), 1 + random.below(8), random.below(30)};
        const std::string wrong = placeRole(rule, rooms, need, 1 + random.below(6));
        if (!wrong.empty())
            return wrong;
    }
    return {};
}

} // namespace slipway::core::test
