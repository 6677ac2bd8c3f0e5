#include "backend/host/isolation.h"

#include "backend/host/root_folder.h"
#include "backend/sys/cgroup.h"
#include "backend/sys/child_process.h"
#include "backend/sys/mount.h"
#include "backend/sys/sandbox.h"

#include <asio.hpp>
#include <fstream>
#include <unistd.h>

namespace slipway::host
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uint32_t kTestUidBase = 300'000'000;
constexpr std::uint32_t kIdsPerSandbox = 65'536;
constexpr std::uint64_t kTestMemoryBytes = 64ULL * 1024 * 1024;
constexpr int kTestTimeout_ms = 10'000;

std::string lastLine(std::string text)
{
    while (text.ends_with('\n'))
        text.pop_back();
    return text.substr(text.rfind('\n') + 1);
}

std::vector<std::string> runtimeCommand(const HostOptions &options,
                                        const std::vector<std::string> &command)
{
    asio::io_context io;
    std::vector<std::string> arguments =
        sys::SandboxTool(io, options.paths.runtime / "runc").commandLine();
    arguments.insert(arguments.end(), command.begin(), command.end());
    return arguments;
}

// Empty when the sandbox ran, else why not.
std::string tryLevel(const HostOptions &options, const Isolation &isolation)
{
    SandboxSpec spec = sandboxBase(isolation, kTestUidBase);
    spec.id = sys::sandboxPrefix(options.fabric_id, options.host_id) + "test";
    spec.cgroup = isolation.cgroup + "/test";
    spec.host_name = "test";
    spec.memory_bytes = kTestMemoryBytes;
    spec.cores = 1;
    spec.arguments = {"/usr/bin/true"};
    const fs::path bundle = options.paths.hostFolder(options.host_id) / "test";
    std::error_code ignored;
    fs::create_directories(bundle, ignored);
    std::ofstream(bundle / "config.json") << sandboxConfig(spec);
    sys::SpawnRequest request;
    request.arguments = runtimeCommand(options, {"run", "--bundle", bundle.string(), spec.id});
    const auto output = sys::runProgram(request, kTestTimeout_ms);
    fs::remove_all(bundle, ignored);
    if (output && output->ok())
        return {};
    request.arguments = runtimeCommand(options, {"delete", "--force", spec.id});
    [[maybe_unused]] const auto cleaned = sys::runProgram(request, kTestTimeout_ms);
    return output ? lastLine(output->err) : output.error().message();
}

std::string adviceForLimits(const std::string &problem)
{
    if (geteuid() == 0)
        return "Memory and CPU limits failed here: " + problem;
    return "For memory and CPU limits run the fabric as root, or let systemd delegate the "
           "controllers cpu, memory and pids to your user (cgroup v2; Delegate=yes for "
           "user@.service).";
}

// As root sandboxes have user ids that may not enter the fabric's private folders.
Result<fs::path> reachableRoot(const HostOptions &options, const fs::path &folder)
{
    if (const auto made = makeRootFolder(folder); !made)
        return Failure(made.error());
    if (geteuid() != 0)
        return folder;
    return sys::exposeFolder(folder,
                             {options.paths.data, options.paths.runtime, options.agent_program});
}

} // namespace

std::string isolationName(IsolationLevel level)
{
    switch (level) {
    case IsolationLevel::WithLimits:
        return "isolated with limits";
    case IsolationLevel::WithoutLimits:
        return "isolated without limits";
    case IsolationLevel::None:
        break;
    }
    return "no isolation";
}

SandboxSpec sandboxBase(const Isolation &isolation, std::uint32_t uid_base)
{
    SandboxSpec spec;
    const bool is_root = geteuid() == 0;
    spec.root = isolation.root;
    spec.user_id = is_root ? uid_base : geteuid();
    spec.group_id = is_root ? uid_base : getegid();
    spec.id_count = is_root ? kIdsPerSandbox : 1;
    spec.limits = isolation.level == IsolationLevel::WithLimits;
    spec.swap_limit = isolation.swap_limit;
    spec.binds = sharedSystemFolders();
    return spec;
}

Isolation testIsolation(const HostOptions &options)
{
    Isolation isolation;
    if (sys::findSandboxProgram().empty()) {
        isolation.advice = "Install runc to run every instance in a sandbox of its own.";
        return isolation;
    }
    const auto root = reachableRoot(options, options.paths.hostFolder(options.host_id) / "rootfs");
    if (!root) {
        isolation.advice = root.error().message();
        return isolation;
    }
    isolation.root = *root;
    isolation.swap_limit = sys::cgroupLimitsSwap();
    const auto fabric_cgroup = sys::fabricCgroup(options.fabric_id);
    std::string problem;
    if (fabric_cgroup) {
        isolation.cgroup = *fabric_cgroup + "/" + options.host_id;
        isolation.level = IsolationLevel::WithLimits;
        problem = tryLevel(options, isolation);
        if (problem.empty())
            return isolation;
    }
    isolation.level = IsolationLevel::WithoutLimits;
    isolation.advice = adviceForLimits(problem);
    problem = tryLevel(options, isolation);
    if (problem.empty())
        return isolation;
    isolation.level = IsolationLevel::None;
    isolation.advice = "A test sandbox failed: " + problem +
                       " Enable user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
                       "user.max_user_namespaces), or run the fabric as root.";
    return isolation;
}

} // namespace slipway::host
