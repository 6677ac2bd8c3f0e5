#include "backend/server/stream_sinks.h"

namespace slipway::server
{

bool WatchQueue::push(const v1::WatchResponse &response)
{
    if (response.has_resync()) {
        cut(response, {});
        return true;
    }
    // A snapshot is as large as the state, and taken piece by piece: half of the room stays free
    // for what changes behind it.
    const std::size_t room = response.has_snapshot() ? kQueueBytesMax / 2 : kQueueBytesMax;
    return enqueue(response, room) == Enqueued::Yes;
}

bool MetricQueue::push(const v1::MetricBatch &batch)
{
    const Enqueued enqueued = enqueue(batch);
    if (enqueued == Enqueued::Full)
        close(makeError(v1::Error::RESOURCE_EXHAUSTED, "READER_TOO_SLOW",
                        "The samples were read too slowly, so the stream was ended. Ask again."),
              Waiting::Drop);
    return enqueued == Enqueued::Yes;
}

} // namespace slipway::server
