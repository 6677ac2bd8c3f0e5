// What lies between the fabric, which never waits, and one reader of a stream, who may be slow.
#pragma once

#include "backend/server/error_status.h"
#include "backend/server/stream_registry.h"

#include <deque>
#include <grpcpp/support/server_callback.h>
#include <mutex>
#include <optional>

namespace slipway::server
{

inline constexpr std::size_t kQueueMessagesMax = 256;
inline constexpr std::size_t kQueueBytesMax = 8 * 1024 * 1024;

// Shared by the fabric (as a sink), the registry and the reactor. At most one operation of gRPC is
// under way at a time (m_busy); the reactor deletes itself some time after Finish, so nobody may
// touch it once m_finished is set. Whoever sets m_busy or m_finished, under the lock, calls gRPC
// afterwards, without the lock.
template <typename Response> class ResponseQueue : public OpenStream
{
public:
    using Reactor = grpc::ServerWriteReactor<Response>;

    // Before anybody else knows this queue.
    void bind(Reactor *reactor, std::size_t detail_bytes)
    {
        m_reactor = reactor;
        m_detail_bytes = detail_bytes;
    }

    void finish(const v1::Error &error) override { close(error, Waiting::Send); }

    // The reader is gone: nothing that waits has a purpose any more.
    void abandon() { close(cancelled(), Waiting::Drop); }

    void onWritten(bool ok)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_busy = false;
            if (!ok)
                endLocked(cancelled(), Waiting::Drop);
        }
        proceed();
    }

protected:
    enum class Waiting { Send, Drop };
    enum class Enqueued { Yes, Full, Closed };

    // Full: nothing more fits into `room` bytes.
    Enqueued enqueue(const Response &response, std::size_t room = kQueueBytesMax)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (m_ended)
                return Enqueued::Closed;
            const std::size_t bytes = response.ByteSizeLong();
            if (isFull(bytes, room))
                return Enqueued::Full;
            m_waiting.push_back({response, bytes});
            m_waiting_bytes += bytes;
        }
        proceed();
        return Enqueued::Yes;
    }

    // Ends the stream with `last`, ahead of which everything that waits is dropped.
    void cut(const Response &last, const v1::Error &error)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (m_ended)
                return;
            endLocked(error, Waiting::Drop);
            m_waiting.push_back({last, 0});
        }
        proceed();
    }

    void close(const v1::Error &error, Waiting waiting)
    {
        {
            const std::lock_guard lock(m_mutex);
            endLocked(error, waiting);
        }
        proceed();
    }

private:
    struct Entry {
        Response response;
        std::size_t bytes = 0;
    };

    static v1::Error cancelled()
    {
        v1::Error error;
        error.set_code(v1::Error::CANCELLED);
        error.set_message("The reader has gone.");
        return error;
    }

    bool isFull(std::size_t more_bytes, std::size_t room) const
    {
        return m_waiting.size() >= kQueueMessagesMax ||
               (!m_waiting.empty() && m_waiting_bytes + more_bytes > room);
    }

    void endLocked(const v1::Error &error, Waiting waiting)
    {
        if (waiting == Waiting::Drop) {
            m_waiting.clear();
            m_waiting_bytes = 0;
        }
        if (!m_ended)
            m_ended = error;
    }

    // Any thread, also at the same time: the lock decides who goes on.
    void proceed()
    {
        std::optional<v1::Error> end;
        {
            const std::lock_guard lock(m_mutex);
            if (m_busy || m_finished || (m_waiting.empty() && !m_ended))
                return;
            if (m_waiting.empty()) {
                m_finished = true;
                end = m_ended;
            } else {
                m_busy = true;
                m_waiting_bytes -= m_waiting.front().bytes;
                m_current = std::move(m_waiting.front().response);
                m_waiting.pop_front();
            }
        }
        if (end)
            m_reactor->Finish(isPlainEnd(*end) ? grpc::Status::OK : toStatus(*end, m_detail_bytes));
        else
            m_reactor->StartWrite(&m_current);
    }

    Reactor *m_reactor = nullptr; // not owned; see above
    std::size_t m_detail_bytes = 0;
    std::mutex m_mutex;
    std::deque<Entry> m_waiting;
    std::size_t m_waiting_bytes = 0;
    Response m_current; // being written while m_busy
    std::optional<v1::Error> m_ended;
    bool m_busy = false;
    bool m_finished = false;
};

} // namespace slipway::server
