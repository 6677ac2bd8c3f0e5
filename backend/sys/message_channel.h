// Length-prefixed protobuf messages over a local stream socket, for one fabric's own daemons.
// Everything here runs on the thread of its io_context; nothing blocks.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/local_listener.h"

#include <asio.hpp>
#include <asio/local/stream_protocol.hpp>
#include <deque>
#include <filesystem>
#include <functional>
#include <google/protobuf/message_lite.h>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace slipway::sys
{

// Who makes messages keeps below it by design: a larger one is cut into parts, or is refused where
// it was asked for.
inline constexpr std::size_t kMessageBytesMax = 16 * 1024 * 1024;
// What waits for a reader that does not read; beyond, the channel is closed as broken.
inline constexpr std::size_t kQueuedBytesMax = 64 * 1024 * 1024;

class MessageChannel : public std::enable_shared_from_this<MessageChannel>
{
public:
    using OnMessage = std::function<void(std::string_view)>; // bytes of one message
    using OnClosed = std::function<void(const std::string &cause)>;
    using OnTooLarge = std::function<void(std::size_t size)>;
    using OnPassed = std::function<void(std::size_t count)>; // bytes of such a one, as they come

    explicit MessageChannel(asio::local::stream_protocol::socket socket);
    ~MessageChannel();

    // OnClosed is called exactly once, and last. After close() neither is called any more.
    void start(OnMessage on_message, OnClosed on_closed);
    // False: the message is over the limit (a mistake of its maker, logged) or the channel is
    // closed. Nothing is sent then, and the channel goes on. A descriptor that goes beside it stays
    // the caller's.
    [[nodiscard]] bool send(const google::protobuf::MessageLite &message, int descriptor = -1);
    // The same for what may be lost: it is said again anyway (a report, a sample), or the channel's
    // end is answered by whoever opened it.
    void tell(const google::protobuf::MessageLite &message, int descriptor = -1)
    {
        std::ignore = send(message, descriptor);
    }
    // Called each time when everything was written, until the channel closes.
    void whenDrained(std::function<void()> drained) { m_on_drained = std::move(drained); }
    void close();

    // Before start(): larger messages are told and passed over, instead of ending the channel.
    void passOverLarger(std::size_t bytes_max, OnTooLarge on_too_large, OnPassed on_passed);
    // Before start(): descriptors beside messages are taken in.
    void takeDescriptors() { m_takes_descriptors = true; }
    // Inside OnMessage: what came beside this message, from now on the caller's; -1: nothing.
    int descriptor() { return std::exchange(m_descriptor, -1); }
    // Reads nothing more, so that the other side has to wait; a message that was begun is read to
    // its end, one that is passed over is not.
    void hold() { m_held = true; }
    void goOn();
    std::size_t queuedBytes() const { return m_queued_bytes; }
    int peerPid() const; // by SO_PEERCRED, as this pid namespace sees it; 0 where unknown

private:
    struct Frame {
        std::string bytes;
        int descriptor = -1;
    };
    void readHeader();
    void readHeaderBeside(std::size_t got);
    void readBody();
    void passOver();
    void readOn();
    void hear();
    void write();
    void writeBeside();
    void writeRest(std::size_t sent);
    void written(std::error_code error);
    void fail(const std::string &cause);
    void forgetFrame();

    asio::local::stream_protocol::socket m_socket;
    OnMessage m_on_message;
    OnClosed m_on_closed;
    std::function<void()> m_on_drained;
    unsigned char m_header[4] = {};
    std::string m_body;
    std::deque<Frame> m_queue;
    std::size_t m_queued_bytes = 0;
    std::size_t m_bytes_max = kMessageBytesMax;
    OnTooLarge m_on_too_large;
    OnPassed m_on_passed;
    std::size_t m_to_pass = 0; // of a message that is too large
    int m_descriptor = -1;     // came beside the message that is being read
    bool m_takes_descriptors = false;
    bool m_held = false;
    bool m_waits = false; // to be allowed to read on
    bool m_closed = false;
    bool m_clogged = false; // about to be closed: its queue is full
};

using ChannelPtr = std::shared_ptr<MessageChannel>;

// A channel between this process and one that it starts: `other_end` is the descriptor to be
// inherited, the caller's to close.
Result<ChannelPtr> makeChannel(asio::io_context &io, int &other_end);
// The inherited end in the started process.
Result<ChannelPtr> inheritedChannel(asio::io_context &io, int descriptor);

// Parses into `Message`; false (and nothing changed) when the bytes are not one.
template <typename Message> bool parseMessage(std::string_view bytes, Message &message)
{
    Message parsed;
    if (!parsed.ParseFromArray(bytes.data(), int(bytes.size())))
        return false;
    message = std::move(parsed);
    return true;
}

// Who comes in speaks in messages.
class MessageListener
{
public:
    MessageListener(asio::io_context &io, std::function<void(ChannelPtr)> on_accept);
    Result<void> listen(const std::filesystem::path &socket, unsigned mode = 0600)
    {
        return m_listener.listen(socket, mode);
    }
    void close() { m_listener.close(); }

private:
    LocalListener m_listener;
};

// Keeps a connection to a socket: first try at once, then after 100 ms, doubling to 1 s.
class MessageDialer
{
public:
    using OnConnected = std::function<void(ChannelPtr)>; // start() the channel's reading in there

    MessageDialer(asio::io_context &io, std::filesystem::path socket, OnConnected on_connected);
    ~MessageDialer();
    void dial(); // call again after the channel closed
    void stop();

private:
    void connect();
    void retryLater();

    asio::io_context &m_io;
    asio::steady_timer m_timer;
    std::filesystem::path m_path;
    OnConnected m_on_connected;
    int m_backoff_ms = 0;
    std::shared_ptr<bool> m_alive;
};

} // namespace slipway::sys
