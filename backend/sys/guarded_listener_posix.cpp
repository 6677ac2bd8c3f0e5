#include "backend/sys/guarded_listener.h"

#include "backend/sys/descriptor_passing.h"
#include "backend/sys/local_listener.h"
#include "backend/sys/socket_peer.h"

#include <list>
#include <spdlog/spdlog.h>
#include <thread>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

// One thread; everything but start() and stop() runs on it.
class PosixListener final : public GuardedListener
{
public:
    explicit PosixListener(std::size_t connections_max)
        : m_connections_max(connections_max),
          m_listener(m_io, [this](LocalListener::Socket socket) { take(std::move(socket)); })
    {
    }
    ~PosixListener() override { stop(); }

    Result<void> listen(const fs::path &socket)
    {
        m_socket = socket;
        return m_listener.listen(socket, 0600);
    }
    void start(Accepted accepted) override
    {
        m_accepted = std::move(accepted);
        m_thread = std::thread([this] { m_io.run(); });
    }
    void stop() override
    {
        m_io.stop();
        if (m_thread.joinable())
            m_thread.join();
        m_open.clear();
        m_listener.close();
    }

private:
    // A second descriptor of a connection: gRPC does not tell when it closes its own, the kernel
    // does.
    using Watched = asio::posix::stream_descriptor;

    void take(LocalListener::Socket socket);
    bool admit(int fd) const;
    void watch(int fd);

    asio::io_context m_io{1};
    const std::size_t m_connections_max;
    fs::path m_socket;
    Accepted m_accepted;
    std::list<Watched> m_open;
    LocalListener m_listener;
    std::thread m_thread;
};

void PosixListener::take(LocalListener::Socket socket)
{
    if (!admit(int(socket.native_handle())))
        return;
    socket.non_blocking(true);
    const int watched = copyDescriptor(int(socket.native_handle()));
    if (watched < 0)
        return;
    watch(watched);
    m_accepted(int(socket.release()));
}

bool PosixListener::admit(int fd) const
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

// Until it hangs up: nothing else is waited for.
void PosixListener::watch(int fd)
{
    const auto place = m_open.emplace(m_open.end(), m_io, fd);
    place->async_wait(Watched::wait_error, [this, place](std::error_code error) {
        if (error != asio::error::operation_aborted)
            m_open.erase(place);
    });
}

} // namespace

bool canGuardListeners()
{
    return true;
}

Result<std::unique_ptr<GuardedListener>> listenGuarded(const fs::path &socket,
                                                       std::size_t connections_max)
{
    auto listener = std::make_unique<PosixListener>(connections_max);
    if (auto listening = listener->listen(socket); !listening)
        return Failure(listening.error());
    return listener;
}

} // namespace slipway::sys
