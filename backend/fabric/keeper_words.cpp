#include "backend/fabric/keeper_words.h"

#include "backend/sys/text.h"

#include <algorithm>
#include <cctype>

namespace slipway::fabric
{

namespace
{

constexpr std::uint32_t kPortMax = 65'535;
constexpr std::uint32_t kIntervalMax_ms = 60'000;
constexpr std::size_t kKindBytesMax = 64;
constexpr std::string_view kAboutTheEdge = "Edge";

std::string text(const std::string &said)
{
    return sys::visible(said, kKeeperTextBytesMax);
}

bool isKind(const std::string &kind)
{
    return kind.starts_with(kAboutTheEdge) && kind.size() <= kKindBytesMax &&
           std::all_of(kind.begin(), kind.end(), [](unsigned char c) { return std::isalnum(c); });
}

v1::MetricSample believedSample(const v1::MetricSample &said)
{
    v1::MetricSample sample;
    sample.set_deployment_id(said.deployment_id());
    sample.set_instance(said.instance());
    sample.set_time_ms(said.time_ms());
    sample.set_interval_ms(std::clamp<std::uint32_t>(said.interval_ms(), 1, kIntervalMax_ms));
    sample.set_requests(said.requests());
    sample.set_errors(said.errors());
    sample.set_connections(said.connections());
    sample.set_open_requests(said.open_requests());
    sample.set_latency_avg_us(said.latency_avg_us());
    sample.set_latency_p50_us(said.latency_p50_us());
    sample.set_latency_p95_us(std::max(said.latency_p95_us(), said.latency_p50_us()));
    sample.set_latency_p99_us(std::max(said.latency_p99_us(), sample.latency_p95_us()));
    return sample;
}

} // namespace

v1::EdgeReport believedReport(const v1::EdgeReport &said)
{
    v1::EdgeReport report = said;
    report.clear_listeners();
    for (const v1::BoundListener &listener : said.listeners()) {
        if (listener.bound_port() > kPortMax)
            continue;
        v1::BoundListener &believed = *report.add_listeners();
        believed.set_key(listener.key());
        believed.set_bound_port(listener.bound_port());
        believed.set_reason(text(listener.reason()));
        believed.set_error(text(listener.error()));
    }
    report.set_haproxy_pid(std::max(said.haproxy_pid(), 0));
    report.set_problem(text(said.problem()));
    return report;
}

v1::EdgeMetrics believedTraffic(const v1::EdgeMetrics &said)
{
    v1::EdgeMetrics metrics;
    for (const v1::MetricSample &sample : said.samples())
        *metrics.add_samples() = believedSample(sample);
    return metrics;
}

std::optional<v1::Happening> believedHappening(const v1::Happening &said, std::int64_t now_ms)
{
    if (!isKind(said.kind()) || !v1::Severity_IsValid(said.severity()))
        return std::nullopt;
    v1::Happening happening;
    happening.set_time_ms(now_ms);
    happening.set_severity(said.severity());
    happening.set_kind(said.kind());
    happening.set_message(text(said.message()));
    happening.set_cause(text(said.cause()));
    happening.set_reaction(text(said.reaction()));
    return happening;
}

} // namespace slipway::fabric
