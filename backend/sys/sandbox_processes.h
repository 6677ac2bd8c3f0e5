// The processes of sandboxes as the machine sees them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace slipway::sys
{

// From now on orphans below this process become its children instead of the machine's first one's.
void becomeReaper();
// Collects ended children that nobody waits for: those that were ended at the last call too.
// Returns the ended ones of now, for the next call about a second later.
std::set<int> reapOrphans(const std::set<int> &ended_before);
// The pid, in this process's namespace, of the process that the sandbox of `first_pid` knows as
// `inner_pid`; 0 when there is none (any more).
int outerPid(int first_pid, int inner_pid);
// Processes that were started with this variable ("NAME=value") in their environment.
std::vector<int> processesWithVariable(const std::string &variable);
// Other processes whose arguments name this folder, or something in it.
std::vector<int> processesMentioning(const std::string &folder);
// All of a user's processes at once, so that none can flee by forking. For users that only
// instances have; needs root. Blocks for a moment. False: nobody was ended.
bool endProcessesOfUser(std::uint32_t user);
// The file by which a host's successor learns that the host had instances of this user.
std::filesystem::path userRecord(const std::filesystem::path &host_folder, std::uint32_t user);
// Ends the processes of all users on record, and takes them off it: an instance keeps its user when
// it moves to another host. Does nothing unless this is root.
void endRecordedUsers(const std::filesystem::path &host_folder);
void endProcess(int pid, bool with_group); // SIGKILL
bool processAlive(int pid);                // a zombie is not

} // namespace slipway::sys
