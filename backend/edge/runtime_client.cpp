#include "backend/edge/runtime_client.h"

#include "backend/sys/direct_socket.h"

#include <algorithm>
#include <chrono>

namespace slipway::edge
{

namespace
{

constexpr int kConnectRetry_ms = 3;
constexpr int kLook_ms = 200; // while an answer is owed
constexpr std::string_view kPrompt = "\n> ";

std::string trimmed(const std::string &text)
{
    const std::size_t first = text.find_first_not_of(" \r\n");
    const std::size_t last = text.find_last_not_of(" \r\n");
    return first == std::string::npos ? std::string() : text.substr(first, last - first + 1);
}

} // namespace

bool AnswerReader::feed(std::string_view bytes, std::string &answer)
{
    m_buffer.append(bytes);
    if (!m_buffer.ends_with(kPrompt))
        return false;
    answer = trimmed(m_buffer.substr(0, m_buffer.size() - kPrompt.size()));
    m_buffer.clear();
    return true;
}

bool saysSuccess(const std::string &answer)
{
    return answer.find_first_not_of("+ ") == std::string::npos || // "+" asks for more of a payload
           answer.starts_with("New server registered") || answer.starts_with("Server deleted") ||
           answer.starts_with("New version created");
}

RuntimeClient::RuntimeClient(asio::io_context &io, OnSilent on_silent)
    : m_socket(io), m_retry(io), m_look(io), m_on_silent(std::move(on_silent))
{
}

asio::awaitable<bool> RuntimeClient::connect(std::filesystem::path socket, int pid, int timeout_ms)
{
    const auto self = shared_from_this();
    m_pid = pid;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    while (!m_closed && std::chrono::steady_clock::now() < deadline) {
        std::error_code error;
        m_socket.close(error);
        // HAProxy could leave a link there to somebody else's socket, and its words are commands.
        if (const sys::DirectSocket direct(socket); direct.exists())
            co_await m_socket.async_connect({direct.path().string()},
                                            asio::redirect_error(asio::use_awaitable, error));
        else
            error = asio::error::not_found;
        if (!error && !m_closed) {
            m_connected = true;
            const auto greeting = co_await ask("prompt");
            co_return greeting.has_value();
        }
        m_retry.expires_after(std::chrono::milliseconds(kConnectRetry_ms));
        co_await m_retry.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
    co_return false;
}

asio::awaitable<Result<std::string>> RuntimeClient::ask(std::string command)
{
    const auto self = shared_from_this();
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                            void(Result<std::string>)>(
        [this](auto handler, std::string text) {
            // The queue wants something copyable; the handler can only be moved.
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            enqueue(std::move(text), [shared](Result<std::string> result) {
                std::move (*shared)(std::move(result));
            });
        },
        asio::use_awaitable, std::move(command));
}

void RuntimeClient::enqueue(std::string command, Done done)
{
    m_queue.push_back({std::move(command) + "\n", std::move(done)});
    if (!m_connected) {
        asio::post(m_socket.get_executor(), [self = shared_from_this()] { self->failAll(); });
        return;
    }
    if (m_queue.size() == 1)
        sendFirst();
}

void RuntimeClient::sendFirst()
{
    m_silence.heard();
    m_last_look_ms = m_clock.steadyMs();
    watchSilence();
    asio::async_write(m_socket, asio::buffer(m_queue.front().command),
                      [self = shared_from_this()](std::error_code error, std::size_t) {
                          if (error)
                              return self->failAll();
                          self->readMore();
                      });
}

void RuntimeClient::readMore()
{
    m_socket.async_read_some(asio::buffer(m_chunk), [self = shared_from_this()](
                                                        std::error_code error, std::size_t count) {
        if (error)
            return self->failAll();
        self->m_silence.heard(); // a long answer comes in pieces, and takes its time
        std::string answer;
        if (self->m_reader.feed(std::string_view(self->m_chunk, count), answer))
            self->finish(std::move(answer));
        else if (self->m_reader.overflowed())
            self->failAll();
        else
            self->readMore();
    });
}

void RuntimeClient::finish(Result<std::string> result)
{
    if (m_queue.empty())
        return;
    const Done done = std::move(m_queue.front().done);
    m_queue.pop_front();
    m_look.cancel();
    if (!m_queue.empty())
        sendFirst();
    done(std::move(result));
}

// A backlog takes connections, and a buffer takes commands, for a process that is stopped or hangs.
// Nothing is looked at for an answer that comes at once, as nearly all do.
void RuntimeClient::watchSilence()
{
    m_look.expires_after(std::chrono::milliseconds(kLook_ms));
    m_look.async_wait([self = shared_from_this()](std::error_code error) {
        if (!error && !self->m_queue.empty() && !self->m_closed)
            self->judgeSilence();
    });
}

void RuntimeClient::judgeSilence()
{
    const std::int64_t now_ms = m_clock.steadyMs();
    const std::int64_t passed_ms = now_ms - std::exchange(m_last_look_ms, now_ms);
    m_silence.look(m_pid, std::min<std::int64_t>(passed_ms, 2 * kLook_ms));
    if (!m_silence.isLongerThan(kSilence_ms))
        return watchSilence();
    if (const OnSilent tell = std::exchange(m_on_silent, nullptr))
        tell(m_silence.countedMs());
    failAll();
}

void RuntimeClient::failAll()
{
    close();
    std::deque<Pending> failed;
    failed.swap(m_queue);
    for (const Pending &pending : failed)
        pending.done(failure(v1::Error::UNAVAILABLE, "PROXY_GONE",
                             "HAProxy does not answer its command socket any more."));
}

void RuntimeClient::close()
{
    m_closed = true;
    m_connected = false;
    m_retry.cancel();
    m_look.cancel();
    std::error_code ignored;
    m_socket.close(ignored); // whatever is in flight fails, and with it the queue
}

} // namespace slipway::edge
