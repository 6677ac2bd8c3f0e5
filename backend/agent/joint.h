// Joins a listening address to another: a Unix socket to a port, or a port to a Unix socket.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/listening_socket.h"

#include <asio.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <filesystem>
#include <memory>
#include <string>

namespace slipway::agent
{

using StreamEndpoint = asio::generic::stream_protocol::endpoint;

// Listens while it lives. Each connection is carried byte by byte, each direction with one buffer
// (so a slow reader slows its writer), and half-closed as its ends are. Connections outlive the
// joint; they end with their programs.
class Joint
{
public:
    // FinalOnly: for http with one request a connection; interim answers are left out.
    enum class Answers { All, FinalOnly };

    Joint(asio::io_context &io, StreamEndpoint from, StreamEndpoint to,
          Answers answers = Answers::All);
    // From a socket that listens already; it refuses everybody when the joint closes.
    Joint(asio::io_context &io, sys::ListeningSocket from, StreamEndpoint to);
    ~Joint();
    Joint(const Joint &) = delete;
    Joint &operator=(const Joint &) = delete;

    Result<void> listen();
    void close();
    bool listening() const { return m_acceptor.is_open(); }

private:
    using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;
    void accept();
    void acceptLater();

    asio::io_context &m_io;
    Acceptor m_acceptor;
    asio::steady_timer m_pause; // out of descriptors: do not spin
    bool m_is_given = false;    // made by the host
    StreamEndpoint m_from;
    StreamEndpoint m_to;
    Answers m_answers = Answers::All;
    std::shared_ptr<bool> m_alive; // a finished accept may be queued when this goes
};

StreamEndpoint tcpEndpoint(const std::string &address, std::uint32_t port);
StreamEndpoint unixEndpoint(const std::filesystem::path &socket);

} // namespace slipway::agent
