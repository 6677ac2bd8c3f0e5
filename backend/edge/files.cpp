#include "backend/edge/files.h"

#include "backend/edge/escaping.h"
#include "backend/sys/plain_file.h"
#include "backend/sys/proc_files.h"
#include "backend/sys/text.h"

#include <algorithm>
#include <cstdlib>
#include <spdlog/spdlog.h>
#include <sstream>
#include <unistd.h>

namespace slipway::edge
{

namespace fs = std::filesystem;

namespace
{
constexpr std::size_t kComplaintBytesMax = 600;
constexpr std::size_t kFileBytesMax = 64 * 1024 * 1024;
} // namespace

Result<void> writeFile(const fs::path &file, const std::string &text)
{
    return sys::replaceFile(file, text, sys::Readers::OwnerOnly);
}

std::string readFile(const fs::path &file)
{
    return sys::readPlainFile(file, kFileBytesMax);
}

void logProblem(const std::string &text)
{
    spdlog::warn("edge: {}", text);
}

namespace
{

std::ostream &operator<<(std::ostream &out, const ProcessIdentity &identity)
{
    return out << identity.pid << ' ' << identity.start_ticks << ' ' << identity.generation;
}

std::istream &operator>>(std::istream &in, ProcessIdentity &identity)
{
    return in >> identity.pid >> identity.start_ticks >> identity.generation;
}

bool isBackend(const std::string &name)
{
    return std::any_of(std::begin(kPoolKinds), std::end(kPoolKinds),
                       [&name](PoolKind kind) { return backendNumber(name, kind).has_value(); });
}

void parseStateLine(const std::string &line, KeeperState &state)
{
    std::istringstream in(line);
    std::string word;
    in >> word;
    if (word == "revision") {
        in >> state.revision;
    } else if (word == "generation") {
        in >> state.generation;
    } else if (word == "current") {
        if (!(in >> state.current))
            state.current = {};
    } else if (word == "retired") {
        if (ProcessIdentity identity; in >> identity)
            state.retired.push_back(identity);
    } else if (word == "frontend") {
        WantedFrontend frontend;
        if (in >> frontend.name >> frontend.http >> frontend.idle_timeout_ms)
            state.frontends.insert(frontend);
    } else if (word == "capacity") {
        std::string kind;
        unsigned count = 0;
        in >> kind >> count;
        for (const PoolKind known : kPoolKinds)
            if (kindName(known) == kind)
                state.capacity[known] = std::min(count, kCapacityMax);
    } else if (word == "pool") {
        std::string backend;
        std::string pool_word;
        in >> backend >> pool_word;
        if (const auto pool = parseStateWord(pool_word); pool && isBackend(backend))
            state.backend_by_pool[*pool] = backend;
    }
}

} // namespace

std::string writeState(const KeeperState &state)
{
    std::ostringstream out;
    out << "revision " << state.revision << "\ngeneration " << state.generation << "\n";
    out << "current " << state.current << "\n";
    for (const ProcessIdentity &identity : state.retired)
        out << "retired " << identity << "\n";
    for (const WantedFrontend &frontend : state.frontends)
        out << "frontend " << frontend.name << ' ' << frontend.http << ' '
            << frontend.idle_timeout_ms << "\n";
    for (const auto &[kind, count] : state.capacity)
        out << "capacity " << kindName(kind) << ' ' << count << "\n";
    for (const auto &[pool, backend] : state.backend_by_pool)
        out << "pool " << backend << ' ' << stateWord(pool) << "\n";
    return out.str();
}

KeeperState parseState(const std::string &text)
{
    KeeperState state;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        parseStateLine(line, state);
    return state;
}

std::string complaintOf(const std::string &output)
{
    std::istringstream lines(output);
    std::string complaint;
    for (std::string line; std::getline(lines, line) && complaint.size() < kComplaintBytesMax;) {
        std::replace(line.begin(), line.end(), '\t', ' ');
        const std::size_t start = line.find(") : "); // behind "[ALERT]    (4711)"
        if (!line.starts_with("[ALERT]") || start == std::string::npos)
            continue;
        const std::string words = line.substr(start + 4);
        if (complaint.find(words) == std::string::npos)
            complaint += (complaint.empty() ? "" : "; ") + words;
    }
    return sys::visible(complaint.empty() ? sys::inOneLine(output) : complaint, kComplaintBytesMax);
}

std::vector<int> findProxies(const fs::path &folder)
{
    const std::string mark = (folder / "proxy" / "haproxy-").string();
    std::vector<int> pids;
    for (const int pid : sys::processIds()) {
        if (pid == getpid())
            continue;
        const std::string command = sys::procText(pid, "cmdline");
        const std::string program = command.substr(0, command.find('\0'));
        if (fs::path(program).filename() == "haproxy" && command.find(mark) != std::string::npos)
            pids.push_back(pid);
    }
    return pids;
}

} // namespace slipway::edge
