#include "backend/server/unix_door.h"

#include "backend/sys/local_listener.h"

#include <spdlog/spdlog.h>
#include <thread>

namespace slipway::server
{

namespace
{
constexpr unsigned kOwnerOnly = 0600;
} // namespace

struct UnixDoor::Impl {
    explicit Impl(Enter enter)
        : listener(io, [enter = std::move(enter)](sys::LocalListener::Socket socket) {
              std::error_code error;
              socket.native_non_blocking(true, error);
              if (!error)
                  enter(socket.release());
          })
    {
    }

    asio::io_context io;
    sys::LocalListener listener;
    std::thread thread;
};

UnixDoor::UnixDoor(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Result<std::unique_ptr<UnixDoor>> UnixDoor::open(const std::filesystem::path &socket, Enter enter)
{
    auto impl = std::make_unique<Impl>(std::move(enter));
    if (const auto listening = impl->listener.listen(socket, kOwnerOnly); !listening)
        return Failure(listening.error());
    impl->thread = std::thread([io = &impl->io] { io->run(); });
    return std::unique_ptr<UnixDoor>(new UnixDoor(std::move(impl)));
}

UnixDoor::~UnixDoor()
{
    close();
}

void UnixDoor::close()
{
    if (!m_impl->thread.joinable())
        return;
    asio::post(m_impl->io, [this] {
        m_impl->listener.close();
        m_impl->io.stop();
    });
    m_impl->thread.join();
}

} // namespace slipway::server
