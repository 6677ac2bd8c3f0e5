// A listening Unix socket that keeps its file.
#pragma once

#include "backend/proto/result.h"

#include <asio.hpp>
#include <asio/local/stream_protocol.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace slipway::sys
{

// Owns a socket file; one of its user's that is left from an earlier life is removed. It is made
// anew when it is swept away (a logout, a cleaner), within about a second and with its folder;
// another file in its place is told and waited for. On the thread of its io_context.
class LocalListener
{
public:
    using Socket = asio::local::stream_protocol::socket;
    using OnAccept = std::function<void(Socket)>;

    LocalListener(asio::io_context &io, OnAccept on_accept);
    ~LocalListener();
    Result<void> listen(const std::filesystem::path &socket, unsigned mode = 0600);
    void close();

private:
    Result<void> bind();
    void accept();
    void acceptLater();
    void watchFile();
    void followFile();

    asio::local::stream_protocol::acceptor m_acceptor;
    asio::steady_timer m_retry;
    asio::steady_timer m_watch;
    std::shared_ptr<bool> m_open; // false when closed, also for handlers that outlive the listener
    OnAccept m_on_accept;
    std::filesystem::path m_path;
    unsigned m_mode = 0600;
    std::uint64_t m_file = 0; // which one it is; 0: unknown
    bool m_told = false;      // that it cannot be made anew
};

} // namespace slipway::sys
