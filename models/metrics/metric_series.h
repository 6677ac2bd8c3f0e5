// What was measured of one instance or one deployment, second by second, in a ring.
#pragma once

#include "slipway/v1/resources.pb.h"

#include <cstdint>
#include <deque>

namespace slipway::models
{

struct MetricPoint {
    std::int64_t time_ms = 0;
    double cpu_percent = 0;
    double memory_mb = 0;
    double memory_limit_mb = 0;
    double requests_per_s = 0;
    double errors_per_s = 0;
    double connections = 0;
    double open_requests = 0;
    double latency_avg_ms = 0;
    double latency_p50_ms = 0;
    double latency_p95_ms = 0;
    double latency_p99_ms = 0;
};

MetricPoint metricPoint(const v1::MetricSample &sample);

class MetricSeries
{
public:
    static constexpr std::size_t kPointsMax = 900; // 15 minutes of seconds

    // A point that is not newer than the last one is ignored.
    void append(const MetricPoint &point);
    // Puts older points in front of what is there.
    void prepend(const std::deque<MetricPoint> &older);
    const std::deque<MetricPoint> &points() const { return m_points; }
    bool isEmpty() const { return m_points.empty(); }

private:
    std::deque<MetricPoint> m_points;
};

} // namespace slipway::models
