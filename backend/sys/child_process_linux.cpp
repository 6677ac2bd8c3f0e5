#include "backend/sys/child_process.h"

#include "backend/sys/identity.h"
#include "backend/sys/proc_files.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::sys
{

namespace
{

std::vector<std::string> environmentOf(const SpawnRequest &request)
{
    std::vector<std::string> result;
    for (char **entry = environ; !request.clear_environment && *entry; ++entry) {
        const std::string text = *entry;
        if (!request.environment.contains(text.substr(0, text.find('='))))
            result.push_back(text);
    }
    for (const auto &[name, value] : request.environment)
        result.push_back(name + "=" + value);
    // The fabric's own marks first: whoever looks for one reads a beginning only.
    std::stable_partition(result.begin(), result.end(),
                          [](const std::string &text) { return text.starts_with("SLIPWAY_"); });
    return result;
}

std::vector<char *> pointersTo(std::vector<std::string> &texts)
{
    std::vector<char *> pointers;
    for (std::string &text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// Only async-signal-safe calls from here to exec: other threads of the parent may hold any lock.
void replaceDescriptor(int from, int to)
{
    if (from < 0)
        return;
    if (from == to)
        fcntl(to, F_SETFD, 0);
    else
        dup2(from, to);
}

void closeAllBut(const std::vector<int> &kept) // sorted
{
    unsigned first = 3;
    for (const int fd : kept) {
        if (unsigned(fd) > first)
            syscall(SYS_close_range, first, unsigned(fd) - 1, 0U);
        fcntl(fd, F_SETFD, 0);
        first = unsigned(fd) + 1;
    }
    syscall(SYS_close_range, first, ~0U, 0U);
}

struct Prepared {
    std::vector<char *> arguments;
    std::vector<char *> environment;
    std::vector<int> kept;
    std::string folder;
    int null_fd = -1;
    std::optional<PreparedView> view;
    int program_fd = -1; // -1: it is searched in PATH
};

// Returns the problem's number; else it does not return.
int becomeProgram(const Prepared &prepared, const Confinement *confinement)
{
    if (const int problem = confinement ? confinement->closeCalls() : 0; problem != 0)
        return problem;
    if (prepared.program_fd >= 0)
        syscall(SYS_execveat, prepared.program_fd, "", prepared.arguments.data(),
                prepared.environment.data(), AT_EMPTY_PATH);
    else
        execvpe(prepared.arguments[0], prepared.arguments.data(), prepared.environment.data());
    return errno;
}

[[noreturn]] void becomeChild(const SpawnRequest &request, const Prepared &prepared, int error_fd)
{
    if (request.new_session)
        setsid();
    if (request.open_to_user) // lasts beyond exec; refused, and not needed, without Yama
        prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int number = 1; number < NSIG; ++number) // what this process ignores, its programs heed
        signal(number, SIG_DFL);
    replaceDescriptor(request.stdin_fd >= 0 ? request.stdin_fd : prepared.null_fd, 0);
    replaceDescriptor(request.stdout_fd, 1);
    replaceDescriptor(request.stderr_fd, 2);
    if (request.no_new_privileges)
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    int problem = prepared.view ? prepared.view->enter() : 0;
    if (problem == 0 && !prepared.folder.empty() && chdir(prepared.folder.c_str()) != 0)
        problem = errno;
    if (problem == 0 && request.identity && !becomeIdentity(*request.identity))
        problem = errno;
    if (problem == 0 && request.confinement)
        problem = request.confinement->shed();
    replaceDescriptor(request.channel_fd, kChannelDescriptor); // may hide what was there until now
    if (problem == 0) {
        closeAllBut(prepared.kept);
        for (const int fd : {error_fd, prepared.program_fd})
            if (fd >= 0)
                fcntl(fd, F_SETFD, FD_CLOEXEC);
        problem = becomeProgram(prepared, request.confinement.get());
    }
    [[maybe_unused]] const ssize_t written = ::write(error_fd, &problem, sizeof problem);
    _exit(127);
}

// Until the child has become the program (false), or has said why it could not.
bool hearsProblem(int error_fd, int &problem)
{
    ssize_t count = 0;
    do
        count = read(error_fd, &problem, sizeof problem);
    while (count < 0 && errno == EINTR);
    return count > 0;
}

// Out of the way of the numbers that a program is promised.
bool makeErrorPipe(int ends[2])
{
    int low[2];
    if (pipe2(low, O_CLOEXEC) != 0)
        return false;
    ends[0] = low[0];
    ends[1] = fcntl(low[1], F_DUPFD_CLOEXEC, kChannelDescriptor + 1);
    close(low[1]);
    if (ends[1] < 0)
        close(low[0]);
    return ends[1] >= 0;
}

int openProgram(const std::string &file)
{
    const int low = open(file.c_str(), O_PATH | O_CLOEXEC);
    const int fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, kChannelDescriptor + 1);
    if (low >= 0)
        close(low);
    return fd;
}

int waitStatusOf(int pid)
{
    int status = -1;
    return waitpid(pid, &status, WNOHANG) == pid ? status : -1;
}

} // namespace

Result<int> spawn(const SpawnRequest &request)
{
    std::vector<std::string> arguments = request.arguments;
    std::vector<std::string> environment = environmentOf(request);
    int error_pipe[2];
    if (arguments.empty() || !makeErrorPipe(error_pipe))
        return failure(v1::Error::INTERNAL, "SPAWN_FAILED", "Cannot start a program: no pipe.");
    Prepared prepared{pointersTo(arguments),
                      pointersTo(environment),
                      request.inherited_fds,
                      request.working_folder.string(),
                      open("/dev/null", O_RDWR | O_CLOEXEC),
                      {}};
    if (request.stdin_fd < 0 && prepared.null_fd < 0) { // never this process's own input
        const int problem = errno;
        for (const int end : error_pipe)
            close(end);
        return failure(v1::Error::INTERNAL, "SPAWN_FAILED",
                       "Cannot start " + request.arguments[0] +
                           ": cannot open /dev/null: " + std::strerror(problem) + ".",
                       request.arguments[0]);
    }
    if (request.view)
        prepared.view.emplace(*request.view);
    prepared.kept.push_back(error_pipe[1]);
    if (request.channel_fd >= 0)
        prepared.kept.push_back(kChannelDescriptor);
    if (request.confinement && request.confinement->changesUser()) {
        prepared.program_fd = openProgram(arguments[0]);
        if (prepared.program_fd >= 0)
            prepared.kept.push_back(prepared.program_fd);
    }
    std::sort(prepared.kept.begin(), prepared.kept.end());
    const int pid = fork();
    if (pid == 0)
        becomeChild(request, prepared, error_pipe[1]);
    close(error_pipe[1]);
    close(prepared.null_fd);
    if (prepared.program_fd >= 0)
        close(prepared.program_fd);
    int problem = pid < 0 ? errno : 0;
    if (pid > 0 && hearsProblem(error_pipe[0], problem))
        waitpid(pid, nullptr, 0);
    close(error_pipe[0]);
    if (problem != 0)
        return failure(v1::Error::INTERNAL, "SPAWN_FAILED",
                       "Cannot start " + request.arguments[0] + ": " + std::strerror(problem) + ".",
                       request.arguments[0]);
    return pid;
}

struct ProcessWatch::Impl {
    Impl(asio::io_context &io, int process) : fd(io), pid(process) {}
    void finish()
    {
        const OnExit call = std::move(on_exit);
        on_exit = nullptr;
        if (call)
            call(waitStatusOf(pid));
    }

    asio::posix::stream_descriptor fd;
    int pid;
    OnExit on_exit;
};

namespace
{

// Asio may wake a wait for an event of a descriptor that was closed in the same turn and whose
// record the new one inherited: only the pidfd itself tells that the process has ended.
template <typename Impl> void awaitEnd(const std::shared_ptr<Impl> &impl)
{
    impl->fd.async_wait(asio::posix::stream_descriptor::wait_read, [impl](std::error_code error) {
        if (error)
            return;
        pollfd end{impl->fd.native_handle(), POLLIN, 0};
        if (poll(&end, 1, 0) > 0)
            impl->finish();
        else
            awaitEnd(impl);
    });
}

} // namespace

ProcessWatch::ProcessWatch(asio::io_context &io, int pid, OnExit on_exit)
    : m_pid(pid), m_impl(std::make_shared<Impl>(io, pid))
{
    m_impl->on_exit = std::move(on_exit);
    const int fd = int(syscall(SYS_pidfd_open, pid, 0U));
    if (fd < 0) {
        asio::post(io, [impl = m_impl] { impl->finish(); });
        return;
    }
    m_impl->fd.assign(fd);
    awaitEnd(m_impl);
}

ProcessWatch::~ProcessWatch()
{
    m_impl->on_exit = nullptr;
    std::error_code ignored;
    m_impl->fd.close(ignored);
}

bool ProcessWatch::valid() const
{
    return m_impl->fd.is_open();
}

void ProcessWatch::signal(int number)
{
    if (valid())
        syscall(SYS_pidfd_send_signal, m_impl->fd.native_handle(), number, nullptr, 0U);
}

int processId()
{
    return getpid();
}

std::uint64_t processStartTicks(int pid)
{
    const auto stat = procStat(pid);
    return stat ? stat->start_ticks : 0;
}

std::string describeExit(int wait_status)
{
    if (wait_status == -1)
        return "ended";
    if (WIFSIGNALED(wait_status))
        return "was killed by signal " + std::to_string(WTERMSIG(wait_status)) + " (" +
               strsignal(WTERMSIG(wait_status)) + ")";
    return "ended with code " + std::to_string(WEXITSTATUS(wait_status));
}

} // namespace slipway::sys
