// A program run to its end, which its caller waits for: never longer than it allows.
#include "backend/sys/child_process.h"

#include "backend/sys/clock.h"
#include "backend/sys/liveness.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace slipway::sys
{

namespace
{

constexpr std::size_t kOutputBytesMax = 1024 * 1024;
// A killed process ends at once, unless the kernel holds it (a dead network disk): then it is left.
constexpr int kKilledMax_ms = 2'000;
constexpr int kLook_ms = 100;
constexpr int kStarvedTimes = 10; // so much longer by the clock, whatever the machine does

// Owns a descriptor.
class Fd
{
public:
    explicit Fd(int fd = -1) : m_fd(fd) {}
    ~Fd() { reset(); }
    Fd(const Fd &) = delete;
    Fd &operator=(const Fd &) = delete;
    int get() const { return m_fd; }
    void reset(int fd = -1)
    {
        if (m_fd >= 0)
            close(m_fd);
        m_fd = fd;
    }

private:
    int m_fd;
};

struct Pipe {
    Fd read;
    Fd write;
    bool make()
    {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0)
            return false;
        read.reset(ends[0]);
        write.reset(ends[1]);
        return true;
    }
};

void drainInto(Pipe &pipe, std::string &text)
{
    char buffer[4096];
    const ssize_t count = ::read(pipe.read.get(), buffer, sizeof buffer);
    if (count == 0 || (count < 0 && errno != EINTR))
        pipe.read.reset();
    if (count > 0 && text.size() < kOutputBytesMax)
        text.append(buffer, std::size_t(count));
}

// How long a program may take: time in which it, or what it started, could run.
class Patience
{
public:
    Patience(int pid, int limit_ms) : m_pid(pid), m_limit_ms(limit_ms) {}
    bool isOver()
    {
        const std::int64_t now_ms = m_clock.steadyMs();
        const std::int64_t passed_ms = now_ms - std::exchange(m_looked_ms, now_ms);
        // A look that comes late waited for a processor itself, as short-lived children do unseen.
        m_silence.look(m_pid, std::min<std::int64_t>(passed_ms, kLook_ms));
        return m_silence.countedMs() > m_limit_ms ||
               now_ms - m_start_ms > std::int64_t(m_limit_ms) * kStarvedTimes;
    }

private:
    const int m_pid;
    const int m_limit_ms;
    const SystemClock m_clock;
    const std::int64_t m_start_ms = m_clock.steadyMs();
    std::int64_t m_looked_ms = m_start_ms;
    Silence m_silence{readProcessTree};
};

// Its output while it has any, and its end, which may come much later: true when it has ended.
bool follow(int pidfd, Pipe &out, Pipe &err, ProgramOutput &output, Patience patience)
{
    while (!patience.isOver()) {
        pollfd fds[3] = {
            {out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}, {pidfd, POLLIN, 0}};
        if (poll(fds, 3, kLook_ms) <= 0)
            continue;
        if (fds[0].revents != 0)
            drainInto(out, output.out);
        else if (fds[1].revents != 0)
            drainInto(err, output.err);
        else if (fds[2].revents != 0)
            return true; // and all that it had written was read before
    }
    return false;
}

Failure noPipe()
{
    return failure(v1::Error::INTERNAL, "SPAWN_FAILED", "Cannot make a pipe.");
}

} // namespace

Result<ProgramOutput> runProgram(const SpawnRequest &request, int timeout_ms)
{
    Pipe out;
    Pipe err;
    if (!out.make() || !err.make())
        return noPipe();
    SpawnRequest piped = request;
    piped.stdout_fd = out.write.get();
    piped.stderr_fd = err.write.get();
    const auto pid = spawn(piped);
    out.write.reset();
    err.write.reset();
    if (!pid)
        return Failure(pid.error());
    const Fd pidfd(int(syscall(SYS_pidfd_open, *pid, 0U)));
    ProgramOutput output;
    const bool in_time = follow(pidfd.get(), out, err, output, {*pid, timeout_ms});
    if (!in_time)
        kill(*pid, SIGKILL);
    pollfd end{pidfd.get(), POLLIN, 0};
    if (poll(&end, 1, kKilledMax_ms) > 0)
        waitpid(*pid, &output.wait_status, 0);
    if (in_time)
        return output;
    return failure(v1::Error::DEADLINE_EXCEEDED, "PROGRAM_TOO_SLOW",
                   request.arguments[0] + " did not end within " + std::to_string(timeout_ms) +
                       " ms.",
                   request.arguments[0]);
}

} // namespace slipway::sys
