// The fabric's three kinds of sinks, each with its own answer to a reader that is too slow.
#pragma once

#include "backend/fabric/fabric.h"
#include "backend/server/response_queue.h"

namespace slipway::server
{

// Each one's key() is the address under which the fabric knows it: that of its sink, which need not
// be that of the whole object.

// Whether a reader is too slow is the fabric's to say, by a Resync: what waits is dropped then.
class WatchQueue final : public fabric::WatchSink, public ResponseQueue<v1::WatchResponse>
{
public:
    bool push(const v1::WatchResponse &response) override;
    void end(const v1::Error &error) override { finish(error); }
    const void *key() const { return static_cast<const fabric::WatchSink *>(this); }
};

// A slow reader's stream ends with RESOURCE_EXHAUSTED.
class MetricQueue final : public fabric::MetricSink, public ResponseQueue<v1::MetricBatch>
{
public:
    bool push(const v1::MetricBatch &batch) override;
    void end(const v1::Error &error) override { finish(error); }
    const void *key() const { return static_cast<const fabric::MetricSink *>(this); }
};

// A slow reader slows the reading of the log down, and loses nothing.
class LogQueue final : public fabric::LogSink, public ResponseQueue<v1::LogBatch>
{
public:
    bool push(const v1::LogBatch &batch) override { return enqueue(batch) == Enqueued::Yes; }
    void end(const v1::Error &error) override { finish(error); }
    const void *key() const { return static_cast<const fabric::LogSink *>(this); }
};

} // namespace slipway::server
