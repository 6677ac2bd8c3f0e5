#include "backend/sys/sandbox_processes.h"

#include "backend/sys/proc_files.h"

#include <cerrno>
#include <csignal>
#include <sstream>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

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
    for (const int pid : processIds()) {
        const std::string arguments = '\0' + procText(pid, "cmdline") + '\0';
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
    for (const int pid : processIds()) {
        const std::string environment = '\0' + procText(pid, "environ");
        if (pid != getpid() && environment.find('\0' + variable + '\0') != std::string::npos)
            found.push_back(pid);
    }
    return found;
}

bool endProcessesOfUser(std::uint32_t user)
{
    if (user == 0 || geteuid() != 0)
        return false;
    const int pid = fork();
    if (pid == 0) {
        if (syscall(SYS_setresuid, user, user, user) != 0)
            _exit(1);
        // Everything that this user may signal, in one go; with nobody else there it fails.
        _exit(kill(-1, SIGKILL) == 0 || errno == ESRCH ? 0 : 1);
    }
    int status = -1;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

fs::path userRecord(const fs::path &host_folder, std::uint32_t user)
{
    return host_folder / "users" / std::to_string(user);
}

void endRecordedUsers(const fs::path &host_folder)
{
    std::error_code ignored;
    for (const int user : numbersIn(host_folder / "users"))
        if (endProcessesOfUser(std::uint32_t(user)))
            fs::remove(userRecord(host_folder, std::uint32_t(user)), ignored);
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
