// One lasting connection to HAProxy's Runtime API, one command in flight at a time.
// Everything runs on the io_context's thread.
#pragma once

#include "backend/proto/result.h"

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

private:
    std::string m_buffer;
};

// What HAProxy says when a command worked: nothing, or one of a few sentences.
bool saysSuccess(const std::string &answer);

class RuntimeClient : public std::enable_shared_from_this<RuntimeClient>
{
public:
    explicit RuntimeClient(asio::io_context &io);
    // Tries until the socket answers or close() is called; false when `timeout_ms` is over first.
    asio::awaitable<bool> connect(std::filesystem::path socket, int timeout_ms);
    // The text between command and prompt, trimmed. Fails with UNAVAILABLE when the connection is
    // gone. Commands of several callers are queued.
    asio::awaitable<Result<std::string>> ask(std::string command);
    void close();
    bool connected() const { return m_connected; }

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

    asio::local::stream_protocol::socket m_socket;
    asio::steady_timer m_retry;
    std::deque<Pending> m_queue;
    AnswerReader m_reader;
    char m_chunk[65536];
    bool m_connected = false;
    bool m_closed = false;
};

} // namespace slipway::edge
