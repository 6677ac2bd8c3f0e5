#include "backend/sys/liveness.h"

#include "backend/sys/proc_files.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace slipway::sys
{

namespace
{

constexpr std::size_t kThreadsMax = 256;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::optional<RunFacts> factsIn(const std::filesystem::path &folder)
{
    const auto stat = procStat(folder);
    if (!stat)
        return std::nullopt;
    RunFacts facts;
    facts.state = stat->state;
    std::ifstream schedule(folder / "schedstat");
    if (schedule >> facts.ran_ns >> facts.ready_ns)
        return facts;
    // A kernel without that: the ticks on a processor are all there is.
    facts.ran_ns =
        std::int64_t(stat->user_ticks + stat->system_ticks) * (kNsPerSecond / sysconf(_SC_CLK_TCK));
    facts.ready_ns = 0;
    return facts;
}

std::optional<RunFacts> factsOf(int pid)
{
    return factsIn("/proc/" + std::to_string(pid));
}

void addThreads(int pid, std::map<int, RunFacts> &facts)
{
    const std::filesystem::path tasks = "/proc/" + std::to_string(pid) + "/task";
    for (const int thread : numbersIn(tasks))
        if (facts.size() < kThreadsMax)
            if (const auto found = factsIn(tasks / std::to_string(thread)))
                facts[thread] = *found;
}

} // namespace

std::map<int, RunFacts> readProcess(int pid)
{
    std::map<int, RunFacts> facts;
    if (const auto own = factsOf(pid))
        facts[pid] = *own;
    return facts;
}

std::map<int, RunFacts> readThreads(int pid)
{
    std::map<int, RunFacts> facts;
    addThreads(pid, facts);
    return facts;
}

std::map<int, RunFacts> readProcessTree(int pid)
{
    std::map<int, RunFacts> facts;
    std::vector<int> open = {pid};
    while (!open.empty() && facts.size() < kThreadsMax) {
        const int process = open.back();
        open.pop_back();
        addThreads(process, facts);
        const std::vector<int> children = childrenOf(process);
        open.insert(open.end(), children.begin(), children.end());
    }
    return facts;
}

} // namespace slipway::sys
