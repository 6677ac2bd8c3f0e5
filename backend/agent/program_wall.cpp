#include "backend/agent/program_wall.h"

#include <cerrno>

namespace slipway::agent
{

namespace
{

constexpr std::uint64_t kUnixFamily = 1;
constexpr std::uint64_t kInternet4 = 2;
constexpr std::uint64_t kInternet6 = 10;
constexpr std::uint64_t kDatagram = 2;
constexpr std::uint64_t kSocketType = 0xF; // without SOCK_CLOEXEC and SOCK_NONBLOCK
constexpr std::uint64_t kInt = 0xFFFFFFFF;

} // namespace

Result<std::shared_ptr<const sys::Confinement>> makeProgramWall(const AgentOptions &options,
                                                                const PortPool &ports)
{
    if (!options.confined)
        return std::shared_ptr<const sys::Confinement>();
    sys::ConfinementSpec spec;
    spec.own_domain = true;
    spec.bind_ports = ports.bindable();
    spec.connect_ports = ports.reachable();
    // Pairs stay allowed: programs talk to their own children over them.
    spec.calls = sys::CallWall{
        {{{"socket"}, {{0, kInt, kUnixFamily}}, EACCES},
         {{"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp"}, {}, EPERM}},
        true};
    if (ports.reachable())
        for (const std::uint64_t family : {kInternet4, kInternet6})
            spec.calls->rules.push_back(
                {{"socket"}, {{0, kInt, family}, {1, kSocketType, kDatagram}}, EACCES});
    return sys::Confinement::prepare(spec);
}

} // namespace slipway::agent
