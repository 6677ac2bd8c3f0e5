#include "backend/agent/identities.h"

#include <fstream>
#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::agent
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uint64_t bit(unsigned capability)
{
    return 1ULL << capability;
}

// What an administrator's setup needs on the instance's own disk and ports. Nothing of it reaches
// the agent, the network's devices or the kernel.
constexpr std::uint64_t kElevated =
    bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER) | bit(CAP_NET_BIND_SERVICE);

constexpr mode_t kSharedMode = 01775; // sticky: nobody takes away what another one made

bool isMapped(std::uint32_t user)
{
    std::ifstream map("/proc/self/uid_map");
    std::uint64_t inside = 0;
    std::uint64_t outside = 0;
    std::uint64_t count = 0;
    while (map >> inside >> outside >> count)
        if (user >= inside && user - inside < count)
            return true;
    return false;
}

// No program runs yet that could put links in the way; those that lie there are not followed.
void giveAll(const fs::path &folder)
{
    std::error_code error;
    [[maybe_unused]] int ignored = lchown(folder.c_str(), kProgramUser, kProgramUser);
    if (!fs::is_directory(fs::symlink_status(folder, error)))
        return;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error))
        ignored = lchown(entry->path().c_str(), kProgramUser, kProgramUser);
}

} // namespace

std::optional<sys::Identity> identityFor(bool elevated, const AgentOptions &options)
{
    if (!options.isolated)
        return std::nullopt;
    sys::Identity identity;
    identity.change_user = programsAreOthers(options);
    identity.user = elevated ? kElevatedUser : kProgramUser;
    identity.group = kProgramUser; // one group: what setup makes for the program, it can use
    identity.capabilities = elevated ? kElevated : 0;
    return identity;
}

bool programsAreOthers(const AgentOptions &options)
{
    return options.isolated && geteuid() == 0 && isMapped(kElevatedUser);
}

void shareWithPrograms(const fs::path &folder, const AgentOptions &options)
{
    struct stat info {
    };
    if (!programsAreOthers(options) || lstat(folder.c_str(), &info) != 0)
        return;
    if ((info.st_mode & S_ISVTX) == 0) // from a time when programs were the agent's user
        for (const fs::directory_entry &entry : fs::directory_iterator(folder))
            if (entry.path().filename() != ".slipway")
                giveToProgram(entry.path(), options);
    if (lchown(folder.c_str(), geteuid(), kProgramUser) == 0)
        chmod(folder.c_str(), kSharedMode);
}

void giveToProgram(const fs::path &folder, const AgentOptions &options)
{
    struct stat info {
    };
    if (programsAreOthers(options) && lstat(folder.c_str(), &info) == 0 && info.st_uid == geteuid())
        giveAll(folder);
}

} // namespace slipway::agent
