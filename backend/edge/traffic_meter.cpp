#include "backend/edge/traffic_meter.h"

#include <algorithm>

namespace slipway::edge
{

namespace
{

std::map<ServerPath, ServerKey> serversOf(const Layout &layout)
{
    std::map<ServerPath, ServerKey> servers;
    for (const auto &[name, backend] : layout.backends)
        for (const WantedServer &server : backend.servers)
            servers[{name, server.name}] = server.id;
    return servers;
}

std::uint64_t requestsOf(const ServerStat &stat)
{
    return stat.http ? stat.answers + stat.response_errors : stat.sessions;
}

std::uint64_t errorsOf(const ServerStat &stat)
{
    return stat.answers_5xx + stat.connect_errors + stat.response_errors;
}

std::uint32_t gauge(std::uint64_t value)
{
    return std::uint32_t(std::min<std::uint64_t>(value, UINT32_MAX));
}

std::uint64_t growth(std::uint64_t before, std::uint64_t now)
{
    return now >= before ? now - before : now; // a deleted and added server begins again
}

} // namespace

void TrafficMeter::add(std::uint64_t process, const std::vector<ServerStat> &stats,
                       const Layout &layout)
{
    const auto servers = serversOf(layout);
    for (const ServerStat &stat : stats) {
        const ServerPath path{stat.backend, stat.server};
        const auto id = servers.find(path);
        if (id == servers.end())
            continue;
        const ServerStat before = m_before[{process, path}];
        Sum &sum = m_sums[id->second];
        sum.requests += growth(requestsOf(before), requestsOf(stat));
        sum.errors += growth(errorsOf(before), errorsOf(stat));
        sum.open += stat.open;
        sum.connections += stat.connections;
        if (!stat.up)
            m_down_now.insert(id->second);
        m_now[{process, path}] = stat;
    }
}

v1::EdgeMetrics TrafficMeter::take(std::map<ServerPath, LatencyReservoir> latencies,
                                   const Layout &layout, std::int64_t now_ms,
                                   std::uint32_t interval_ms)
{
    std::map<ServerKey, LatencyReservoir> by_instance;
    for (const auto &[path, id] : serversOf(layout)) {
        m_sums.try_emplace(id);
        by_instance[id].merge(latencies[path]);
    }
    v1::EdgeMetrics metrics;
    for (const auto &[id, sum] : m_sums) {
        const LatencySummary latency = by_instance[id].summary();
        v1::MetricSample &sample = *metrics.add_samples();
        sample.set_time_ms(now_ms);
        sample.set_interval_ms(interval_ms);
        sample.set_deployment_id(id.deployment_id);
        sample.set_instance(id.instance);
        sample.set_requests(sum.requests);
        sample.set_errors(sum.errors);
        sample.set_connections(gauge(sum.connections));
        sample.set_open_requests(gauge(sum.open));
        sample.set_latency_avg_us(latency.average_us);
        sample.set_latency_p50_us(latency.p50_us);
        sample.set_latency_p95_us(latency.p95_us);
        sample.set_latency_p99_us(latency.p99_us);
    }
    m_before = std::exchange(m_now, {});
    m_down = std::exchange(m_down_now, {});
    m_sums.clear();
    return metrics;
}

std::vector<v1::ServerId> TrafficMeter::probeFailed() const
{
    std::vector<v1::ServerId> result;
    for (const ServerKey &key : m_down) {
        v1::ServerId &id = result.emplace_back();
        id.set_deployment_id(key.deployment_id);
        id.set_instance(key.instance);
    }
    return result;
}

} // namespace slipway::edge
