#include "backend/edge/files.h"

#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <spdlog/spdlog.h>
#include <sstream>
#include <unistd.h>

namespace slipway::edge
{

namespace fs = std::filesystem;

Result<void> writeFile(const fs::path &file, const std::string &text)
{
    const fs::path draft = file.string() + ".new";
    const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const bool written = fd >= 0 && write(fd, text.data(), text.size()) == ssize_t(text.size());
    if (fd >= 0)
        close(fd);
    std::error_code error;
    if (written)
        fs::rename(draft, file, error);
    if (written && !error)
        return {};
    return failure(v1::Error::UNAVAILABLE, "FILE_NOT_WRITTEN",
                   "Cannot write " + file.string() + ". Is its disk full?", file.string());
}

std::string readFile(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
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
        in >> state.current;
    } else if (word == "retired") {
        in >> state.retired.emplace_back();
    } else if (word == "frontend") {
        WantedFrontend frontend;
        in >> frontend.name >> frontend.http >> frontend.idle_timeout_ms;
        state.frontends.insert(frontend);
    } else if (word == "capacity") {
        std::string kind;
        unsigned count = 0;
        in >> kind >> count;
        for (const PoolKind known : kPoolKinds)
            if (kindName(known) == kind)
                state.capacity[known] = count;
    } else if (word == "pool") {
        std::string backend;
        std::string pool;
        in >> backend >> std::ws;
        std::getline(in, pool);
        state.backend_by_pool[pool] = backend;
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
        out << "pool " << backend << ' ' << pool << "\n";
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

std::vector<int> findProxies(const fs::path &folder)
{
    const std::string mark = (folder / "haproxy-").string();
    std::vector<int> pids;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator("/proc", error)) {
        const int pid = std::atoi(entry.path().filename().c_str());
        if (pid <= 0 || pid == getpid())
            continue;
        const std::string command = readFile(entry.path() / "cmdline");
        const std::string program = command.substr(0, command.find('\0'));
        if (fs::path(program).filename() == "haproxy" && command.find(mark) != std::string::npos)
            pids.push_back(pid);
    }
    return pids;
}

} // namespace slipway::edge
