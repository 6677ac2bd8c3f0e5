#include "backend/host/outside_access.h"

#include "backend/sys/sandbox.h"

#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace slipway::host
{

namespace
{

constexpr const char *kTunnelDevice = "/dev/net/tun";
constexpr const char *kFrameBytes = "65520"; // the most that slirp4netns takes, and the fastest

} // namespace

std::filesystem::path outsideProgram()
{
    return sys::findProgram("slirp4netns");
}

std::string outsideProblem(IsolationLevel level, const std::filesystem::path &program)
{
    if (!hasNamespaces(level))
        return {}; // it is the machine's own network
    if (program.empty())
        return "slirp4netns is not installed. Install it (Debian: apt install slirp4netns) and "
               "start the fabric again.";
    if (access(kTunnelDevice, R_OK | W_OK) != 0)
        return std::string(kTunnelDevice) +
               " cannot be opened. Load the kernel's module (modprobe tun) and start the fabric "
               "again.";
    return {};
}

OutsideAccess::OutsideAccess(asio::io_context &io, const std::filesystem::path &program,
                             int sandbox_pid, const std::string &owner_mark, Events events)
    : m_io(io), m_events(std::move(events)), m_ready(io), m_alive(std::make_shared<bool>(true))
{
    start(program, sandbox_pid, owner_mark);
}

OutsideAccess::~OutsideAccess()
{
    *m_alive = false;
    if (m_held_fd >= 0)
        close(m_held_fd);
}

void OutsideAccess::start(const std::filesystem::path &program, int sandbox_pid,
                          const std::string &owner_mark)
{
    std::array<int, 2> held = {-1, -1};
    std::array<int, 2> ready = {-1, -1};
    if (pipe2(held.data(), O_CLOEXEC) != 0 || pipe2(ready.data(), O_CLOEXEC) != 0)
        return end("no pipe could be made");
    m_held_fd = held[1];
    m_ready.assign(ready[0]);
    sys::SpawnRequest request;
    request.arguments = {program.string(),
                         "--configure",
                         std::string("--mtu=") + kFrameBytes,
                         "--disable-host-loopback",
                         "--enable-sandbox",
                         "--exit-fd=" + std::to_string(held[0]),
                         "--ready-fd=" + std::to_string(ready[1]),
                         std::to_string(sandbox_pid),
                         "tap0"};
    sys::addMark(request.environment, owner_mark);
    request.inherited_fds = {held[0], ready[1]};
    const auto pid = sys::spawn(request);
    close(held[0]);
    close(ready[1]);
    if (!pid)
        return end(pid.error().message());
    m_process = std::make_unique<sys::ProcessWatch>(m_io, *pid, [this](int status) {
        if (m_state != State::Over)
            end("slirp4netns " + sys::describeExit(status));
    });
    waitUntilReady();
}

void OutsideAccess::waitUntilReady()
{
    m_ready.async_read_some(asio::buffer(&m_signal, 1),
                            [this, alive = m_alive](std::error_code error, std::size_t) {
                                if (error || !*alive || m_state != State::Starting)
                                    return; // its end tells more
                                m_state = State::Ready;
                                m_events.ready();
                            });
}

// Never from inside the constructor, nor from inside what the receiver may destroy.
void OutsideAccess::end(const std::string &cause)
{
    m_state = State::Over;
    asio::post(m_io, [this, alive = m_alive, cause] {
        if (*alive)
            m_events.lost(cause);
    });
}

} // namespace slipway::host
