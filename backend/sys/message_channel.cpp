#include "backend/sys/message_channel.h"

#include <algorithm>
#include <spdlog/spdlog.h>

#ifdef __linux__
#include <sys/socket.h>
#endif

namespace slipway::sys
{

namespace
{
constexpr int kBackoffFirst_ms = 100;
constexpr int kBackoffMax_ms = 1000;
} // namespace

MessageChannel::MessageChannel(asio::local::stream_protocol::socket socket)
    : m_socket(std::move(socket))
{
}

void MessageChannel::start(OnMessage on_message, OnClosed on_closed)
{
    m_on_message = std::move(on_message);
    m_on_closed = std::move(on_closed);
    readHeader();
}

void MessageChannel::readHeader()
{
    auto self = shared_from_this();
    asio::async_read(m_socket, asio::buffer(m_header), [self](std::error_code error, std::size_t) {
        if (error)
            return self->fail(error.message());
        const std::size_t size =
            std::size_t(self->m_header[0]) << 24 | std::size_t(self->m_header[1]) << 16 |
            std::size_t(self->m_header[2]) << 8 | std::size_t(self->m_header[3]);
        if (size > kMessageBytesMax)
            return self->fail("a message of " + std::to_string(size) + " bytes is over the limit");
        self->readBody(size);
    });
}

void MessageChannel::readBody(std::size_t size)
{
    m_body.resize(size);
    auto self = shared_from_this();
    asio::async_read(m_socket, asio::buffer(m_body), [self](std::error_code error, std::size_t) {
        if (error)
            return self->fail(error.message());
        if (self->m_on_message) {
            // The callback may close the channel and so drop its own closure.
            const OnMessage keep = self->m_on_message;
            keep(self->m_body);
        }
        if (!self->m_closed)
            self->readHeader();
    });
}

bool MessageChannel::send(const google::protobuf::MessageLite &message)
{
    if (m_closed || m_clogged)
        return false;
    const std::size_t size = message.ByteSizeLong();
    if (size > kMessageBytesMax) {
        spdlog::error("A {} of {} bytes is over the limit of {} and was not sent.",
                      message.GetTypeName(), size, kMessageBytesMax);
        return false;
    }
    if (m_queued_bytes + size > kQueuedBytesMax) {
        // Not from in here: the sender may be in the middle of something.
        m_clogged = true;
        asio::post(m_socket.get_executor(), [self = shared_from_this()] {
            self->fail("it does not read what is sent to it");
        });
        return false;
    }
    std::string frame(4, '\0');
    frame[0] = char(size >> 24 & 255);
    frame[1] = char(size >> 16 & 255);
    frame[2] = char(size >> 8 & 255);
    frame[3] = char(size & 255);
    message.AppendToString(&frame);
    m_queued_bytes += frame.size();
    m_queue.push_back(std::move(frame));
    if (m_queue.size() == 1)
        write();
    return true;
}

void MessageChannel::write()
{
    auto self = shared_from_this();
    asio::async_write(m_socket, asio::buffer(m_queue.front()),
                      [self](std::error_code error, std::size_t) {
                          if (error)
                              return self->fail(error.message());
                          if (self->m_closed)
                              return;
                          self->m_queued_bytes -= self->m_queue.front().size();
                          self->m_queue.pop_front();
                          if (!self->m_queue.empty())
                              return self->write();
                          const auto drained = self->m_on_drained; // it may close the channel
                          if (drained)
                              drained();
                      });
}

void MessageChannel::fail(const std::string &cause)
{
    if (m_closed)
        return;
    const OnClosed on_closed = std::move(m_on_closed);
    close();
    if (on_closed)
        on_closed(cause);
}

void MessageChannel::close()
{
    m_closed = true;
    m_on_message = nullptr;
    m_on_closed = nullptr;
    m_on_drained = nullptr;
    std::error_code ignored;
    m_socket.close(ignored);
}

int MessageChannel::peerPid() const
{
#ifdef __linux__
    ucred credentials{};
    socklen_t size = sizeof credentials;
    auto &socket = const_cast<asio::local::stream_protocol::socket &>(m_socket);
    if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0)
        return credentials.pid;
#endif
    return 0;
}

MessageListener::MessageListener(asio::io_context &io, std::function<void(ChannelPtr)> on_accept)
    : m_listener(io, [on_accept = std::move(on_accept)](LocalListener::Socket socket) {
          on_accept(std::make_shared<MessageChannel>(std::move(socket)));
      })
{
}

MessageDialer::MessageDialer(asio::io_context &io, std::filesystem::path socket,
                             OnConnected on_connected)
    : m_io(io), m_timer(io), m_path(std::move(socket)), m_on_connected(std::move(on_connected)),
      m_alive(std::make_shared<bool>(true))
{
}

MessageDialer::~MessageDialer()
{
    stop();
}

void MessageDialer::dial()
{
    m_backoff_ms = 0;
    connect();
}

void MessageDialer::stop()
{
    *m_alive = false;
    m_timer.cancel();
}

void MessageDialer::connect()
{
    if (!*m_alive)
        return;
    auto socket = std::make_shared<asio::local::stream_protocol::socket>(m_io);
    socket->async_connect(asio::local::stream_protocol::endpoint(m_path.string()),
                          [this, socket, alive = m_alive](std::error_code error) {
                              if (!*alive)
                                  return;
                              if (error)
                                  return retryLater();
                              m_on_connected(std::make_shared<MessageChannel>(std::move(*socket)));
                          });
}

void MessageDialer::retryLater()
{
    m_backoff_ms = std::clamp(m_backoff_ms * 2, kBackoffFirst_ms, kBackoffMax_ms);
    m_timer.expires_after(std::chrono::milliseconds(m_backoff_ms));
    m_timer.async_wait([this, alive = m_alive](std::error_code error) {
        if (!error && *alive)
            connect();
    });
}

} // namespace slipway::sys
