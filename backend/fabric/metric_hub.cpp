#include "backend/fabric/metric_hub.h"

#include <algorithm>

namespace slipway::fabric
{

namespace
{

constexpr std::uint32_t kAheadMax_s = 60;
constexpr std::uint32_t kLoadLasts_s = 5; // agents, hosts and the fabric each add up to a second
constexpr std::uint32_t kCatchUp_s = 10;  // more at once is a clock that was set
constexpr std::int64_t kGone_ms = 24 * 3600 * 1000; // as long as the coarsest tier reaches

core::InstanceKey keyOf(const v1::MetricSample &sample)
{
    return {sample.deployment_id(), sample.instance()};
}

v1::MetricSample named(const MetricPoint &point, const core::InstanceKey &key,
                       std::uint32_t interval_s)
{
    v1::MetricSample sample = sampleOf(point);
    sample.set_interval_ms(interval_s * 1000);
    sample.set_deployment_id(key.first);
    sample.set_instance(key.second);
    return sample;
}

// Load from the host, traffic from the edge.
MetricPoint joinSources(const MetricPoint &host, const std::vector<MetricPoint> &edge)
{
    MetricPoint point = joinPoints(edge, false);
    point.cpu_permille = host.cpu_permille;
    point.memory_kib = host.memory_kib;
    point.memory_limit_kib = host.memory_limit_kib;
    point.has_load = host.has_load;
    if (!edge.empty()) { // gauges: the newest, not their average
        point.connections = edge.back().connections;
        point.open_requests = edge.back().open_requests;
    }
    return point;
}

std::vector<MetricPoint> thinned(const std::vector<MetricPoint> &points, std::uint32_t max_points)
{
    if (max_points == 0 || points.size() <= max_points)
        return points;
    const std::size_t group = (points.size() + max_points - 1) / max_points;
    std::vector<MetricPoint> result;
    for (std::size_t i = 0; i < points.size(); i += group) {
        const auto first = points.begin() + std::ptrdiff_t(i);
        const auto last = points.begin() + std::ptrdiff_t(std::min(i + group, points.size()));
        result.push_back(joinPoints({first, last}, false));
    }
    return result;
}

} // namespace

// Nothing when it was joined already, or is far from now.
MetricHub::Second *MetricHub::openSecond(std::uint32_t second_s)
{
    const bool is_open =
        second_s > m_closed_s && (m_closed_s == 0 || second_s <= m_closed_s + kAheadMax_s);
    return is_open ? &m_pending[second_s] : nullptr;
}

void MetricHub::hostSampled(const v1::MetricSample &sample)
{
    Source &source = m_sources[keyOf(sample)];
    MetricPoint point = pointOf(sample);
    point.has_load = true;
    point.time_s = source.host_seconds.take(sample.time_ms());
    if (Second *second = openSecond(point.time_s))
        (*second)[keyOf(sample)].host = point;
    if (point.time_s >= source.load.time_s && point.time_s <= m_closed_s + kAheadMax_s)
        source.load = point;
}

void MetricHub::edgeSampled(const v1::MetricSample &sample)
{
    MetricPoint point = pointOf(sample);
    point.has_traffic = true;
    point.time_s = m_sources[keyOf(sample)].edge_seconds.take(sample.time_ms());
    if (Second *second = openSecond(point.time_s))
        (*second)[keyOf(sample)].edge.push_back(point);
}

void MetricHub::tick(const core::State &state, std::int64_t now_ms)
{
    const std::uint32_t due_s = std::uint32_t(now_ms / 1000) - kLate_s;
    if (m_closed_s == 0 || due_s > m_closed_s + kCatchUp_s || due_s + kCatchUp_s < m_closed_s)
        m_closed_s = due_s - 1; // the first, or the clock was set
    while (m_closed_s < due_s)
        close(m_closed_s + 1, state);
    if (now_ms / 1000 % 60 == 0)
        dropOld(now_ms);
}

// A load that comes a moment too late for its second is still the best that is known of it.
void MetricHub::holdLoads(std::uint32_t second_s, Second &second)
{
    for (auto &[key, source] : m_sources) {
        const auto pending = second.find(key);
        const bool has_own = pending != second.end() && pending->second.host.has_load;
        if (!has_own && source.load.has_load && source.load.time_s + kLoadLasts_s >= second_s)
            second[key].host = source.load;
    }
}

void MetricHub::close(std::uint32_t second_s, const core::State &state)
{
    m_closed_s = second_s;
    m_latest.clear();
    Second second = std::move(m_pending[second_s]);
    m_pending.erase(m_pending.begin(), m_pending.upper_bound(second_s));
    holdLoads(second_s, second);
    std::map<std::string, std::vector<MetricPoint>> of_deployment;
    for (const auto &[key, pending] : second) {
        if (key.second.empty() || !state.instances.contains(key))
            continue; // late samples of what is gone
        MetricPoint point = joinSources(pending.host, pending.edge);
        point.time_s = second_s;
        add(key, point);
        of_deployment[key.first].push_back(point);
    }
    for (const auto &[deployment_id, points] : of_deployment)
        add({deployment_id, {}}, joinPoints(points, true));
    push(state);
}

void MetricHub::add(const core::InstanceKey &key, const MetricPoint &point)
{
    m_latest[key] = point;
    MetricSeries &series = m_series[key];
    if (point.time_s <= series.lastTime_s())
        return; // the wall clock was set back: wait until it passes again
    if (const auto minute = series.add(point))
        *m_minutes.add_samples() = named(*minute, key, kMetricTiers[kCoarseTier].interval_s);
}

void MetricHub::dropOld(std::int64_t now_ms)
{
    std::erase_if(m_series, [now_ms](const auto &entry) {
        return std::int64_t(entry.second.lastTime_s()) * 1000 < now_ms - kGone_ms;
    });
    std::erase_if(m_sources, [this](const auto &entry) { return !m_series.contains(entry.first); });
}

v1::MetricBatch MetricHub::batchFor(const core::State &state,
                                    const v1::MetricsRequest &request) const
{
    v1::MetricBatch batch;
    for (const auto &[key, point] : m_latest) {
        if (request.totals_only() && !key.second.empty())
            continue;
        const auto deployment = state.deployments.find(key.first);
        const bool wanted =
            request.service().empty() || (deployment != state.deployments.end() &&
                                          deployment->second.service() == request.service());
        if (wanted)
            *batch.add_samples() = named(point, key, kMetricTiers[0].interval_s);
    }
    return batch;
}

// An empty batch goes out too: "nothing runs" is news for a chart.
void MetricHub::push(const core::State &state)
{
    std::erase_if(m_watchers, [this, &state](const Watcher &watcher) {
        if (watcher.sink->push(batchFor(state, watcher.request)))
            return false;
        watcher.sink->end(makeError(v1::Error::ABORTED, "RESYNC",
                                    "This reader of metrics is too slow; ask again."));
        return true;
    });
}

void MetricHub::watch(const v1::MetricsRequest &request, std::shared_ptr<MetricSink> sink)
{
    m_watchers.push_back({request, std::move(sink)});
}

void MetricHub::unwatch(const void *sink)
{
    std::erase_if(m_watchers, [sink](const Watcher &w) { return w.sink.get() == sink; });
}

void MetricHub::endAll(const v1::Error &error)
{
    for (const Watcher &watcher : std::exchange(m_watchers, {}))
        watcher.sink->end(error);
}

v1::MetricBatch MetricHub::query(const v1::MetricHistoryRequest &request, std::int64_t now_ms) const
{
    const std::int64_t to_ms = request.to_time_ms() > 0 ? request.to_time_ms() : now_ms;
    const std::int64_t from_ms = std::max<std::int64_t>(0, request.from_time_ms());
    const std::size_t tier = chooseTier(from_ms, to_ms, request.max_points());
    std::vector<std::string> instances(request.instances().begin(), request.instances().end());
    if (instances.empty())
        instances.emplace_back();
    v1::MetricBatch batch;
    for (const std::string &instance : instances) {
        const core::InstanceKey key(request.deployment_id(), instance);
        const auto series = m_series.find(key);
        if (series == m_series.end())
            continue;
        const std::size_t reaching = series->second.tierReaching(tier, from_ms, to_ms);
        for (const MetricPoint &point :
             thinned(series->second.tier(reaching).between(from_ms, to_ms), request.max_points()))
            *batch.add_samples() = named(point, key, kMetricTiers[reaching].interval_s);
    }
    return batch;
}

v1::MetricBatch MetricHub::takeMinutes()
{
    return std::exchange(m_minutes, {});
}

void MetricHub::forget(const std::string &deployment_id)
{
    const auto concerned = [&](const auto &entry) { return entry.first.first == deployment_id; };
    for (auto &[second_s, second] : m_pending)
        std::erase_if(second, concerned);
    std::erase_if(m_sources, concerned);
    std::erase_if(m_series, concerned);
    std::erase_if(m_latest, concerned);
    v1::MetricBatch others;
    for (v1::MetricSample &sample : *m_minutes.mutable_samples()) {
        if (sample.deployment_id() != deployment_id)
            *others.add_samples() = std::move(sample);
    }
    m_minutes = std::move(others);
}

void MetricHub::restoreMinutes(const v1::MetricBatch &batch)
{
    for (const v1::MetricSample &sample : batch.samples()) {
        MetricPoint point = pointOf(sample);
        if (!point.has_load && !point.has_traffic) { // stored before it was told
            point.has_load = point.memory_limit_kib > 0;
            point.has_traffic = true;
        }
        m_series[keyOf(sample)].addCoarse(point);
    }
}

} // namespace slipway::fabric
