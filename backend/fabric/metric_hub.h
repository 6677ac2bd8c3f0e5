// Joins what hosts measured (CPU, memory) with what the edge counted (requests, latency), by the
// second that each sample stands for; keeps 24 hours and tells everybody who listens. No decision
// of the core depends on it.
#pragma once

#include "backend/core/core.h"
#include "backend/fabric/fabric.h"
#include "backend/fabric/metric_series.h"
#include "backend/fabric/sample_seconds.h"

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
    // Once a second: joins, keeps and pushes the seconds for which everything has had its time to
    // come (kLate_s).
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
    static constexpr std::uint32_t kLate_s = 2; // what comes later is left out
    struct Pending {                            // of one instance in one second
        MetricPoint host;
        std::vector<MetricPoint> edge;
    };
    using Second = std::map<core::InstanceKey, Pending>;
    struct Source { // of one instance
        SampleSeconds host_seconds;
        SampleSeconds edge_seconds;
        MetricPoint load; // the newest, which lasts until the next, for some seconds
    };
    struct Watcher {
        v1::MetricsRequest request;
        std::shared_ptr<MetricSink> sink;
    };

    Second *openSecond(std::uint32_t second_s);
    void close(std::uint32_t second_s, const core::State &state);
    void holdLoads(std::uint32_t second_s, Second &second);
    void add(const core::InstanceKey &key, const MetricPoint &point);
    void push(const core::State &state);
    void dropOld(std::int64_t now_ms);
    v1::MetricBatch batchFor(const core::State &state, const v1::MetricsRequest &request) const;

    std::map<std::uint32_t, Second> m_pending; // by second
    std::map<core::InstanceKey, Source> m_sources;
    std::uint32_t m_closed_s = 0;                       // the last second that was joined
    std::map<core::InstanceKey, MetricSeries> m_series; // an empty instance: the deployment's total
    std::map<core::InstanceKey, MetricPoint> m_latest;  // of the last second
    std::vector<Watcher> m_watchers;
    v1::MetricBatch m_minutes;
};

} // namespace slipway::fabric
