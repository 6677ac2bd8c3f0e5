#pragma once

#include "backend/server/response_queue.h"

#include <atomic>
#include <functional>

namespace slipway::server
{

// gRPC's end of a stream. Deletes itself; the queue lives on while the fabric still holds it.
template <typename Response> class StreamCall final : public grpc::ServerWriteReactor<Response>
{
public:
    // `release` takes the sink away from the fabric; called once, when the reader or the stream
    // ends.
    StreamCall(std::shared_ptr<ResponseQueue<Response>> queue, StreamRegistry &registry,
               std::size_t detail_bytes, std::function<void()> release)
        : m_queue(std::move(queue)), m_registry(registry), m_release(std::move(release))
    {
        m_queue->bind(this, detail_bytes);
    }

    void OnWriteDone(bool ok) override { m_queue->onWritten(ok); }

    void OnCancel() override
    {
        release();
        m_queue->abandon();
    }

    void OnDone() override
    {
        release();
        m_registry.remove(m_queue.get());
        delete this;
    }

private:
    void release()
    {
        if (!m_released.exchange(true))
            m_release();
    }

    std::shared_ptr<ResponseQueue<Response>> m_queue;
    StreamRegistry &m_registry;
    std::function<void()> m_release;
    std::atomic<bool> m_released = false;
};

} // namespace slipway::server
