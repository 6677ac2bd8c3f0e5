#include "backend/agent/program_wall.h"

#include <cerrno>

namespace slipway::agent
{

namespace
{

constexpr std::uint64_t kUnixFamily = 1;
constexpr std::uint64_t kWholeNumber = 0xFFFFFFFF; // an int's bits

} // namespace

Result<std::shared_ptr<const sys::Confinement>> makeProgramWall(const AgentOptions &options)
{
    if (!options.confined)
        return std::shared_ptr<const sys::Confinement>();
    sys::ConfinementSpec spec;
    spec.own_domain = true;
    // Pairs stay allowed: programs talk to their own children over them.
    spec.calls = sys::CallWall{
        {{{"socket"}, {{0, kWholeNumber, kUnixFamily}}, EACCES},
         {{"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp"}, {}, EPERM}},
        true};
    return sys::Confinement::prepare(spec);
}

} // namespace slipway::agent
