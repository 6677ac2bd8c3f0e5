#include "backend/host/isolation.h"

#include "backend/host/confinement_rules.h"
#include "backend/host/guest_places.h"
#include "backend/host/level_ladder.h"
#include "backend/host/root_folder.h"
#include "backend/host/sandbox_document.h"
#include "backend/sys/cgroup.h"
#include "backend/sys/child_process.h"
#include "backend/sys/disk_image.h"
#include "backend/sys/mount.h"
#include "backend/sys/namespaces.h"
#include "backend/sys/plain_file.h"
#include "backend/sys/sandbox.h"

#include <asio.hpp>
#include <unistd.h>

namespace slipway::host
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uint32_t kTestUidBase = 300'000'000;
constexpr std::uint32_t kIdsPerSandbox = 65'536;
// Without a control group it limits what is mapped, and runc's own start maps more than it uses.
constexpr std::uint64_t kTestMemoryBytes = 256ULL * 1024 * 1024;
constexpr int kTestTimeout_ms = 8'000; // below the time that a host has for its first hello

// Words of whoever failed, weighed.
Attempt failed(const std::string &words)
{
    return {false, tellingLine(words), kindOfRefusal(words, {sys::namespacesSwitchedOff()})};
}

class LevelTest
{
public:
    explicit LevelTest(const HostOptions &options)
        : m_options(options), m_folder(options.paths.hostFolder(options.host_id) / "test")
    {
        m_isolation.swap_limit = sys::cgroupLimitsSwap();
    }

    ~LevelTest()
    {
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
    }

    Attempt attempt(IsolationLevel level)
    {
        m_isolation.level = level;
        switch (level) {
        case IsolationLevel::WithLimits:
            if (const auto cgroup = sys::fabricCgroup(m_options.fabric_id))
                m_isolation.cgroup = *cgroup + "/" + m_options.host_id;
            else if (const std::string problem = sys::cgroupProblem(); !problem.empty())
                return {false, problem, RefusalKind::Passing};
            else
                return Attempt::missing("no control group was delegated to this user");
            return attemptSandbox();
        case IsolationLevel::WithoutLimits:
            m_isolation.cgroup.clear();
            return attemptSandbox();
        case IsolationLevel::Confined:
        case IsolationLevel::None:
            break;
        }
        return attemptProcess();
    }

    const Isolation &isolation() const { return m_isolation; }

private:
    // As root sandboxes have user ids that may not enter the fabric's private folders.
    Result<void> makeRoot()
    {
        if (!m_isolation.root.empty())
            return {};
        const fs::path folder = m_options.paths.hostFolder(m_options.host_id) / "rootfs";
        if (const auto made = makeRootFolder(folder); !made)
            return made;
        if (geteuid() == 0) {
            const auto shown = sys::exposeFolder(
                folder, {m_options.paths.data, m_options.paths.runtime, m_options.agent_program});
            if (!shown)
                return Failure(shown.error());
            m_isolation.root = *shown;
        } else {
            m_isolation.root = folder;
        }
        return {};
    }

    Attempt attemptSandbox()
    {
        if (sys::findSandboxProgram().empty())
            return Attempt::missing("runc is not installed");
        if (const auto made = makeRoot(); !made)
            return failed(made.error().message());
        SandboxSpec spec = sandboxBase(m_isolation, kTestUidBase);
        spec.id = sys::sandboxPrefix(m_options.fabric_id, m_options.host_id) + "test";
        spec.cgroup = m_isolation.cgroup + "/test";
        spec.host_name = "test";
        spec.memory_bytes = kTestMemoryBytes;
        spec.cores = 1;
        spec.arguments = {"/slipway/slipwayd", "agent", "--try"};
        if (const auto made = makeFolders(spec.user_id); !made)
            return failed(made.error().message());
        spec.binds.push_back({m_options.agent_program, "/slipway/slipwayd"});
        spec.binds.push_back({m_folder / "role", "/role"});
        spec.binds.push_back({m_folder / "local", "/local", true});
        const auto config = sandboxDocument(spec);
        if (!config)
            return failed(config.error().message());
        if (const auto written =
                sys::replaceFile(m_folder / "config.json", *config, sys::Readers::OwnerOnly);
            !written)
            return failed(written.error().message());
        return runSandbox(spec.id);
    }

    Result<void> makeFolders(std::uint32_t owner)
    {
        std::error_code error;
        fs::create_directories(m_folder / "role", error);
        if (!error)
            fs::create_directories(m_folder / "local", error);
        if (!error && geteuid() == 0 && chown((m_folder / "local").c_str(), owner, owner) != 0)
            error = std::error_code(errno, std::generic_category());
        if (!error)
            return {};
        return failure(v1::Error::INTERNAL, "FOLDER_NOT_MADE",
                       "cannot make " + m_folder.string() + ": " + error.message());
    }

