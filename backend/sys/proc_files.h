// What /proc tells of processes. Arguments and environment are text of the process's own, of any
// length that it likes, a guest's too: everything is read through here, with a limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace slipway::sys
{

// What the fabric writes into the environment of its own processes stands first there.
inline constexpr std::size_t kProcBytesMax = 256 * 1024;

std::vector<int> processIds(); // all that can be seen from here
// Numbers among the names in a folder, e.g. the threads in /proc/<pid>/task.
std::vector<int> numbersIn(const std::filesystem::path &folder);
// /proc/<pid>/<name>, at most its first bytes; empty when the process is gone or closed to this
// one.
std::string procText(int pid, const char *name, std::size_t bytes_max = kProcBytesMax);
// A field of /proc/<pid>/status, e.g. "State"; empty when there is none.
std::string statusField(int pid, const std::string &name);
std::vector<int> childrenOf(int pid); // of all its threads

struct ProcStat {
    char state = 0; // 'S'
    int parent = 0;
    int session = 0;
    std::uint64_t user_ticks = 0;
    std::uint64_t system_ticks = 0;
    std::uint64_t start_ticks = 0; // since boot
};
// Of a folder /proc/<pid> or /proc/<pid>/task/<thread>.
std::optional<ProcStat> procStat(const std::filesystem::path &folder);
std::optional<ProcStat> procStat(int pid);

} // namespace slipway::sys
