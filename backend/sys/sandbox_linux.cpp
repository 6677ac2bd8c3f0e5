#include "backend/sys/sandbox.h"

#include "backend/sys/sandbox_processes.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unistd.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{
constexpr int kAttemptsMax = 20;
constexpr int kOwnHandsAfter = 1; // attempts of the runtime, before we do it ourselves
constexpr std::chrono::seconds kAttemptMax{2};
constexpr std::chrono::milliseconds kBetweenAttempts{100};

// The runtime's own file; of its many fields two numbers are wanted, and a parser is not at hand
// in this room.
std::uint64_t numberAfter(const std::string &text, const std::string &name)
{
    const std::size_t found = text.find('"' + name + "\":");
    return found == std::string::npos
               ? 0
               : std::strtoull(text.c_str() + found + name.size() + 3, nullptr, 10);
}

// 0: it has ended.
int firstProcessOf(const fs::path &sandbox)
{
    std::ifstream file(sandbox / "state.json", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const int pid = int(numberAfter(text, "init_process_pid"));
    const std::uint64_t start = numberAfter(text, "init_process_start");
    return pid > 0 && start != 0 && processStartTicks(pid) == start && processAlive(pid) ? pid : 0;
}

// Where the runtime fails, hangs or is missing: with its first process a sandbox's whole pid
// namespace ends, and then only the runtime's memory of it is left. False: it is not gone yet.
bool removeByHand(const fs::path &sandbox)
{
    std::error_code ignored;
    if (!fs::exists(sandbox / "state.json", ignored))
        return false; // half made: only the runtime knows what there is of it
    if (const int pid = firstProcessOf(sandbox)) {
        endProcess(pid, false);
        return false;
    }
    fs::remove_all(sandbox, ignored);
    return true;
}

} // namespace

// One call of remove(): done when its last sandbox is.
struct SandboxTool::Batch {
    std::size_t open = 0;
    Result<void> result;
    Done done;

    void finishOne(const Result<void> &one)
    {
        if (!one)
            result = one;
        if (--open == 0 && done)
            done(result);
    }
};

struct SandboxTool::Removal {
    Removal(asio::io_context &io, std::string sandbox) : id(std::move(sandbox)), timer(io) {}
    std::string id;
    std::shared_ptr<Batch> batch;
    std::unique_ptr<ProcessWatch> watch;
    asio::steady_timer timer;
    int attempts = 0;
};

SandboxTool::SandboxTool(asio::io_context &io, fs::path state_folder)
    : m_io(io), m_state_folder(std::move(state_folder)), m_alive(std::make_shared<bool>(true))
{
}

SandboxTool::~SandboxTool()
{
    *m_alive = false;
}

std::vector<std::string> SandboxTool::commandLine() const
{
    const fs::path program = findSandboxProgram();
    return {program.empty() ? "runc" : program.string(), // a start that fails names it
            "--rootless", geteuid() == 0 ? "false" : "true", "--root", m_state_folder.string()};
}

std::vector<std::string> SandboxTool::list(const std::string &id_prefix) const
{
    std::vector<std::string> ids;
    std::error_code error;
    for (fs::directory_iterator entry(m_state_folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (std::string name = entry->path().filename().string(); name.starts_with(id_prefix))
            ids.push_back(std::move(name));
    }
    return ids;
}

void SandboxTool::remove(const std::vector<std::string> &ids, Done done)
{
    if (ids.empty()) {
        asio::post(m_io, [done = std::move(done)] { done({}); });
        return;
    }
    const auto batch = std::make_shared<Batch>();
    batch->open = ids.size();
    batch->done = std::move(done);
    for (const std::string &id : ids) {
        const auto removal = std::make_shared<Removal>(m_io, id);
        removal->batch = batch;
        attempt(removal);
    }
}

void SandboxTool::attempt(const std::shared_ptr<Removal> &removal)
{
    const bool by_hand = ++removal->attempts > kOwnHandsAfter;
    if (by_hand && removeByHand(m_state_folder / removal->id))
        return attemptedLater(removal);
    SpawnRequest request;
    request.arguments = commandLine();
    request.arguments.insert(request.arguments.end(), {"delete", "--force", removal->id});
    request.environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
    request.stdin_fd = -1;
    request.new_session = true; // an interrupt at the terminal must not stop a proof half way
    const auto pid = spawn(request);
    if (!pid) // no runtime any more, or no descriptors
        return attemptedLater(removal);
    removal->watch =
        std::make_unique<ProcessWatch>(m_io, *pid, [this, alive = m_alive, removal](int) {
            if (*alive)
                attempted(removal);
        });
    // One that hangs is ended; the next attempt may have more luck, or we do it ourselves.
    removal->timer.expires_after(kAttemptMax);
    removal->timer.async_wait([alive = m_alive, removal](std::error_code error) {
        if (!error && *alive && removal->watch)
            removal->watch->signal(SIGKILL);
    });
}

void SandboxTool::attemptedLater(const std::shared_ptr<Removal> &removal)
{
    asio::post(m_io, [this, alive = m_alive, removal] {
        if (*alive)
            attempted(removal);
    });
}

void SandboxTool::attempted(const std::shared_ptr<Removal> &removal)
{
    // The watch owns the callback that owns this removal.
    const auto keep = removal;
    keep->timer.cancel();
    asio::post(m_io, [watch = std::shared_ptr<ProcessWatch>(std::move(keep->watch))] {});
    std::error_code ignored;
    if (!fs::exists(m_state_folder / keep->id, ignored))
        return keep->batch->finishOne({});
    if (keep->attempts >= kAttemptsMax)
        return keep->batch->finishOne(
            failure(v1::Error::INTERNAL, "SANDBOX_NOT_REMOVED",
                    "The sandbox " + keep->id +
                        " could not be ended. Look for its processes (`runc list`) and end them "
                        "by hand.",
                    keep->id));
    keep->timer.expires_after(kBetweenAttempts);
    keep->timer.async_wait([this, alive = m_alive, keep](std::error_code error) {
        if (!error && *alive)
            attempt(keep);
    });
}

std::vector<int> firstProcessesIn(const fs::path &state_folder)
{
    std::vector<int> pids;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(state_folder, error)) {
        if (const int pid = firstProcessOf(entry.path()))
            pids.push_back(pid);
    }
    return pids;
}

std::string sandboxPrefix(const std::string &fabric_id, const std::string &host_id)
{
    return fabric_id + "-" + host_id + "-";
}

std::string ownerMark(const std::string &fabric_id, const std::string &host_id)
{
    return "SLIPWAY_HOST=" + fabric_id + "/" + host_id;
}

void addMark(std::map<std::string, std::string> &environment, const std::string &mark)
{
    const std::size_t equals = mark.find('=');
    environment[mark.substr(0, equals)] = mark.substr(equals + 1);
}

fs::path findSandboxProgram()
{
    return findProgram("runc");
}

fs::path findProgram(const std::string &name)
{
    const char *path = std::getenv("PATH");
    std::istringstream folders(std::string(path ? path : "") + ":/usr/sbin:/usr/bin:/sbin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const fs::path program = fs::path(folder) / name;
        if (!folder.empty() && access(program.c_str(), X_OK) == 0)
            return program;
    }
    return {};
}

} // namespace slipway::sys
