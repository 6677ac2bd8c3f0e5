// What a process gives up for good before it becomes a program: files (Landlock), system calls
// (seccomp), identity, capabilities and resources. Prepared beforehand; between fork and exec only
// system calls follow.
#pragma once

#include "backend/proto/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::sys
{

struct FileRule {
    enum class Access {
        Read, // and execute
        ReadWrite,
        Device // read and write, and its ioctls
    };
    std::filesystem::path path; // a missing one is left out
    Access access = Access::Read;
};

struct FileWall {
    std::vector<FileRule> files; // everything else of the file system is closed
};

// Holds when (argument & mask) == value.
struct CallCondition {
    unsigned argument = 0; // 0 is the first
    std::uint64_t mask = ~std::uint64_t(0);
    std::uint64_t value = 0;
};
struct CallRule {
    std::vector<std::string> names;        // unknown ones are left out
    std::vector<CallCondition> conditions; // all must hold; none: always
    int error = 0;                         // 0: allowed; else refused with this errno
};
// For the machine's own architecture; calls of another one end the process.
struct CallWall {
    std::vector<CallRule> rules;
    bool others_allowed = false; // else they are refused with EPERM
};

struct ResourceLimit {
    int resource = 0;       // RLIMIT_*
    std::uint64_t most = 0; // lowered to what this process itself may have
};

struct UserIdentity {
    std::uint32_t user = 0;
    std::uint32_t group = 0;
};

struct ConfinementSpec {
    std::optional<UserIdentity> identity; // needs root; no further groups are left
    std::optional<FileWall> files;
    // To which ports TCP connections may be made, and at which it may be listened; nothing: all.
    // Kernels before 6.7 hold nothing of it. Brings a domain of its own.
    std::optional<std::vector<std::uint16_t>> connect_ports;
    std::optional<std::vector<std::uint16_t>> bind_ports;
    // A domain of its own: what is outside of it can neither be traced nor (Linux 6.12) signalled.
    // `files` brings one anyway.
    bool own_domain = false;
    std::optional<CallWall> calls;
    std::vector<ResourceLimit> limits;
    bool no_capabilities = true;
};

class Confinement
{
public:
    // Errors say in the system's words what is missing.
    static Result<std::shared_ptr<const Confinement>> prepare(const ConfinementSpec &spec);
    ~Confinement();
    Confinement(const Confinement &) = delete;
    Confinement &operator=(const Confinement &) = delete;

    // Async-signal-safe, in two steps: the first one still needs this process's descriptors, the
    // last one forbids system calls. 0, or the error's number; no new privileges are set with it.
    int shed() const;
    int closeCalls() const;
    bool changesUser() const;

private:
    struct Prepared;
    explicit Confinement(std::unique_ptr<Prepared> prepared);
    std::unique_ptr<Prepared> m_prepared;
};

// Version of the kernel's Landlock; 0: it has none, or it is switched off.
int landlockVersion();

} // namespace slipway::sys
