#include "backend/sys/message_channel.h"

#include "backend/sys/descriptor_passing.h"
#include "backend/sys/paths.h"

#include <algorithm>
#include <asio/local/connect_pair.hpp>
#include <cerrno>
#include <cstring>
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
constexpr std::size_t kPassedOverAtOnce = 64 * 1024;
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

MessageChannel::~MessageChannel()
{
    close();
}

void MessageChannel::passOverLarger(std::size_t bytes_max, OnTooLarge on_too_large,
                                    OnPassed on_passed)
{
    m_bytes_max = bytes_max;
    m_on_too_large = std::move(on_too_large);
    m_on_passed = std::move(on_passed);
}

void MessageChannel::goOn()
{
    m_held = false;
    if (std::exchange(m_waits, false) && !m_closed)
        readOn();
}

void MessageChannel::readOn()
{
    if (m_held)
        m_waits = true;
    else if (m_to_pass > 0)
        passOver();
    else
        readHeader();
}

void MessageChannel::readHeader()
{
    if (m_takes_descriptors)
        return readHeaderBeside(0);
    auto self = shared_from_this();
    asio::async_read(m_socket, asio::buffer(m_header), [self](std::error_code error, std::size_t) {
        if (error)
            return self->fail(error.message());
        self->readBody();
    });
}

// The descriptor comes with the first byte of its message.
void MessageChannel::readHeaderBeside(std::size_t got)
{
    auto self = shared_from_this();
    m_socket.async_wait(asio::socket_base::wait_read, [self, got](std::error_code error) {
        if (error)
            return self->fail(error.message());
        const auto count = receiveBeside(int(self->m_socket.native_handle()), self->m_header + got,
                                         sizeof self->m_header - got, self->m_descriptor);
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
            return self->fail(count == 0 ? "end of file" : std::strerror(errno));
        const std::size_t all = got + std::size_t(std::max<std::ptrdiff_t>(count, 0));
        if (all == sizeof self->m_header)
            self->readBody();
        else
            self->readHeaderBeside(all);
    });
}

void MessageChannel::readBody()
{
    const std::size_t size = std::size_t(m_header[0]) << 24 | std::size_t(m_header[1]) << 16 |
                             std::size_t(m_header[2]) << 8 | std::size_t(m_header[3]);
    if (size > m_bytes_max && m_on_too_large) {
        const OnTooLarge keep = m_on_too_large;
        m_to_pass = size;
        keep(size);
        return m_closed ? void() : readOn();
    }
    if (size > m_bytes_max)
        return fail("a message of " + std::to_string(size) + " bytes is over the limit");
    m_body.resize(size);
    auto self = shared_from_this();
    asio::async_read(m_socket, asio::buffer(m_body), [self](std::error_code error, std::size_t) {
        if (error)
            return self->fail(error.message());
        self->hear();
    });
}

void MessageChannel::passOver()
{
    m_body.resize(std::min(m_to_pass, kPassedOverAtOnce));
    auto self = shared_from_this();
    m_socket.async_read_some(asio::buffer(m_body),
                             [self](std::error_code error, std::size_t count) {
                                 if (error)
                                     return self->fail(error.message());
                                 self->m_to_pass -= count;
                                 if (const OnPassed keep = self->m_on_passed)
                                     keep(count);
                                 if (!self->m_closed)
                                     self->readOn();
                             });
}

void MessageChannel::hear()
{
    if (m_on_message) {
        // The callback may close the channel and so drop its own closure.
        const OnMessage keep = m_on_message;
        keep(m_body);
    }
    closeDescriptor(descriptor());
    if (!m_closed)
        readOn();
}

bool MessageChannel::send(const google::protobuf::MessageLite &message, int descriptor)
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
    Frame frame;
    frame.bytes.assign(4, '\0');
    frame.bytes[0] = char(size >> 24 & 255);
    frame.bytes[1] = char(size >> 16 & 255);
    frame.bytes[2] = char(size >> 8 & 255);
    frame.bytes[3] = char(size & 255);
    message.AppendToString(&frame.bytes);
    if (descriptor >= 0)
        frame.descriptor = copyDescriptor(descriptor);
    m_queued_bytes += frame.bytes.size();
    m_queue.push_back(std::move(frame));
    if (m_queue.size() == 1)
        write();
    return true;
}

void MessageChannel::write()
{
    if (m_queue.front().descriptor >= 0)
        writeBeside();
    else
        writeRest(0);
}

void MessageChannel::writeBeside()
{
    auto self = shared_from_this();
    m_socket.async_wait(asio::socket_base::wait_write, [self](std::error_code error) {
        if (error || self->m_closed)
            return self->written(error);
        const Frame &frame = self->m_queue.front();
        const auto count = sendBeside(int(self->m_socket.native_handle()), frame.bytes.data(),
                                      frame.bytes.size(), frame.descriptor);
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return self->writeBeside();
        if (count < 0)
            return self->written(std::error_code(errno, std::generic_category()));
        self->writeRest(std::size_t(count));
    });
}

void MessageChannel::writeRest(std::size_t sent)
{
    auto self = shared_from_this();
    const std::string &bytes = m_queue.front().bytes;
    asio::async_write(m_socket, asio::buffer(bytes.data() + sent, bytes.size() - sent),
                      [self](std::error_code error, std::size_t) { self->written(error); });
}

void MessageChannel::written(std::error_code error)
{
    if (m_closed) // what it still holds may not go before the write is over
        return m_queue.clear();
    if (error)
        return fail(error.message());
    forgetFrame();
    if (!m_queue.empty())
        return write();
    const auto drained = m_on_drained; // it may close the channel
    if (drained)
        drained();
}

void MessageChannel::forgetFrame()
{
    closeDescriptor(m_queue.front().descriptor);
    m_queued_bytes -= m_queue.front().bytes.size();
    m_queue.pop_front();
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
    m_on_too_large = nullptr;
    m_on_passed = nullptr;
    closeDescriptor(descriptor());
    for (Frame &frame : m_queue)
        closeDescriptor(std::exchange(frame.descriptor, -1));
    m_on_drained = nullptr;
    std::error_code ignored;
    m_socket.close(ignored);
}

Result<ChannelPtr> makeChannel(asio::io_context &io, int &other_end)
{
    asio::local::stream_protocol::socket ours(io);
    asio::local::stream_protocol::socket theirs(io);
    std::error_code error;
    asio::local::connect_pair(ours, theirs, error);
    if (!error)
        other_end = int(theirs.release(error));
    if (error)
        return failure(v1::Error::UNAVAILABLE, "CHANNEL_NOT_MADE",
                       "Cannot make a channel: " + error.message() + ".");
    // The other end's program would hold this one open, too, and never learn that it was closed.
    closeOnExec(int(ours.native_handle()));
    closeOnExec(other_end);
    return std::make_shared<MessageChannel>(std::move(ours));
}

Result<ChannelPtr> inheritedChannel(asio::io_context &io, int descriptor)
{
    asio::local::stream_protocol::socket socket(io);
    std::error_code error;
    socket.assign(asio::local::stream_protocol(), descriptor, error);
    if (error)
        return failure(v1::Error::FAILED_PRECONDITION, "CHANNEL_MISSING",
                       "Descriptor " + std::to_string(descriptor) +
                           " is no channel: " + error.message() + ".");
    return std::make_shared<MessageChannel>(std::move(socket));
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
