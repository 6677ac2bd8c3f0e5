// Where this process may make control groups, and what they tell. Groups are named by their path
// below the hierarchy's root ("/slipway-<fabric>/host-1/<id>"), the same in every hierarchy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::sys
{

// The path under which groups may be made: "" as root, a delegated group's path for an ordinary
// user on a cgroup v2 machine, nothing where limits are impossible.
std::optional<std::string> cgroupBase();
// Makes the most of what an ordinary user was delegated (see cgroup_delegation.h). May move this
// process; before it starts others.
void prepareCgroup();
// The group of all that a fabric limits; its hosts' groups lie in it.
std::optional<std::string> fabricCgroup(const std::string &fabric_id);
// Nothing of these is found either when it cannot be read for now: the error's words, empty when
// it can.
std::string cgroupProblem();
// The kernel counts swap for groups, so that a swap limit can be set.
bool cgroupLimitsSwap();
// How often the kernel ended a process of this group for want of memory; 0 when it does not exist.
std::uint64_t cgroupOutOfMemoryKills(const std::string &group);
// Removes the group and all below it in every hierarchy. What still holds processes stays.
void removeCgroup(const std::string &group);
bool cgroupExists(const std::string &group);

} // namespace slipway::sys
