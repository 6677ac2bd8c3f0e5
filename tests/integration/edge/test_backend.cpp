#include "test_backend.h"

#include <asio.hpp>
#include <asio/local/stream_protocol.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sys/stat.h>

namespace slipway::test
{

namespace
{

using Socket = asio::local::stream_protocol::socket;

std::string answerTo(const std::string &path, const std::string &name, bool close)
{
    const std::string status = path == "/fail" ? "500 Internal Server Error" : "200 OK";
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(name.size()) +
           (close ? "\r\nConnection: close" : "") + "\r\n\r\n" + name;
}

// The values of the header, one after the other.
std::string valuesOf(const std::string &header, const std::string &head)
{
    std::string values;
    const std::string start = "\r\n" + header + ": ";
    for (std::size_t at = head.find(start); at != std::string::npos; at = head.find(start, at + 1))
        values += (values.empty() ? "" : ",") +
                  head.substr(at + start.size(), head.find("\r\n", at + 2) - at - start.size());
    return values;
}

// An instance that dies with a request in its hands.
void dieIfAsked(const std::string &path, const std::string &name)
{
    if (path.starts_with("/die/") && name.ends_with(path.substr(5)))
        std::_Exit(1);
}

asio::awaitable<void> delay(const std::string &path)
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    if (path.starts_with("/slow/"))
        timer.expires_after(std::chrono::milliseconds(std::stoi(path.substr(6))));
    else if (path == "/stuck")
        timer.expires_at(std::chrono::steady_clock::time_point::max());
    else
        co_return;
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> serve(Socket socket, std::string name)
{
    std::string buffer;
    std::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    while (true) {
        const std::size_t size = co_await asio::async_read_until(
            socket, asio::dynamic_buffer(buffer), "\r\n\r\n", token);
        if (error)
            co_return;
        const std::string head = buffer.substr(0, size);
        buffer.erase(0, size);
        const std::size_t path_start = head.find(' ') + 1;
        const std::string path = head.substr(path_start, head.find(' ', path_start) - path_start);
        dieIfAsked(path, name);
        co_await delay(path);
        const bool close = head.find("onnection: close") != std::string::npos;
        const std::string content =
            path == "/forwarded-for" ? valuesOf("x-forwarded-for", head) : name;
        const std::string answer = answerTo(path, content, close);
        co_await asio::async_write(socket, asio::buffer(answer), token);
        if (error || close)
            co_return;
    }
}

asio::awaitable<void> acceptAll(asio::local::stream_protocol::acceptor &acceptor, std::string name)
{
    while (true) {
        Socket socket = co_await acceptor.async_accept(asio::use_awaitable);
        asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), name), asio::detached);
    }
}

} // namespace

int runBackend(const std::string &socket, const std::string &name)
{
    asio::io_context io(1);
    asio::local::stream_protocol::acceptor acceptor(io,
                                                    asio::local::stream_protocol::endpoint(socket));
    chmod(socket.c_str(), 0666);
    asio::co_spawn(io, acceptAll(acceptor, name), asio::detached);
    io.run();
    return 0;
}

} // namespace slipway::test
