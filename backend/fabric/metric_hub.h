// Joins what hosts measured (CPU, memory) with what the edge counted (requests, latency), second by
// second; keeps 24 hours and tells everybody who listens. No decision of the core depends on it.
#pragma once

#include "backend/core/core.h"
#include "backend/fabric/fabric.h"
#include "backend/fabric/metric_series.h"

#include <map>
#include <memory>

namespace slipway::fabric
{

// On the fabric's thread.
class MetricHub
{
public:
    void hostSampled(const v1::MetricSample &sample);
    void edgeSampled(const v1::MetricSample &sample);
    // Ends a second: joins, keeps and pushes what came since the last call.
    void tick(const core::State &state, std::int64_t now_ms);

    void watch(const v1::MetricsRequest &request, std::shared_ptr<MetricSink> sink);
    void unwatch(const void *sink);
    void endAll(const v1::Error &error);
    v1::MetricBatch query(const v1::MetricHistoryRequest &request, std::int64_t now_ms) const;

    // The minute points completed since the last call, for the store; and back from it.
    v1::MetricBatch takeMinutes();
    void restoreMinutes(const v1::MetricBatch &batch);

    // A deployment that is gone for good.
    void forget(const std::string &deployment_id);

private:
    struct Pending { // of the running second
        MetricPoint host;
        std::vector<MetricPoint> edge;
        bool has_host = false;
    };
    struct Watcher {
        v1::MetricsRequest request;
        std::shared_ptr<MetricSink> sink;
    };

    void add(const core::InstanceKey &key, const MetricPoint &point);
    void push(const core::State &state);
    void dropOld(std::int64_t now_ms);
    v1::MetricBatch batchFor(const core::State &state, const v1::MetricsRequest &request) const;

    std::map<core::InstanceKey, Pending> m_pending;
    std::map<core::InstanceKey, MetricSeries> m_series; // an empty instance: the deployment's total
    std::map<core::InstanceKey, MetricPoint> m_latest;  // of the last tick
    std::vector<Watcher> m_watchers;
    v1::MetricBatch m_minutes;
};

} // namespace slipway::fabric
