// One lasting connection to HAProxy's Runtime API, one command in flight at a time.
// Everything runs on the io_context's thread.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/clock.h"
#include "backend/sys/liveness.h"

#include <asio.hpp>
#include <asio/local/stream_protocol.hpp>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace slipway::edge
{

// Takes the complete answers out of the interactive mode's byte stream: each ends with a prompt.
class AnswerReader
{
public:
    // Returns true and fills `answer` when the bytes so far end with a prompt.
    bool feed(std::string_view bytes, std::string &answer);
    // An answer without an end: what sent it cannot be spoken to any more.
    bool overflowed() const { return m_buffer.size() > kAnswerBytesMax; }

    // Far above the longest, `show sess` of all connections that the configuration allows.
    static constexpr std::size_t kAnswerBytesMax = 128 * 1024 * 1024;

private:
    std::string m_buffer;
};

// What HAProxy says when a command worked: nothing, or one of a few sentences.
bool saysSuccess(const std::string &answer);

class RuntimeClient : public std::enable_shared_from_this<RuntimeClient>
{
public:
    using OnSilent = std::function<void(std::int64_t silent_ms)>;

    // `on_silent` is called once, when a command got no answer for kSilence_ms in which the process
    // could run; the connection is given up then.
    RuntimeClient(asio::io_context &io, OnSilent on_silent);
    // Tries until the socket of this process answers or close() is called; false when it did not
    // listen within `timeout_ms`, or was silent.
    asio::awaitable<bool> connect(std::filesystem::path socket, int pid, int timeout_ms);
    // The text between command and prompt, trimmed. Fails with UNAVAILABLE when the connection is
    // gone. Commands of several callers are queued.
    asio::awaitable<Result<std::string>> ask(std::string command);
    void close();
    bool connected() const { return m_connected; }

    static constexpr std::int64_t kSilence_ms = 1'500;

private:
    using Done = std::function<void(Result<std::string>)>;
    struct Pending {
        std::string command;
        Done done;
    };
    void enqueue(std::string command, Done done);
    void sendFirst();
    void readMore();
    void finish(Result<std::string> result);
    void failAll();
    void watchSilence();
    void judgeSilence();

    asio::local::stream_protocol::socket m_socket;
    asio::steady_timer m_retry;
    asio::steady_timer m_look;
    const sys::SystemClock m_clock;
    OnSilent m_on_silent;
    sys::Silence m_silence{sys::readThreads};
    std::int64_t m_last_look_ms = 0; // steady
    int m_pid = 0;
    std::deque<Pending> m_queue;
    AnswerReader m_reader;
    char m_chunk[65536];
    bool m_connected = false;
    bool m_closed = false;
};

} // namespace slipway::edge
