#include "backend/host/process_limits.h"

#include <sys/resource.h>

namespace slipway::host
{

namespace
{

constexpr std::uint64_t kProcessesMax = kInstanceProcessesMax;
constexpr std::uint64_t kProcessesOfOperatorMax = 4'096;

} // namespace

std::vector<ProcessLimit> processLimits(const SandboxSpec &spec, bool user_is_shared)
{
    // No core files, no locked memory beyond a little, no message queues beyond a little.
    std::vector<ProcessLimit> limits = {{"RLIMIT_NOFILE", RLIMIT_NOFILE, 65'536},
                                        {"RLIMIT_CORE", RLIMIT_CORE, 0},
                                        {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK, 8ULL * 1024 * 1024},
                                        {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE, 819'200},
                                        {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING, 4'096},
                                        {"RLIMIT_RTPRIO", RLIMIT_RTPRIO, 0},
                                        {"RLIMIT_NICE", RLIMIT_NICE, 0}};
    if (spec.disk_bytes > 0)
        limits.push_back({"RLIMIT_FSIZE", RLIMIT_FSIZE, spec.disk_bytes}); // of each file
    if (spec.limits)
        return limits;
    limits.push_back(
        {"RLIMIT_NPROC", RLIMIT_NPROC, user_is_shared ? kProcessesOfOperatorMax : kProcessesMax});
    if (spec.memory_bytes > 0)
        limits.push_back({"RLIMIT_DATA", RLIMIT_DATA, spec.memory_bytes});
    return limits;
}

} // namespace slipway::host