    // What root's instances can walk to is theirs alone; others have the host's own folder.
    Attempt attemptProcess()
    {
        const auto guests = makeGuestPlace(m_options.paths, m_options.fabric_id);
        if (!guests)
            return failed(guests.error().message());
        m_isolation.guests = *guests;
        if (!guests->empty())
            m_folder = *guests / ("test-" + m_options.host_id);
        SandboxSpec spec = sandboxBase(m_isolation, kTestUidBase);
        if (const auto made = makeFolders(spec.user_id); !made)
            return failed(made.error().message());
        spec.binds.push_back({m_options.agent_program, {}});
        spec.binds.push_back({m_folder / "role", {}});
        spec.binds.push_back({m_folder / "local", {}, true});
        const auto walls = sys::Confinement::prepare(confinementFor(m_isolation.level, spec));
        if (!walls)
            return failed(walls.error().message());
        sys::SpawnRequest request;
        request.arguments = {m_options.agent_program.string(),
                             "agent",
                             "--try",
                             "--not-isolated",
                             "--role",
                             (m_folder / "role").string(),
                             "--local",
                             (m_folder / "local").string()};
        if (m_isolation.level == IsolationLevel::Confined)
            request.arguments.emplace_back("--confined");
        request.environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}};
        request.clear_environment = true;
        request.new_session = true;
        request.working_folder = "/";
        request.confinement = *walls;
        const auto output = sys::runProgram(request, kTestTimeout_ms);
        if (output && output->ok())
            return Attempt::success();
        return failed(output ? output->err + "\nthe test instance " +
                                   sys::describeExit(output->wait_status)
                             : output.error().message());
    }

    std::vector<std::string> runtimeCommand(const std::vector<std::string> &command) const
    {
        asio::io_context io;
        std::vector<std::string> arguments =
            sys::SandboxTool(io, m_options.paths.runtime / "runc").commandLine();
        arguments.insert(arguments.end(), command.begin(), command.end());
        return arguments;
    }

    Attempt runSandbox(const std::string &id)
    {
        sys::SpawnRequest request;
        // Should this host be killed meanwhile, whoever clears up after it finds the runtime by it.
        sys::addMark(request.environment, sys::ownerMark(m_options.fabric_id, m_options.host_id));
        request.arguments = runtimeCommand({"run", "--bundle", m_folder.string(), id});
        const auto output = sys::runProgram(request, kTestTimeout_ms);
        if (output && output->ok())
            return Attempt::success();
        request.arguments = runtimeCommand({"delete", "--force", id});
        [[maybe_unused]] const auto cleaned = sys::runProgram(request, kTestTimeout_ms);
        return failed(output ? output->err : output.error().message());
    }

    const HostOptions &m_options;
    fs::path m_folder;
    Isolation m_isolation;
};

} // namespace

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

namespace
{

// Only root's hosts have mounts of their own. As with levels, what may pass lowers nothing.
void testDisks(const HostOptions &options, Isolation &isolation)
{
    if (!isolation.unfit_reason.empty())
        return;
    std::string why = "this needs root and namespaces";
    if (geteuid() == 0 && hasNamespaces(isolation.level)) {
        const auto tried = sys::tryDiskImage(options.paths.disks() / (".trial-" + options.host_id));
        isolation.disk_walls = tried.has_value();
        if (isolation.disk_walls)
            return;
        why = tried.error().message();
        if (tried.error().code() == v1::Error::RESOURCE_EXHAUSTED)
            isolation.unfit_reason = diskReason(why);
    }
    isolation.advice += (isolation.advice.empty() ? "" : " ") + diskAdvice(why);
}

} // namespace

Isolation testIsolation(const HostOptions &options)
{
    LevelTest test(options);
    const Standing standing =
        climbDown({isolationNamed(options.floor), options.accept_no_isolation},
                  [&test](IsolationLevel level) { return test.attempt(level); });
    Isolation isolation = test.isolation();
    isolation.level = standing.level;
    isolation.advice = standing.advice;
    if (isolation.level == IsolationLevel::Confined)
        if (const std::string more = landlockAdvice(sys::landlockVersion()); !more.empty())
            isolation.advice += (isolation.advice.empty() ? "" : " ") + more;
    isolation.unfit_reason = standing.unfit_reason;
    testDisks(options, isolation);
    return isolation;
}

} // namespace slipway::host
