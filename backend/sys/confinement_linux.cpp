#include "backend/sys/confinement.h"

#include "backend/sys/call_filter.h"
#include "backend/sys/landlock.h"

#include <algorithm>
#include <cerrno>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::sys
{

struct Confinement::Prepared {
    std::optional<UserIdentity> identity;
    int ruleset = -1; // -1: no Landlock
    std::vector<sock_filter> calls;
    std::vector<std::pair<int, rlimit>> limits;
    bool no_capabilities = true;
};

namespace
{

std::vector<std::pair<int, rlimit>> withinOwnLimits(const std::vector<ResourceLimit> &wanted)
{
    std::vector<std::pair<int, rlimit>> limits;
    for (const ResourceLimit &limit : wanted) {
        rlimit own{};
        getrlimit(__rlimit_resource_t(limit.resource), &own);
        const rlim_t most = std::min<rlim_t>(own.rlim_max, limit.most);
        limits.push_back({limit.resource, {most, most}});
    }
    return limits;
}

// libc's own wrappers would change the identity of all threads, of which this child has one.
int becomeUser(const UserIdentity &identity)
{
    if (syscall(SYS_setgroups, 0, nullptr) != 0)
        return errno;
    if (syscall(SYS_setresgid, identity.group, identity.group, identity.group) != 0)
        return errno;
    if (syscall(SYS_setresuid, identity.user, identity.user, identity.user) != 0)
        return errno;
    return 0;
}

// Those that this process has not, or the kernel knows not, cannot be dropped, and need not be.
void emptyBoundingSet()
{
    for (int capability = 0; capability < 64; ++capability)
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

int emptyCapabilities()
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
    return syscall(SYS_capset, &header, none) == 0 ? 0 : errno;
}

} // namespace

Confinement::Confinement(std::unique_ptr<Prepared> prepared) : m_prepared(std::move(prepared)) {}

Confinement::~Confinement()
{
    if (m_prepared->ruleset >= 0)
        close(m_prepared->ruleset);
}

Result<std::shared_ptr<const Confinement>> Confinement::prepare(const ConfinementSpec &spec)
{
    std::shared_ptr<Confinement> made(new Confinement(std::make_unique<Prepared>()));
    Prepared &prepared = *made->m_prepared;
    prepared.identity = spec.identity;
    prepared.no_capabilities = spec.no_capabilities;
    prepared.limits = withinOwnLimits(spec.limits);
    if (spec.files || spec.connect_ports || spec.bind_ports || spec.own_domain) {
        const auto ruleset = makeRuleset(spec);
        if (!ruleset)
            return Failure(ruleset.error());
        prepared.ruleset = *ruleset;
    }
    if (spec.calls) {
        auto calls = compileCalls(*spec.calls);
        if (!calls)
            return Failure(calls.error());
        prepared.calls = std::move(*calls);
    }
    return std::shared_ptr<const Confinement>(std::move(made));
}

int Confinement::shed() const
{
    const Prepared &prepared = *m_prepared;
    for (const auto &[resource, limit] : prepared.limits)
        if (setrlimit(__rlimit_resource_t(resource), &limit) != 0)
            return errno;
    if (prepared.no_capabilities)
        emptyBoundingSet();
    if (prepared.identity)
        if (const int problem = becomeUser(*prepared.identity); problem != 0)
            return problem;
    if (prepared.no_capabilities)
        if (const int problem = emptyCapabilities(); problem != 0)
            return problem;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return errno;
    return prepared.ruleset >= 0 ? restrictByRuleset(prepared.ruleset) : 0;
}

int Confinement::closeCalls() const
{
    return m_prepared->calls.empty() ? 0 : applyCalls(m_prepared->calls);
}

bool Confinement::changesUser() const
{
    return m_prepared->identity.has_value();
}

} // namespace slipway::sys
