#include "backend/host/sandbox_config.h"

#include "backend/host/process_limits.h"
#include "backend/host/system_calls.h"

#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace slipway::host
{

using Json = nlohmann::json;

namespace
{

constexpr std::int64_t kCpuPeriod_us = 100'000;
constexpr std::int64_t kCpuSharesPerCore = 1024; // cgroup's default weight, for one core

constexpr const char *kMaskedPaths[] = {"/proc/acpi",          "/proc/asound",
                                        "/proc/config.gz",     "/proc/interrupts",
                                        "/proc/kallsyms",      "/proc/kcore",
                                        "/proc/keys",          "/proc/key-users",
                                        "/proc/latency_stats", "/proc/sched_debug",
                                        "/proc/scsi",          "/proc/timer_list",
                                        "/proc/timer_stats",   "/proc/sysrq-trigger",
                                        "/proc/swaps",         "/proc/kpagecount",
                                        "/proc/kpageflags",    "/proc/kpagecgroup",
                                        "/proc/modules",       "/proc/vmallocinfo",
                                        "/sys/firmware",       "/sys/devices/virtual/powercap"};
constexpr const char *kReadOnlyPaths[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"};

Json capabilities()
{
    // The guest agent's alone: it brings "lo" up, and starts, ends and provides for programs that
    // are other users and have none of these.
    const Json names = {"CAP_NET_ADMIN", "CAP_SETPCAP",      "CAP_NET_BIND_SERVICE",
                        "CAP_SETUID",    "CAP_SETGID",       "CAP_CHOWN",
                        "CAP_FOWNER",    "CAP_DAC_OVERRIDE", "CAP_KILL"};
    return {{"bounding", names}, {"effective", names}, {"permitted", names}};
}

// Never above this process's own limits, which an ordinary user could not raise.
Json resourceLimits(const SandboxSpec &spec)
{
    Json all = Json::array();
    for (const ProcessLimit &limit : processLimits(spec, false)) {
        rlimit own{};
        getrlimit(__rlimit_resource_t(limit.resource), &own);
        const auto most = std::min<std::uint64_t>(own.rlim_max, limit.most);
        all.push_back({{"type", limit.name}, {"hard", most}, {"soft", most}});
    }
    return all;
}

Json process(const SandboxSpec &spec)
{
    Json environment = Json::array();
    for (const auto &[name, value] : spec.environment)
        environment.push_back(name + "=" + value);
    return {{"terminal", false},
            {"user", {{"uid", 0}, {"gid", 0}}},
            {"args", spec.arguments},
            {"env", environment},
            {"cwd", "/"},
            {"noNewPrivileges", true},
            {"capabilities", capabilities()},
            {"rlimits", resourceLimits(spec)}};
}

Json fileSystem(const char *type, const char *target, std::vector<std::string> options)
{
    return {{"type", type}, {"source", type}, {"destination", target}, {"options", options}};
}

Json bind(const BindMount &mount)
{
    return {{"type", "bind"},
            {"source", mount.source.string()},
            {"destination", mount.target},
            {"options", {"rbind", mount.writable ? "rw" : "ro", "nosuid", "nodev"}}};
}

Json mounts(const SandboxSpec &spec)
{
    Json all = Json::array({
        fileSystem("proc", "/proc", {"nosuid", "noexec", "nodev"}),
        fileSystem("tmpfs", "/dev",
                   {"nosuid", "strictatime", "mode=755", "size=64k", "nr_inodes=256"}),
        fileSystem("tmpfs", "/dev/shm",
                   {"nosuid", "noexec", "nodev", "mode=1777", "size=16m", "nr_inodes=1k"}),
        bind({"/usr", "/usr", false}),
        fileSystem("tmpfs", "/usr/local",
                   {"ro", "nosuid", "nodev", "mode=755", "size=4k", "nr_inodes=8"}),
        fileSystem("tmpfs", "/tmp", {"nosuid", "nodev", "mode=1777", "size=64m", "nr_inodes=16k"}),
    });
    for (const BindMount &mount : spec.binds)
        all.push_back(bind(mount));
    return all;
}

Json resources(const SandboxSpec &spec)
{
    Json memory = {{"limit", spec.memory_bytes}};
    if (spec.swap_limit)
        memory["swap"] = spec.memory_bytes; // memory and swap together: no swap at all
    return {{"memory", memory},
            {"cpu",
             {{"quota", kCpuPeriod_us * spec.cores},
              {"period", kCpuPeriod_us},
              {"shares", kCpuSharesPerCore * spec.cores}}},
            {"pids", {{"limit", kInstanceProcessesMax}}}};
}

Json condition(const CallCondition &one)
{
    return {{"index", one.argument},
            {"value", one.mask},
            {"valueTwo", one.value},
            {"op", "SCMP_CMP_MASKED_EQ"}};
}

Json systemCalls(const SandboxSpec &spec)
{
    CommonGround common;
    common.user = spec.id_count == 1;
    Json calls = Json::array();
    for (const CallRule &rule : systemCallRules(common)) {
        Json call = {{"names", rule.names},
                     {"action", rule.error == 0 ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO"}};
        if (rule.error != 0)
            call["errnoRet"] = rule.error;
        for (const CallCondition &one : rule.conditions)
            call["args"].push_back(condition(one));
        calls.push_back(call);
    }
    return {{"defaultAction", "SCMP_ACT_ERRNO"},
            {"architectures", systemCallArchitectures()},
            {"syscalls", calls}};
}

Json idMapping(std::uint32_t first, std::uint32_t count)
{
    return Json::array({{{"containerID", 0}, {"hostID", first}, {"size", count}}});
}

Json namespaces()
{
    Json all = Json::array();
    for (const char *type : {"pid", "network", "ipc", "uts", "mount", "user", "cgroup"})
        all.push_back({{"type", type}});
    return all;
}

Json linuxPart(const SandboxSpec &spec)
{
    Json part = {{"uidMappings", idMapping(spec.user_id, spec.id_count)},
                 {"gidMappings", idMapping(spec.group_id, spec.id_count)},
                 {"namespaces", namespaces()},
                 {"seccomp", systemCalls(spec)},
                 {"sysctl", {{"net.ipv4.ip_unprivileged_port_start", "0"}}},
                 {"maskedPaths", kMaskedPaths},
                 {"readonlyPaths", kReadOnlyPaths}};
    if (spec.limits) {
        part["cgroupsPath"] = spec.cgroup;
        part["resources"] = resources(spec);
    }
    return part;
}

} // namespace

std::string sandboxConfig(const SandboxSpec &spec)
{
    const Json config = {{"ociVersion", "1.0.2"},
                         {"process", process(spec)},
                         {"root", {{"path", spec.root.string()}, {"readonly", true}}},
                         {"hostname", spec.host_name},
                         {"mounts", mounts(spec)},
                         {"linux", linuxPart(spec)}};
    return config.dump(1);
}

} // namespace slipway::host
