#include "backend/sys/guarded_listener.h"

#include "backend/sys/file_identity.h"
#include "backend/sys/paths.h"
#include "backend/sys/socket_peer.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr int kBacklog = 128;
constexpr int kLookEvery_ms = 1000;
constexpr int kPauseWithoutDescriptors_ms = 100;

Failure notBound(const fs::path &socket, int error)
{
    return failure(v1::Error::UNAVAILABLE, "ADDRESS_NOT_BOUND",
                   "Cannot listen on " + socket.string() + ": " + std::strerror(error) +
                       ". Is it taken by another program? End that one or choose another address.",
                   socket.string());
}

void closeFd(int &fd)
{
    if (fd >= 0)
        close(std::exchange(fd, -1));
}

bool isOurSocket(const fs::path &file)
{
    struct stat info {
    };
    return lstat(file.c_str(), &info) == 0 && S_ISSOCK(info.st_mode) && info.st_uid == geteuid();
}

bool prepareFd(int fd)
{
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

Result<int> bindSocket(const fs::path &socket_file)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (auto checked = checkSocketPath(socket_file); !checked)
        return Failure(checked.error());
    std::memcpy(address.sun_path, socket_file.c_str(), socket_file.string().size());
    if (isOurSocket(socket_file))
        unlink(socket_file.c_str()); // whoever else runs here would hold the folder's lock
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd >= 0 && prepareFd(fd) &&
        bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 &&
        chmod(socket_file.c_str(), 0600) == 0 && listen(fd, kBacklog) == 0)
        return fd;
    const int error = errno;
    closeFd(fd);
    return notBound(socket_file, error);
}

// One thread; everything but start() and stop() runs on it.
class PosixListener final : public GuardedListener
{
public:
    PosixListener(fs::path socket, int fd, std::size_t connections_max)
        : m_socket(std::move(socket)), m_fd(fd), m_connections_max(connections_max),
          m_identity(identityOf(m_socket))
    {
    }
    ~PosixListener() override { stop(); }

    void start(Accepted accepted) override
    {
        if (pipe(m_wake) != 0)
            return;
        prepareFd(m_wake[0]);
        prepareFd(m_wake[1]);
        m_accepted = std::move(accepted);
        m_thread = std::thread([this] { run(); });
    }
    void stop() override
    {
        closeFd(m_wake[1]); // which wakes it
        if (m_thread.joinable())
            m_thread.join();
        closeFd(m_wake[0]);
        for (int &fd : m_open)
            closeFd(fd);
        m_open.clear();
        const auto now = identityOf(m_socket);
        if (m_fd >= 0 && now && m_identity && now->isSameFile(*m_identity))
            unlink(m_socket.c_str());
        closeFd(m_fd);
    }

private:
    void run();
    void acceptOne();
    bool admit(int fd);
    void forgetClosed(const std::vector<pollfd> &polled);
    void lookAfterSocket();

    fs::path m_socket;
    int m_fd;
    std::size_t m_connections_max;
    std::optional<FileIdentity> m_identity;
    int m_wake[2] = {-1, -1};
    Accepted m_accepted;
    // A second descriptor of each connection: gRPC does not tell when it closes its own, the kernel
    // does.
    std::vector<int> m_open;
    bool m_paused = false; // no descriptors left: do not spin
    bool m_told_of_loss = false;
    std::thread m_thread;
};

void PosixListener::run()
{
    for (;;) {
        std::vector<pollfd> polled = {{m_wake[0], POLLIN, 0}, {m_paused ? -1 : m_fd, POLLIN, 0}};
        for (const int fd : m_open)
            polled.push_back({fd, 0, 0}); // hang-ups are always told
        const int wait_ms =
            std::exchange(m_paused, false) ? kPauseWithoutDescriptors_ms : kLookEvery_ms;
        const int count = poll(polled.data(), nfds_t(polled.size()), wait_ms);
        if (count < 0 && errno != EINTR)
            return;
        if (count > 0 && polled[0].revents != 0)
            return; // stop()
        if (count > 0)
            forgetClosed(polled);
        if (count > 0 && (polled[1].revents & POLLIN) != 0)
            acceptOne();
        lookAfterSocket();
    }
}

void PosixListener::forgetClosed(const std::vector<pollfd> &polled)
{
    for (std::size_t i = 2; i < polled.size(); ++i)
        if (polled[i].revents != 0)
            closeFd(m_open[i - 2]);
    std::erase(m_open, -1);
}

void PosixListener::acceptOne()
{
    int fd = accept(m_fd, nullptr, nullptr);
    if (fd < 0) {
        m_paused = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
        return;
    }
    if (!prepareFd(fd) || !admit(fd))
        return closeFd(fd);
    const int watched = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (watched < 0)
        return closeFd(fd);
    m_open.push_back(watched);
    m_accepted(fd);
}

bool PosixListener::admit(int fd)
{
    const auto peer = peerOf(fd);
    if (!peer)
        return false; // gone already
    if (const auto why = whyNotTrusted(*peer)) {
        spdlog::warn("A connection to {} was refused: {}.", m_socket.string(), *why);
        return false;
    }
    if (m_open.size() < m_connections_max)
        return true;
    spdlog::warn("A connection to {} was refused: {} are open already, which is the limit.",
                 m_socket.string(), m_open.size());
    return false;
}

// Somebody tidied up: whoever is connected stays so, others need the name.
void PosixListener::lookAfterSocket()
{
    const auto now = identityOf(m_socket);
    if (now && m_identity && now->isSameFile(*m_identity)) {
        m_told_of_loss = false;
        return;
    }
    if (now) {
        if (!std::exchange(m_told_of_loss, true))
            spdlog::error("{} was replaced by somebody else's file; remove that, and the fabric "
                          "listens there again.",
                          m_socket.string());
        return;
    }
    auto made = makePrivateFolder(m_socket.parent_path());
    auto bound = made ? bindSocket(m_socket) : Result<int>(Failure(made.error()));
    if (!bound) {
        if (!std::exchange(m_told_of_loss, true))
            spdlog::error("{}", bound.error().message());
        return;
    }
    closeFd(m_fd);
    m_fd = *bound;
    m_identity = identityOf(m_socket);
    spdlog::warn("{} was swept away and is made anew.", m_socket.string());
}

} // namespace

bool canGuardListeners()
{
    return true;
}

Result<std::unique_ptr<GuardedListener>> listenGuarded(const fs::path &socket,
                                                       std::size_t connections_max)
{
    const auto fd = bindSocket(socket);
    if (!fd)
        return Failure(fd.error());
    return std::make_unique<PosixListener>(socket, *fd, connections_max);
}

} // namespace slipway::sys
