#include "backend/agent/joint.h"

#include "backend/agent/final_answer.h"

#include <array>
#include <asio/local/stream_protocol.hpp>

namespace slipway::agent
{

namespace
{

using Socket = asio::generic::stream_protocol::socket;
constexpr int kAcceptPause_ms = 100;

// One connection and its continuation; keeps itself alive until both directions have ended.
class Pair : public std::enable_shared_from_this<Pair>
{
public:
    Pair(asio::io_context &io, Socket from, Joint::Answers answers)
        : m_from(std::move(from)), m_to(io), m_filters(answers == Joint::Answers::FinalOnly)
    {
    }

    void connect(const StreamEndpoint &target)
    {
        m_to.async_connect(target, [self = shared_from_this()](std::error_code error) {
            if (error)
                return self->end();
            self->sendAtOnce(self->m_from);
            self->sendAtOnce(self->m_to);
            self->carry(self->m_from, self->m_to, self->m_up);
            if (self->m_filters)
                self->carryFinal();
            else
                self->carry(self->m_to, self->m_from, self->m_down);
        });
    }

private:
    using Buffer = std::array<char, 16 * 1024>;

    void sendAtOnce(Socket &socket)
    {
        std::error_code not_tcp;
        socket.set_option(asio::ip::tcp::no_delay(true), not_tcp);
    }

    void carry(Socket &source, Socket &target, Buffer &buffer)
    {
        source.async_read_some(asio::buffer(buffer),
                               [self = shared_from_this(), &source, &target,
                                &buffer](std::error_code error, std::size_t size) {
                                   if (error == asio::error::eof)
                                       return self->halfClose(target);
                                   if (error)
                                       return self->end();
                                   self->pass(source, target, buffer, size);
                               });
    }

    void pass(Socket &source, Socket &target, Buffer &buffer, std::size_t size)
    {
        asio::async_write(target, asio::buffer(buffer.data(), size),
                          [self = shared_from_this(), &source, &target,
                           &buffer](std::error_code error, std::size_t) {
                              if (error)
                                  return self->end();
                              self->carry(source, target, buffer);
                          });
    }

    // Until the final answer begins.
    void carryFinal()
    {
        m_to.async_read_some(asio::buffer(m_down),
                             [self = shared_from_this()](std::error_code error, std::size_t size) {
                                 if (error && error != asio::error::eof)
                                     return self->end();
                                 self->m_final =
                                     error ? self->m_answer.rest()
                                           : self->m_answer.take({self->m_down.data(), size});
                                 self->passFinal(bool(error));
                             });
    }

    void passFinal(bool ended)
    {
        asio::async_write(m_from, asio::buffer(m_final),
                          [self = shared_from_this(), ended](std::error_code error, std::size_t) {
                              if (error)
                                  return self->end();
                              if (ended)
                                  return self->halfClose(self->m_from);
                              if (self->m_answer.begun())
                                  return self->carry(self->m_to, self->m_from, self->m_down);
                              self->carryFinal();
                          });
    }

    void halfClose(Socket &target)
    {
        std::error_code error;
        target.shutdown(Socket::shutdown_send, error);
        if (++m_ended == 2)
            end();
    }

    void end()
    {
        std::error_code ignored;
        m_from.close(ignored);
        m_to.close(ignored);
    }

    Socket m_from;
    Socket m_to;
    Buffer m_up{};
    Buffer m_down{};
    bool m_filters;
    FinalAnswer m_answer;
    std::string m_final;
    int m_ended = 0;
};

} // namespace

StreamEndpoint tcpEndpoint(const std::string &address, std::uint32_t port)
{
    std::error_code error;
    const auto parsed = asio::ip::make_address(address, error);
    return asio::ip::tcp::endpoint(error ? asio::ip::address_v4::loopback() : parsed,
                                   asio::ip::port_type(port));
}

StreamEndpoint unixEndpoint(const std::filesystem::path &socket)
{
    return asio::local::stream_protocol::endpoint(socket.string());
}

Joint::Joint(asio::io_context &io, StreamEndpoint from, StreamEndpoint to, Answers answers)
    : m_io(io), m_acceptor(io), m_pause(io), m_from(std::move(from)), m_to(std::move(to)),
      m_answers(answers), m_alive(std::make_shared<bool>(true))
{
}

Joint::Joint(asio::io_context &io, sys::ListeningSocket from, StreamEndpoint to)
    : Joint(io, StreamEndpoint(asio::local::stream_protocol::endpoint()), std::move(to))
{
    std::error_code error;
    m_acceptor.assign(m_from.protocol(), from.descriptor(), error);
    if (error)
        return;
    from.release();
    m_is_given = true;
}

Joint::~Joint()
{
    *m_alive = false;
    close();
}

Result<void> Joint::listen()
{
    std::error_code error;
    if (!m_is_given) {
        m_acceptor.open(m_from.protocol(), error);
        if (!error)
            m_acceptor.set_option(asio::socket_base::reuse_address(true), error);
        if (!error)
            m_acceptor.bind(m_from, error);
        if (!error)
            m_acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error || !m_acceptor.is_open()) {
        std::error_code ignored;
        m_acceptor.close(ignored);
        return failure(v1::Error::UNAVAILABLE, "ENDPOINT_NOT_BOUND",
                       "Cannot listen: " + error.message() + ".");
    }
    accept();
    return {};
}

void Joint::close()
{
    if (!m_acceptor.is_open())
        return;
    // Whoever comes now is refused at once instead of waiting in a dead queue.
    if (m_is_given)
        sys::refuseConnections(m_acceptor.native_handle());
    std::error_code ignored;
    m_acceptor.close(ignored);
    m_pause.cancel();
}

void Joint::accept()
{
    m_acceptor.async_accept([this, alive = m_alive](std::error_code error, Socket socket) {
        if (!*alive || error == asio::error::operation_aborted)
            return;
        if (error)
            return acceptLater();
        std::make_shared<Pair>(m_io, std::move(socket), m_answers)->connect(m_to);
        accept();
    });
}

void Joint::acceptLater()
{
    m_pause.expires_after(std::chrono::milliseconds(kAcceptPause_ms));
    m_pause.async_wait([this, alive = m_alive](std::error_code error) {
        if (!error && *alive && listening())
            accept();
    });
}

} // namespace slipway::agent
