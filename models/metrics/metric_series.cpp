#include "models/metrics/metric_series.h"

#include <algorithm>

namespace slipway::models
{

MetricPoint metricPoint(const v1::MetricSample &sample)
{
    constexpr double kMegabyte = 1024.0 * 1024.0;
    const double seconds = std::max(1U, sample.interval_ms()) / 1000.0;
    MetricPoint point;
    point.time_ms = sample.time_ms();
    point.cpu_percent = sample.cpu_permille() / 10.0;
    point.memory_mb = static_cast<double>(sample.memory_bytes()) / kMegabyte;
    point.memory_limit_mb = static_cast<double>(sample.memory_limit_bytes()) / kMegabyte;
    point.requests_per_s = static_cast<double>(sample.requests()) / seconds;
    point.errors_per_s = static_cast<double>(sample.errors()) / seconds;
    point.connections = sample.connections();
    point.open_requests = sample.open_requests();
    point.latency_avg_ms = sample.latency_avg_us() / 1000.0;
    point.latency_p50_ms = sample.latency_p50_us() / 1000.0;
    point.latency_p95_ms = sample.latency_p95_us() / 1000.0;
    point.latency_p99_ms = sample.latency_p99_us() / 1000.0;
    return point;
}

void MetricSeries::append(const MetricPoint &point)
{
    if (!m_points.empty() && point.time_ms <= m_points.back().time_ms) {
        return;
    }
    m_points.push_back(point);
    while (m_points.size() > kPointsMax) {
        m_points.pop_front();
    }
}

void MetricSeries::prepend(const std::deque<MetricPoint> &older)
{
    for (auto point = older.rbegin(); point != older.rend(); ++point) {
        const bool fits = m_points.empty() || point->time_ms < m_points.front().time_ms;
        if (fits && m_points.size() < kPointsMax) {
            m_points.push_front(*point);
        }
    }
}

} // namespace slipway::models
