#include "backend/server/stream_sinks.h"

namespace slipway::server
{

bool WatchQueue::push(const v1::WatchResponse &response)
{
    if (response.has_resync()) {
        cut(response, {});
        return true;
    }
    // A snapshot comes at once and is as large as the state: were it bounded, a large fabric could
    // never be watched.
    const Bound bound = response.has_snapshot() ? Bound::Free : Bound::Counted;
    const Enqueued enqueued = enqueue(response, bound);
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
