#include "backend/fabric/metric_series.h"

#include <algorithm>
#include <limits>

namespace slipway::fabric
{

namespace
{

std::uint32_t narrow(std::uint64_t value)
{
    return std::uint32_t(std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

// Accumulates in 64 bits what a point holds in 32.
struct Sums {
    std::uint64_t cpu = 0;
    std::uint64_t memory = 0;
    std::uint64_t limit = 0;
    std::uint64_t requests = 0;
    std::uint64_t errors = 0;
    std::uint64_t connections = 0;
    std::uint64_t open_requests = 0;
    std::uint64_t weighted_avg = 0;
    std::uint64_t weighted_p50 = 0;
    std::uint64_t loads = 0;    // points that have one
    std::uint64_t traffics = 0; // likewise
};

void addTo(Sums &sums, const MetricPoint &point)
{
    sums.loads += point.has_load ? 1 : 0;
    sums.traffics += point.has_traffic ? 1 : 0;
    sums.cpu += point.cpu_permille;
    sums.memory += point.memory_kib;
    sums.limit += point.memory_limit_kib;
    sums.requests += point.requests;
    sums.errors += point.errors;
    sums.connections += point.connections;
    sums.open_requests += point.open_requests;
    sums.weighted_avg += std::uint64_t(point.latency_avg_us) * point.requests;
    sums.weighted_p50 += std::uint64_t(point.latency_p50_us) * point.requests;
}

} // namespace

MetricPoint pointOf(const v1::MetricSample &sample)
{
    MetricPoint point;
    point.time_s = std::uint32_t(sample.time_ms() / 1000);
    point.cpu_permille = sample.cpu_permille();
    point.memory_kib = narrow(sample.memory_bytes() / 1024);
    point.memory_limit_kib = narrow(sample.memory_limit_bytes() / 1024);
    point.requests = narrow(sample.requests());
    point.errors = narrow(sample.errors());
    point.connections = sample.connections();
    point.open_requests = sample.open_requests();
    point.latency_avg_us = sample.latency_avg_us();
    point.latency_p50_us = sample.latency_p50_us();
    point.latency_p95_us = sample.latency_p95_us();
    point.latency_p99_us = sample.latency_p99_us();
    point.has_load = sample.load_measured();
    point.has_traffic = sample.traffic_measured();
    return point;
}

v1::MetricSample sampleOf(const MetricPoint &point)
{
    v1::MetricSample sample;
    sample.set_time_ms(std::int64_t(point.time_s) * 1000);
    sample.set_cpu_permille(point.cpu_permille);
    sample.set_memory_bytes(std::uint64_t(point.memory_kib) * 1024);
    sample.set_memory_limit_bytes(std::uint64_t(point.memory_limit_kib) * 1024);
    sample.set_requests(point.requests);
    sample.set_errors(point.errors);
    sample.set_connections(point.connections);
    sample.set_open_requests(point.open_requests);
    sample.set_latency_avg_us(point.latency_avg_us);
    sample.set_latency_p50_us(point.latency_p50_us);
    sample.set_latency_p95_us(point.latency_p95_us);
    sample.set_latency_p99_us(point.latency_p99_us);
    sample.set_load_measured(point.has_load);
    sample.set_traffic_measured(point.has_traffic);
    return sample;
}

MetricPoint joinPoints(const std::vector<MetricPoint> &points, bool sum_load)
{
    MetricPoint joined;
    if (points.empty())
        return joined;
    Sums sums;
    for (const MetricPoint &point : points) {
        addTo(sums, point);
        joined.time_s = std::max(joined.time_s, point.time_s);
        joined.latency_p95_us = std::max(joined.latency_p95_us, point.latency_p95_us);
        joined.latency_p99_us = std::max(joined.latency_p99_us, point.latency_p99_us);
    }
    joined.has_load = sums.loads > 0;
    joined.has_traffic = sums.traffics > 0;
    const std::uint64_t loads = std::max<std::uint64_t>(sums.loads, 1);
    const std::uint64_t load_parts = sum_load ? 1 : loads;
    const std::uint64_t traffic_parts = sum_load ? 1 : std::max<std::uint64_t>(sums.traffics, 1);
    joined.cpu_permille = narrow(sums.cpu / loads); // a share: of the instances' cores on average
    joined.memory_kib = narrow(sums.memory / load_parts);
    joined.memory_limit_kib = narrow(sums.limit / load_parts);
    joined.connections = narrow(sums.connections / traffic_parts);
    joined.open_requests = narrow(sums.open_requests / traffic_parts);
    joined.requests = narrow(sums.requests);
    joined.errors = narrow(sums.errors);
    joined.latency_avg_us = sums.requests ? narrow(sums.weighted_avg / sums.requests) : 0;
    joined.latency_p50_us = sums.requests ? narrow(sums.weighted_p50 / sums.requests) : 0;
    return joined;
}

void MetricRing::add(const MetricPoint &point)
{
    if (m_points.size() < m_capacity) {
        m_points.push_back(point);
        return;
    }
    m_points[m_oldest] = point;
    m_oldest = (m_oldest + 1) % m_capacity;
}

std::vector<MetricPoint> MetricRing::between(std::int64_t from_ms, std::int64_t to_ms) const
{
    std::vector<MetricPoint> result;
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const MetricPoint &point = m_points[(m_oldest + i) % m_points.size()];
        const std::int64_t time_ms = std::int64_t(point.time_s) * 1000;
        if (time_ms > from_ms && time_ms <= to_ms)
            result.push_back(point);
    }
    return result;
}

std::optional<std::uint32_t> MetricRing::firstBetween(std::int64_t from_ms,
                                                      std::int64_t to_ms) const
{
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const MetricPoint &point = m_points[(m_oldest + i) % m_points.size()];
        const std::int64_t time_ms = std::int64_t(point.time_s) * 1000;
        if (time_ms > from_ms)
            return time_ms <= to_ms ? std::optional(point.time_s) : std::nullopt;
    }
    return std::nullopt;
}

MetricSeries::MetricSeries()
    : m_rings{MetricRing(kMetricTiers[0].capacity), MetricRing(kMetricTiers[1].capacity),
              MetricRing(kMetricTiers[2].capacity)}
{
}

std::optional<MetricPoint> MetricSeries::add(const MetricPoint &point)
{
    m_last_s = point.time_s;
    m_rings[0].add(point);
    for (std::size_t tier = 1; tier < m_rings.size(); ++tier)
        m_open[tier].push_back(point);
    complete(1, point.time_s);
    return complete(kCoarseTier, point.time_s);
}

// An interval ends at a whole multiple of its length, so that all series have the same times; a
// gap in the samples ends it too.
std::optional<MetricPoint> MetricSeries::complete(std::size_t tier, std::uint32_t time_s)
{
    const std::uint32_t interval_s = kMetricTiers[tier].interval_s;
    const std::uint32_t first_s = m_open[tier].front().time_s;
    const bool ended = time_s % interval_s == 0 || time_s - first_s >= interval_s;
    if (!ended)
        return std::nullopt;
    MetricPoint joined = joinPoints(m_open[tier], false);
    joined.time_s = time_s - time_s % interval_s;
    m_open[tier].clear();
    m_rings[tier].add(joined);
    return joined;
}

void MetricSeries::addCoarse(const MetricPoint &point)
{
    m_last_s = std::max(m_last_s, point.time_s);
    m_rings[kCoarseTier].add(point);
}

std::size_t MetricSeries::tierReaching(std::size_t finest, std::int64_t from_ms,
                                       std::int64_t to_ms) const
{
    std::size_t best = finest;
    for (std::size_t tier = finest + 1; tier < m_rings.size(); ++tier) {
        const auto best_first = m_rings[best].firstBetween(from_ms, to_ms);
        const auto first = m_rings[tier].firstBetween(from_ms, to_ms);
        // An interval's point stands at its end: within one interval it tells nothing older.
        if (first && (!best_first || *first + kMetricTiers[tier].interval_s < *best_first))
            best = tier;
    }
    return best;
}

std::size_t chooseTier(std::int64_t from_ms, std::int64_t to_ms, std::uint32_t max_points)
{
    for (std::size_t tier = 0; tier < kCoarseTier; ++tier) {
        const std::int64_t interval_ms = std::int64_t(kMetricTiers[tier].interval_s) * 1000;
        if (max_points == 0 || (to_ms - from_ms) / interval_ms <= max_points)
            return tier;
    }
    return kCoarseTier;
}

} // namespace slipway::fabric
