#include "backend/server/stream_sinks.h"

namespace slipway::server
{

bool WatchQueue::push(const v1::WatchResponse &response)
{
    if (response.has_resync()) {
        cut(response, {});
        return true;
    }
    const Enqueued enqueued = enqueue(response);
    // A snapshot is as large as the state: the fabric keeps the rest of it, and tries again.
    if (response.has_snapshot())
        return enqueued == Enqueued::Yes;
    if (enqueued == Enqueued::Full) {
        v1::WatchResponse resync;
        resync.set_revision(response.revision());
        resync.mutable_resync()->set_reason("The reader was too slow.");
        cut(resync, {});
    }
    return enqueued == Enqueued::Yes;
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
