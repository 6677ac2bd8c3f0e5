#include "backend/sys/landlock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::sys
{

namespace
{

// The kernel's interface (Documentation/userspace-api/landlock.rst), numbers of all architectures.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1U << 0;
constexpr int kRulePathBeneath = 1;
constexpr int kRuleNetPort = 2;

constexpr std::uint64_t kExecute = 1U << 0;
constexpr std::uint64_t kWriteFile = 1U << 1;
constexpr std::uint64_t kReadFile = 1U << 2;
constexpr std::uint64_t kReadFolder = 1U << 3;
constexpr std::uint64_t kMakeDevices = (1U << 6) | (1U << 11);
constexpr std::uint64_t kFirstRights = (1U << 13) - 1; // all of version 1
constexpr std::uint64_t kRefer = 1U << 13;             // version 2
constexpr std::uint64_t kTruncate = 1U << 14;          // version 3
constexpr std::uint64_t kDeviceControl = 1U << 15;     // version 5
constexpr std::uint64_t kBindTcp = 1U << 0;            // version 4
constexpr std::uint64_t kConnectTcp = 1U << 1;
constexpr std::uint64_t kAbstractSockets = 1U << 0; // version 6
constexpr std::uint64_t kSignals = 1U << 1;
constexpr std::uint64_t kFileRights =
    kExecute | kWriteFile | kReadFile | kTruncate | kDeviceControl;

struct RulesetAttributes {
    std::uint64_t files = 0;
    std::uint64_t network = 0;
    std::uint64_t scoped = 0;
};

struct [[gnu::packed]] PathAttributes {
    std::uint64_t allowed = 0;
    std::int32_t parent_fd = -1;
};

struct PortAttributes {
    std::uint64_t allowed = 0;
    std::uint64_t port = 0;
};

// What this kernel knows of the rights.
std::uint64_t knownRights(int version)
{
    std::uint64_t rights = kFirstRights;
    if (version >= 2)
        rights |= kRefer;
    if (version >= 3)
        rights |= kTruncate;
    if (version >= 5)
        rights |= kDeviceControl;
    return rights;
}

std::size_t knownSize(int version)
{
    if (version >= 6)
        return sizeof(RulesetAttributes);
    return version >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

std::uint64_t rightsFor(FileRule::Access access, bool is_folder, std::uint64_t known)
{
    std::uint64_t rights = kReadFile | kReadFolder | kExecute;
    if (access == FileRule::Access::ReadWrite)
        rights = known & ~(kMakeDevices | kDeviceControl);
    if (access == FileRule::Access::Device)
        rights = kReadFile | kReadFolder | kWriteFile | kTruncate | kDeviceControl;
    return rights & known & (is_folder ? ~std::uint64_t(0) : kFileRights);
}

Failure landlockFailure(const std::string &what)
{
    return failure(v1::Error::FAILED_PRECONDITION, "LANDLOCK_FAILED",
                   "Landlock: cannot " + what + ": " + std::strerror(errno));
}

Result<void> allowFile(int ruleset, const FileRule &rule, std::uint64_t known)
{
    const int fd = open(rule.path.c_str(), O_PATH | O_CLOEXEC);
    struct stat info {
    };
    if (fd < 0 || fstat(fd, &info) != 0) {
        const int problem = errno;
        if (fd >= 0)
            close(fd);
        errno = problem;
        if (problem == ENOENT || problem == ENOTDIR)
            return {};
        return landlockFailure("open " + rule.path.string());
    }
    PathAttributes attributes;
    attributes.allowed = rightsFor(rule.access, S_ISDIR(info.st_mode), known);
    attributes.parent_fd = fd;
    const bool added = syscall(kAddRule, ruleset, kRulePathBeneath, &attributes, 0U) == 0;
    const int problem = errno;
    close(fd);
    errno = problem;
    return added ? Result<void>() : landlockFailure("open up " + rule.path.string());
}

using Ports = std::optional<std::vector<std::uint16_t>>;

Result<void> allowPorts(int ruleset, std::uint64_t right, const Ports &ports)
{
    for (const std::uint16_t port : ports ? *ports : std::vector<std::uint16_t>()) {
        const PortAttributes attributes{right, port};
        if (syscall(kAddRule, ruleset, kRuleNetPort, &attributes, 0U) != 0)
            return landlockFailure("open up port " + std::to_string(port));
    }
    return {};
}

Result<void> fill(int ruleset, const ConfinementSpec &spec, int version)
{
    for (const FileRule &rule : spec.files ? spec.files->files : std::vector<FileRule>())
        if (const auto added = allowFile(ruleset, rule, knownRights(version)); !added)
            return added;
    if (version < 4)
        return {};
    const auto connecting = allowPorts(ruleset, kConnectTcp, spec.connect_ports);
    return connecting ? allowPorts(ruleset, kBindTcp, spec.bind_ports) : connecting;
}

} // namespace

int landlockVersion()
{
    const long version = syscall(kCreateRuleset, nullptr, 0U, kAskVersion);
    return version > 0 ? int(version) : 0;
}

Result<int> makeRuleset(const ConfinementSpec &spec)
{
    const int version = landlockVersion();
    if (version == 0)
        return landlockFailure("be used on this machine");
    RulesetAttributes attributes;
    attributes.files = spec.files ? knownRights(version) : kMakeDevices;
    if (version >= 4)
        attributes.network = (spec.connect_ports ? kConnectTcp : std::uint64_t(0)) |
                             (spec.bind_ports ? kBindTcp : std::uint64_t(0));
    attributes.scoped = version >= 6 ? kAbstractSockets | kSignals : std::uint64_t(0);
    const int ruleset = int(syscall(kCreateRuleset, &attributes, knownSize(version), 0U));
    if (ruleset < 0)
        return landlockFailure("make rules");
    if (const auto filled = fill(ruleset, spec, version); !filled) {
        close(ruleset);
        return Failure(filled.error());
    }
    return ruleset;
}

int restrictByRuleset(int ruleset_fd)
{
    return syscall(kRestrictSelf, ruleset_fd, 0U) == 0 ? 0 : errno;
}

} // namespace slipway::sys
