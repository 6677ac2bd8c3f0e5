// A program run to its end, which its caller waits for: never longer than it allows.
#include "backend/sys/child_process.h"

#include "backend/sys/clock.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::sys
{

namespace
{

constexpr std::size_t kOutputBytesMax = 1024 * 1024;
// A killed process ends at once, unless the kernel holds it (a dead network disk): then it is left.
constexpr int kKilledMax_ms = 2'000;

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

// Its output while it has any, and its end, which may come much later: true when it has ended.
bool follow(int pidfd, Pipe &out, Pipe &err, ProgramOutput &output, int timeout_ms)
{
    const SystemClock clock;
    const std::int64_t until_ms = clock.steadyMs() + timeout_ms;
    for (;;) {
        const std::int64_t left_ms = until_ms - clock.steadyMs();
        if (left_ms <= 0)
            return false;
        pollfd fds[3] = {
            {out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}, {pidfd, POLLIN, 0}};
        if (poll(fds, 3, int(left_ms)) <= 0)
            continue;
        if (fds[0].revents != 0)
            drainInto(out, output.out);
        else if (fds[1].revents != 0)
            drainInto(err, output.err);
        else if (fds[2].revents != 0)
            return true; // and all that it had written was read before
    }
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
    const bool in_time = follow(pidfd.get(), out, err, output, timeout_ms);
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
