#include "backend/host/confinement_rules.h"

#include "backend/host/process_limits.h"
#include "backend/host/system_calls.h"

#include <unistd.h>

namespace slipway::host
{

namespace fs = std::filesystem;

namespace
{

using Access = sys::FileRule::Access;

constexpr const char *kSystemFolders[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
constexpr const char *kSystemFiles[] = {
    "/etc/ld.so.cache",   "/etc/nsswitch.conf", "/etc/hosts",      "/etc/resolv.conf",
    "/etc/host.conf",     "/etc/gai.conf",      "/etc/services",   "/etc/protocols",
    "/etc/localtime",     "/etc/mime.types",    "/etc/os-release", "/etc/ssl/openssl.cnf",
    "/etc/debian_version"};
constexpr const char *kDevices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                    "/dev/random", "/dev/urandom", "/dev/tty"};

// Nothing of /usr/local: that is the operator's own, as in sandboxes.
void addUsr(std::vector<sys::FileRule> &files)
{
    std::error_code error;
    for (fs::directory_iterator entry("/usr", error), end; !error && entry != end;
         entry.increment(error))
        if (entry->path().filename() != "local")
            files.push_back({entry->path(), Access::Read});
}

sys::FileWall filesOf(const SandboxSpec &spec)
{
    sys::FileWall wall;
    addUsr(wall.files);
    for (const char *folder : kSystemFolders)
        wall.files.push_back({folder, Access::Read});
    for (const char *file : kSystemFiles)
        wall.files.push_back({file, Access::Read});
    for (const char *device : kDevices)
        wall.files.push_back({device, Access::Device});
    wall.files.push_back({"/proc", Access::Read});
    for (const BindMount &bind : spec.binds)
        wall.files.push_back({bind.source, bind.writable ? Access::ReadWrite : Access::Read});
    return wall;
}

std::vector<sys::ResourceLimit> limitsOf(const SandboxSpec &spec)
{
    std::vector<sys::ResourceLimit> limits;
    for (const ProcessLimit &limit : processLimits(spec, geteuid() != 0))
        limits.push_back({limit.resource, limit.most});
    return limits;
}

} // namespace

sys::ConfinementSpec confinementFor(IsolationLevel level, const SandboxSpec &spec)
{
    sys::ConfinementSpec result;
    if (geteuid() == 0)
        result.identity = sys::UserIdentity{spec.user_id, spec.group_id};
    result.limits = limitsOf(spec);
    if (level != IsolationLevel::Confined)
        return result;
    result.files = filesOf(spec);
    result.calls = sys::CallWall{systemCallRules(commonGround(level, geteuid() == 0)), false};
    return result;
}

} // namespace slipway::host
