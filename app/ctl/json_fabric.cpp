// JSON of what the fabric consists of and does: hosts, operations, events, samples, log lines.
#include "app/ctl/json_mapper.h"
#include "app/ctl/words.h"

namespace slipway::ctl
{

namespace
{

Json strings(const google::protobuf::RepeatedPtrField<std::string> &texts)
{
    return listJson(texts, [](const std::string &text) { return Json(text); });
}

Json errorJson(const v1::Error &error)
{
    return {{"code", v1::Error::Code_Name(error.code())},
            {"reason", error.reason()},
            {"message", error.message()},
            {"subject", error.subject()},
            {"problems", listJson(error.problems(), problemJson)}};
}

} // namespace

Json hostJson(const v1::Host &host)
{
    return {{"id", host.id()},
            {"fault_domain", host.fault_domain()},
            {"state", v1::Host::State_Name(host.state())},
            {"reason", host.reason()},
            {"pid", host.pid()},
            {"state_time_ms", host.state_time_ms()},
            {"cores", host.cores()},
            {"memory_bytes", host.memory_bytes()},
            {"real_cores", host.real_cores()},
            {"real_memory_bytes", host.real_memory_bytes()},
            {"isolation", host.isolation()},
            {"isolation_advice", host.isolation_advice()},
            {"unfit_reason", host.unfit_reason()},
            {"outside_problem", host.outside_problem()},
            {"leaving", host.leaving()},
            {"revision", host.revision()}};
}

Json operationJson(const v1::Operation &operation)
{
    return {{"id", operation.id()},
            {"request_id", operation.request_id()},
            {"kind", operation.kind()},
            {"title", operation.title()},
            {"service", operation.service()},
            {"slot", slotName(operation.slot())},
            {"deployment_id", operation.deployment_id()},
            {"instances", strings(operation.instances())},
            {"state", v1::Operation::State_Name(operation.state())},
            {"phase", operation.phase()},
            {"progress_permille", operation.progress_permille()},
            {"cancellable", operation.cancellable()},
            {"error", operation.has_error() ? errorJson(operation.error()) : Json()},
            {"actor", operation.actor()},
            {"start_time_ms", operation.start_time_ms()},
            {"end_time_ms", operation.end_time_ms()},
            {"revision", operation.revision()}};
}

Json eventJson(const v1::Event &event)
{
    return {{"id", event.id()},
            {"time_ms", event.time_ms()},
            {"severity", severityName(event.severity())},
            {"kind", event.kind()},
            {"service", event.service()},
            {"deployment_id", event.deployment_id()},
            {"instance", event.instance()},
            {"host", event.host()},
            {"operation_id", event.operation_id()},
            {"actor", event.actor()},
            {"message", event.message()},
            {"cause", event.cause()},
            {"reaction", event.reaction()},
            {"revision", event.revision()}};
}

Json sizeJson(const v1::VmSize &size)
{
    return {{"name", size.name()},
            {"cores", size.cores()},
            {"memory_bytes", size.memory_bytes()},
            {"local_disk_bytes", size.local_disk_bytes()},
            {"family", size.family()},
            {"price_micros_per_hour", size.price_micros_per_hour()}};
}

Json settingsJson(const v1::Settings &settings)
{
    const auto price = [](const v1::SizePrice &p) {
        return Json{{"size", p.size()}, {"micros_per_hour", p.micros_per_hour()}};
    };
    return {{"fabric_id", settings.fabric_id()},
            {"host_count", settings.host_count()},
            {"fault_domain_count", settings.fault_domain_count()},
            {"host_cores", settings.host_cores()},
            {"host_memory_bytes", settings.host_memory_bytes()},
            {"address_prefix", settings.address_prefix()},
            {"drain_limit_ms", settings.drain_limit_ms()},
            {"stop_grace_ms", settings.stop_grace_ms()},
            {"fabric_stop_grace_ms", settings.fabric_stop_grace_ms()},
            {"log_limit_bytes", settings.log_limit_bytes()},
            {"crash_limit", settings.crash_limit()},
            {"crash_window_ms", settings.crash_window_ms()},
            {"host_rejoin_ms", settings.host_rejoin_ms()},
            {"ready_least_ms", settings.ready_least_ms()},
            {"accept_no_isolation", settings.accept_no_isolation()},
            {"history_days", settings.history_days()},
            {"history_rows", settings.history_rows()},
            {"snapshots_kept", settings.snapshots_kept()},
            {"currency", settings.currency()},
            {"prices", listJson(settings.prices(), price)},
            {"revision", settings.revision()}};
}

Json statusJson(const v1::FabricStatus &status)
{
    return {{"version", status.version()},
            {"fabric_id", status.fabric_id()},
            {"engine", status.engine()},
            {"isolation", status.isolation()},
            {"isolation_advice", status.isolation_advice()},
            {"embedded", status.embedded()},
            {"socket", status.socket()},
            {"data_dir", status.data_dir()},
            {"start_time_ms", status.start_time_ms()},
            {"revision", status.revision()},
            {"edge_revision", status.edge_revision()},
            {"controller_pid", status.controller_pid()},
            {"edge_pid", status.edge_pid()},
            {"edge_problem", status.edge_problem()},
            {"haproxy_pid", status.haproxy_pid()},
            {"store_bytes", status.store_bytes()},
            {"snapshot_time_ms", status.snapshot_time_ms()},
            {"hosts", listJson(status.hosts(), hostJson)}};
}

Json checkJson(const v1::Check &check)
{
    return {{"id", check.id()},
            {"title", check.title()},
            {"result", v1::Check::Result_Name(check.result())},
            {"reason", check.reason()}};
}

Json problemJson(const v1::Problem &problem)
{
    return {{"severity", severityName(problem.severity())},
            {"rule", problem.rule()},
            {"file", problem.file()},
            {"line", problem.line()},
            {"column", problem.column()},
            {"message", problem.message()},
            {"hint", problem.hint()}};
}

Json replyJson(const v1::CommandReply &reply)
{
    return {{"operation", reply.has_operation() ? operationJson(reply.operation()) : Json()},
            {"checks", listJson(reply.checks(), checkJson)},
            {"preview", strings(reply.preview())},
            {"problems", listJson(reply.problems(), problemJson)},
            {"revision", reply.revision()}};
}

Json sampleJson(const v1::MetricSample &sample)
{
    return {{"time_ms", sample.time_ms()},
            {"interval_ms", sample.interval_ms()},
            {"deployment_id", sample.deployment_id()},
            {"instance", sample.instance()},
            {"cpu_permille", sample.cpu_permille()},
            {"memory_bytes", sample.memory_bytes()},
            {"memory_limit_bytes", sample.memory_limit_bytes()},
            {"requests", sample.requests()},
            {"errors", sample.errors()},
            {"connections", sample.connections()},
            {"open_requests", sample.open_requests()},
            {"latency_avg_us", sample.latency_avg_us()},
            {"latency_p50_us", sample.latency_p50_us()},
            {"latency_p95_us", sample.latency_p95_us()},
            {"latency_p99_us", sample.latency_p99_us()},
            {"load_measured", sample.load_measured()},
            {"traffic_measured", sample.traffic_measured()}};
}

Json logLineJson(const v1::LogLine &line, const v1::Deployment &deployment)
{
    static const char *const kStreams[] = {"", "out", "err", "agent"};
    const int stream = line.stream();
    return {{"time_us", line.time_us()},
            {"slot", slotName(deployment.slot())},
            {"deployment_id", deployment.id()},
            {"instance", line.instance()},
            {"stream", stream >= 0 && stream < 4 ? kStreams[stream] : ""},
            {"text", line.text()},
            {"position", line.position()}};
}

} // namespace slipway::ctl
