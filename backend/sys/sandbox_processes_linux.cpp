#include "backend/sys/sandbox_processes.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

int numberIn(const std::string &text)
{
    int number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ptr == text.data() + text.size() ? number : 0;
}

std::string contentOf(const std::string &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<int> numbersIn(const fs::path &folder)
{
    std::vector<int> numbers;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (const int number = numberIn(entry->path().filename().string()); number > 0)
            numbers.push_back(number);
    }
    return numbers;
}

std::vector<int> childrenOf(int pid)
{
    std::vector<int> children;
    const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
    for (const int thread : numbersIn(tasks)) {
        std::ifstream file(tasks + "/" + std::to_string(thread) + "/children");
        children.insert(children.end(), std::istream_iterator<int>(file), {});
    }
    return children;
}

std::string statusField(int pid, const std::string &name)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(name + ":"))
            return line.substr(name.size() + 1);
    }
    return {};
}

int innermostPid(int pid)
{
    std::istringstream columns(statusField(pid, "NSpid"));
    int inner = 0;
    while (columns >> inner) {
    }
    return inner;
}

} // namespace

void becomeReaper()
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

std::set<int> reapOrphans(const std::set<int> &ended_before)
{
    std::set<int> ended;
    for (const int child : childrenOf(getpid())) {
        if (processAlive(child))
            continue;
        if (ended_before.contains(child))
            waitpid(child, nullptr, WNOHANG);
        else
            ended.insert(child);
    }
    return ended;
}

int outerPid(int first_pid, int inner_pid)
{
    std::vector<int> open{first_pid};
    while (!open.empty()) {
        const int pid = open.back();
        open.pop_back();
        if (innermostPid(pid) == inner_pid)
            return pid;
        const std::vector<int> children = childrenOf(pid);
        open.insert(open.end(), children.begin(), children.end());
    }
    return 0;
}

std::vector<int> processesMentioning(const std::string &folder)
{
    std::vector<int> found;
    for (const int pid : numbersIn("/proc")) {
        const std::string arguments =
            '\0' + contentOf("/proc/" + std::to_string(pid) + "/cmdline") + '\0';
        const bool names_it = arguments.find('\0' + folder + '\0') != std::string::npos ||
                              arguments.find('\0' + folder + '/') != std::string::npos;
        if (pid != getpid() && names_it)
            found.push_back(pid);
    }
    return found;
}

std::vector<int> processesWithVariable(const std::string &variable)
{
    std::vector<int> found;
    for (const int pid : numbersIn("/proc")) {
        const std::string environment =
            '\0' + contentOf("/proc/" + std::to_string(pid) + "/environ");
        if (pid != getpid() && environment.find('\0' + variable + '\0') != std::string::npos)
            found.push_back(pid);
    }
    return found;
}

void endProcess(int pid, bool with_group)
{
    if (pid <= 1)
        return;
    if (with_group)
        kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
}

bool processAlive(int pid)
{
    const std::string state = statusField(pid, "State");
    return pid > 0 && !state.empty() && state.find('Z') == std::string::npos;
}

} // namespace slipway::sys
