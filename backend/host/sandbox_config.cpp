#include "backend/host/sandbox_config.h"

#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace slipway::host
{

using Json = nlohmann::json;

namespace
{

constexpr std::int64_t kCpuPeriod_us = 100'000;
constexpr std::int64_t kCpuSharesPerCore = 1024; // cgroup's default weight, for one core
constexpr int kPidsMax = 1024;
constexpr std::uint64_t kFilesMax = 65'536;

Json capabilities()
{
    // The guest agent is root inside: it brings "lo" up, and nginx changes its workers' user.
    const Json names = {"CAP_NET_ADMIN", "CAP_NET_BIND_SERVICE", "CAP_SETUID",       "CAP_SETGID",
                        "CAP_CHOWN",     "CAP_FOWNER",           "CAP_DAC_OVERRIDE", "CAP_KILL"};
    return {{"bounding", names}, {"effective", names}, {"permitted", names}};
}

// Never above this process's own limits, which an ordinary user could not raise.
Json fileLimit()
{
    rlimit own{};
    getrlimit(RLIMIT_NOFILE, &own);
    const auto files = std::min<std::uint64_t>(own.rlim_max, kFilesMax);
    return {{"type", "RLIMIT_NOFILE"}, {"hard", files}, {"soft", files}};
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
            {"rlimits", Json::array({fileLimit()})}};
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
        fileSystem("tmpfs", "/dev", {"nosuid", "strictatime", "mode=755", "size=64k"}),
        fileSystem("tmpfs", "/dev/shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=16m"}),
        bind({"/usr", "/usr", false}),
        fileSystem("tmpfs", "/usr/local", {"ro", "nosuid", "nodev", "mode=755", "size=4k"}),
        fileSystem("tmpfs", "/tmp", {"nosuid", "nodev", "mode=1777", "size=64m"}),
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
            {"pids", {{"limit", kPidsMax}}}};
}

// Kernel doors that no role needs and through which sandboxes have been left before.
Json systemCalls()
{
    const Json names = {"add_key",
                        "bpf",
                        "clock_settime",
                        "delete_module",
                        "finit_module",
                        "init_module",
                        "io_uring_enter",
                        "io_uring_register",
                        "io_uring_setup",
                        "kexec_load",
                        "kexec_file_load",
                        "keyctl",
                        "mount",
                        "move_mount",
                        "name_to_handle_at",
                        "open_by_handle_at",
                        "perf_event_open",
                        "pivot_root",
                        "reboot",
                        "request_key",
                        "setns",
                        "swapoff",
                        "swapon",
                        "umount2",
                        "unshare",
                        "userfaultfd"};
    return {{"defaultAction", "SCMP_ACT_ALLOW"},
            {"syscalls", Json::array({{{"names", names}, {"action", "SCMP_ACT_ERRNO"}}})}};
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
                 {"seccomp", systemCalls()},
                 {"sysctl", {{"net.ipv4.ip_unprivileged_port_start", "0"}}},
                 {"maskedPaths",
                  {"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
                   "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi"}},
                 {"readonlyPaths",
                  {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}}};
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
