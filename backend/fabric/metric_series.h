// Rings of one instance's (or one deployment's) measurements in three tiers.
#pragma once

#include "slipway/v1/resources.pb.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace slipway::fabric
{

// One interval; small, because thousands of instances keep thousands of them.
struct MetricPoint {
    std::uint32_t time_s = 0; // end of the interval, since the Unix epoch
    std::uint32_t cpu_permille = 0;
    std::uint32_t memory_kib = 0;
    std::uint32_t memory_limit_kib = 0;
    std::uint32_t requests = 0;
    std::uint32_t errors = 0;
    std::uint32_t connections = 0;
    std::uint32_t open_requests = 0;
    std::uint32_t latency_avg_us = 0;
    std::uint32_t latency_p50_us = 0;
    std::uint32_t latency_p95_us = 0;
    std::uint32_t latency_p99_us = 0;
    bool has_load = false;    // processor and memory were measured
    bool has_traffic = false; // the rest was
};

MetricPoint pointOf(const v1::MetricSample &sample);
// Interval and names are left to the caller.
v1::MetricSample sampleOf(const MetricPoint &point);

// Joins points into one; what was not measured does not count. `sum_load` adds gauges up (instances
// of one deployment); without it they are averaged (times of one instance). Counters are always
// added. Averages of latency are weighted by requests; p95 and p99 are the worst of their parts,
// since percentiles cannot be averaged.
MetricPoint joinPoints(const std::vector<MetricPoint> &points, bool sum_load);

// Grows up to its capacity, then forgets the oldest.
class MetricRing
{
public:
    explicit MetricRing(std::size_t capacity) : m_capacity(capacity) {}
    void add(const MetricPoint &point);
    // Points that end in (from, to], oldest first.
    std::vector<MetricPoint> between(std::int64_t from_ms, std::int64_t to_ms) const;
    // Time of the first such point; nothing when there is none.
    std::optional<std::uint32_t> firstBetween(std::int64_t from_ms, std::int64_t to_ms) const;
    std::size_t size() const { return m_points.size(); }

private:
    std::size_t m_capacity;
    std::size_t m_oldest = 0;
    std::vector<MetricPoint> m_points;
};

struct MetricTier {
    std::uint32_t interval_s;
    std::size_t capacity;
};
// 15 minutes by the second, 4 hours by ten seconds, 24 hours by the minute.
inline constexpr std::array<MetricTier, 3> kMetricTiers = {MetricTier{1, 900}, MetricTier{10, 1440},
                                                           MetricTier{60, 1440}};
inline constexpr std::size_t kCoarseTier = kMetricTiers.size() - 1;

class MetricSeries
{
public:
    MetricSeries();
    // One second's point; times must grow. Returns the minute that it completed, if one.
    std::optional<MetricPoint> add(const MetricPoint &point);
    // A stored minute, oldest first and before any add().
    void addCoarse(const MetricPoint &point);

    const MetricRing &tier(std::size_t index) const { return m_rings[index]; }
    // `finest`, or a coarser tier when that alone reaches back: after a restart of the controller
    // only stored minutes tell of the time before.
    std::size_t tierReaching(std::size_t finest, std::int64_t from_ms, std::int64_t to_ms) const;
    std::uint32_t lastTime_s() const { return m_last_s; }

private:
    std::optional<MetricPoint> complete(std::size_t tier, std::uint32_t time_s);

    std::array<MetricRing, 3> m_rings;
    std::array<std::vector<MetricPoint>, 3> m_open; // points of the unfinished coarse interval
    std::uint32_t m_last_s = 0;
};

// The finest tier that has the asked span within max_points (0: any number). Whether it has the
// span at all is for tierReaching().
std::size_t chooseTier(std::int64_t from_ms, std::int64_t to_ms, std::uint32_t max_points);

} // namespace slipway::fabric
