#include "tests/support/sample_state.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace slipway::test
{

namespace
{

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::uint64_t kMegabyte = 1024 * 1024;
constexpr std::uint32_t kHosts = 6;

std::string digest(char digit)
{
    return "sha256:" + (digit == 'a' ? std::string("9f31c2e7") : std::string("b07d44aa")) +
           std::string(56, digit);
}

void addRole(v1::Deployment &deployment, const std::string &name, v1::RoleDefinition::Kind kind,
             const std::string &size, std::uint32_t count)
{
    auto &role = *deployment.mutable_definition()->add_roles();
    role.set_name(name);
    role.set_kind(kind);
    role.set_size(size);
    if (kind == v1::RoleDefinition::WEB) {
        auto &endpoint = *role.add_endpoints();
        endpoint.set_name("HttpIn");
        endpoint.set_kind(v1::Endpoint::INPUT);
        endpoint.set_protocol(v1::HTTP);
        endpoint.set_port(80);
    }
    auto &goal = *deployment.add_goals();
    goal.set_role(name);
    goal.set_size(size);
    goal.set_instance_count(count);
}

v1::Deployment makeDeployment(const std::string &id, const std::string &service, v1::SlotKind slot,
                              const std::string &label, char digit, std::int64_t age_ms)
{
    v1::Deployment deployment;
    deployment.set_id(id);
    deployment.set_service(service);
    deployment.set_slot(slot);
    deployment.set_label(label);
    deployment.set_package_digest(digest(digit));
    deployment.set_package_name(digit == 'a' ? "guestbook-v1.cspkg" : "guestbook-v2.cspkg");
    deployment.set_run(true);
    deployment.set_status(v1::Deployment::Running);
    deployment.set_create_time_ms(kSampleNowMs - age_ms);
    deployment.set_change_time_ms(kSampleNowMs - age_ms);
    deployment.set_actor("root");
    return deployment;
}

void fillSlot(v1::Slot &slot, v1::SlotKind kind, const std::string &address,
              const std::string &deployment)
{
    slot.set_kind(kind);
    slot.set_address(address);
    slot.set_deployment_id(deployment);
    if (!deployment.empty()) {
        auto &endpoint = *slot.add_endpoints();
        endpoint.set_name("HttpIn");
        endpoint.set_role("WebRole");
        endpoint.set_protocol(v1::HTTP);
        endpoint.set_port(80);
        endpoint.set_bound_port(80);
    }
}

void addGuestbook(std::vector<v1::Change> &state, const SampleOptions &options)
{
    const std::string web =
        options.long_names ? "AVeryLongWebRoleNameThatFillsFortyLetters" : "WebRole";
    auto production = makeDeployment(kProductionId, "guestbook", v1::PRODUCTION,
                                     "v1.4 – spring pages", 'a', 3 * kDay);
    addRole(production, web, v1::RoleDefinition::WEB, "Small", options.web_instances);
    addRole(production, "WorkerRole", v1::RoleDefinition::WORKER, "Medium", 2);
    auto staging = makeDeployment(kStagingId, "guestbook", v1::STAGING, "v1.5 – new checkout", 'b',
                                  6 * kMinute);
    addRole(staging, web, v1::RoleDefinition::WEB, "Small", 2);
    v1::CloudService service;
    service.set_name("guestbook");
    service.set_label("The guestbook of the pier");
    service.set_create_time_ms(kSampleNowMs - 40 * kDay);
    fillSlot(*service.mutable_production(), v1::PRODUCTION, "127.77.0.1", kProductionId);
    fillSlot(*service.mutable_staging(), v1::STAGING, "127.77.0.2", kStagingId);
    state.push_back(changeOf(service));
    state.push_back(changeOf(production));
    state.push_back(changeOf(staging));
    for (std::uint32_t i = 0; i < options.web_instances; ++i) {
        auto instance = sampleInstance(kProductionId, web, i);
        if (options.degraded && i == 3) {
            instance.set_state(v1::RoleInstance::StartingRole);
            instance.set_reason("The program's port does not accept connections yet");
            instance.set_ready_time_ms(0);
        }
        state.push_back(changeOf(instance));
    }
    for (std::uint32_t i = 0; i < 2; ++i) {
        auto instance = sampleInstance(kProductionId, "WorkerRole", i);
        instance.set_size("Medium");
        if (options.degraded && i == 1) {
            instance.set_state(v1::RoleInstance::CyclingRole);
            instance.set_reason("The program ended with code 1, 3 times in 10 minutes");
            instance.set_restarts(3);
            instance.set_ready_time_ms(0);
        }
        state.push_back(changeOf(instance));
        state.push_back(changeOf(sampleInstance(kStagingId, web, i)));
    }
}

void addService(std::vector<v1::Change> &state, std::uint32_t number, bool long_names)
{
    static const char *const kNames[] = {"harbour-master", "tide-tables", "lighthouse",
                                         "crane-log",      "pilot-boats", "customs"};
    std::string name = kNames[number % std::size(kNames)];
    if (long_names) {
        name += "-with-a-name-of-forty-letters-or-so";
    }
    const std::string id = std::string(31, 'c') + std::to_string(number % 10);
    v1::CloudService service;
    service.set_name(name);
    service.set_create_time_ms(kSampleNowMs - 9 * kDay);
    const bool deployed = number % 3 != 2;
    const auto address = "127.77.0." + std::to_string(10 + number * 2);
    fillSlot(*service.mutable_production(), v1::PRODUCTION, address, deployed ? id : "");
    fillSlot(*service.mutable_staging(), v1::STAGING, address + "1", "");
    state.push_back(changeOf(service));
    if (!deployed) {
        return;
    }
    auto deployment = makeDeployment(id, name, v1::PRODUCTION, "", 'a', kDay);
    addRole(deployment, "WebRole", v1::RoleDefinition::WEB, "ExtraSmall", 2);
    state.push_back(changeOf(deployment));
    for (std::uint32_t i = 0; i < 2; ++i) {
        auto instance = sampleInstance(id, "WebRole", i);
        instance.set_service(name);
        instance.set_size("ExtraSmall");
        state.push_back(changeOf(instance));
    }
}

void addHosts(std::vector<v1::Change> &state)
{
    for (std::uint32_t i = 1; i <= kHosts; ++i) {
        v1::Host host;
        host.set_id("host-" + std::to_string(i));
        host.set_fault_domain((i + 1) % 2);
        host.set_state(v1::Host::Ready);
        host.set_pid(int(4000 + i));
        host.set_state_time_ms(kSampleNowMs - 5 * kDay);
        host.set_cores(16);
        host.set_memory_bytes(56ULL * 1024 * kMegabyte);
        host.set_real_cores(8);
        host.set_real_memory_bytes(32ULL * 1024 * kMegabyte);
        host.set_isolation("isolated with limits");
        state.push_back(changeOf(host));
    }
    v1::Settings settings;
    settings.set_host_count(kHosts);
    settings.set_fault_domain_count(2);
    settings.set_host_cores(16);
    settings.set_host_memory_bytes(56ULL * 1024 * kMegabyte);
    settings.set_address_prefix("127.77.0");
    settings.set_drain_limit_ms(30'000);
    settings.set_stop_grace_ms(10'000);
    settings.set_fabric_stop_grace_ms(300'000);
    settings.set_log_limit_bytes(50 * kMegabyte);
    settings.set_crash_limit(5);
    settings.set_crash_window_ms(600'000);
    settings.set_host_rejoin_ms(5000);
    settings.set_currency("EUR");
    settings.set_fabric_id("0badcafe");
    settings.set_history_days(90);
    settings.set_history_rows(200'000);
    settings.set_snapshots_kept(31);
    state.push_back(changeOf(settings));
}

void addPackages(std::vector<v1::Change> &state)
{
    for (const char digit : {'a', 'b'}) {
        v1::Package package;
        package.set_digest(digest(digit));
        package.set_file_name(digit == 'a' ? "guestbook-v1.cspkg" : "guestbook-v2.cspkg");
        package.set_size_bytes(digit == 'a' ? 48'312 : 51'904);
        package.set_format("cspkg");
        package.set_upload_time_ms(kSampleNowMs - (digit == 'a' ? 3 * kDay : 8 * kMinute));
        package.set_actor("root");
        package.mutable_definition()->set_name("guestbook");
        package.mutable_definition()->add_roles()->set_name("WebRole");
        package.mutable_definition()->add_roles()->set_name("WorkerRole");
        state.push_back(changeOf(package));
    }
}

void addOperations(std::vector<v1::Change> &state, bool running)
{
    v1::Operation done;
    done.set_id("0f00000000000000000000000000aaaa");
    done.set_kind("Swap");
    done.set_title("Swap production and staging of guestbook");
    done.set_service("guestbook");
    done.set_state(v1::Operation::Succeeded);
    done.set_progress_permille(1000);
    done.set_actor("root");
    done.set_start_time_ms(kSampleNowMs - 6 * kMinute);
    done.set_end_time_ms(kSampleNowMs - 6 * kMinute + 400);
    state.push_back(changeOf(done));
    if (running) {
        v1::Operation operation = done;
        operation.set_id("0f00000000000000000000000000bbbb");
        operation.set_kind("ChangeRoles");
        operation.set_title("Scale WebRole of guestbook to 5 instances");
        operation.set_state(v1::Operation::Running);
        operation.set_phase("3 of 5 instances ready");
        operation.set_progress_permille(600);
        operation.set_cancellable(true);
        operation.set_start_time_ms(kSampleNowMs - 40 * kSecond);
        operation.set_end_time_ms(0);
        state.push_back(changeOf(operation));
    }
}

void addEvents(std::vector<v1::Change> &state)
{
    struct Told {
        std::int64_t ago_ms;
        v1::Severity severity;
        const char *kind;
        const char *instance;
        const char *message;
        const char *cause;
        const char *reaction;
    };
    static const Told kTold[] = {
        {6 * kMinute, v1::INFO, "SwapFinished", "", "Swap finished in 0.4 s", "",
         "1,184 connections drained, 0 requests failed"},
        {70 * kSecond, v1::WARNING, "HostLost", "WebRole_IN_3",
         "host-5 replaced host-2 for WebRole_IN_3", "host-2 did not answer for 3 s", ""},
        {30 * kSecond, v1::ERROR, "ProgramEnded", "WorkerRole_IN_1",
         "WorkerRole_IN_1 ended with code 1", "3rd time in 10 min", "next start in 8 s"},
    };
    std::uint64_t id = 0;
    for (const auto &told : kTold) {
        v1::Event event;
        event.set_id(++id);
        event.set_time_ms(kSampleNowMs - told.ago_ms);
        event.set_severity(told.severity);
        event.set_kind(told.kind);
        event.set_service("guestbook");
        event.set_deployment_id(kProductionId);
        event.set_instance(told.instance);
        event.set_message(told.message);
        event.set_cause(told.cause);
        event.set_reaction(told.reaction);
        state.push_back(changeOf(event));
    }
}

// Calm waves that are the same in every run.
double wave(std::int64_t second, std::uint32_t phase, double middle, double swing)
{
    const auto t = static_cast<double>(second);
    return middle + swing * (0.6 * std::sin(t / 23.0 + phase) +
                             0.3 * std::sin(t / 5.0 + 2 * phase) + 0.1 * std::sin(t * 1.7 + phase));
}

v1::MetricSample sampleAt(std::int64_t time_ms, std::uint32_t phase)
{
    const auto second = time_ms / kSecond;
    v1::MetricSample sample;
    sample.set_time_ms(time_ms);
    sample.set_interval_ms(1000);
    sample.set_cpu_permille(std::uint32_t(wave(second, phase, 230, 60)));
    sample.set_memory_bytes(std::uint64_t(wave(second, phase + 1, 215, 9)) * kMegabyte);
    sample.set_memory_limit_bytes(1792 * kMegabyte);
    sample.set_requests(std::uint64_t(wave(second, phase + 2, 425, 40)));
    sample.set_connections(32);
    sample.set_open_requests(3);
    sample.set_latency_avg_us(std::uint32_t(wave(second, phase + 3, 6000, 900)));
    sample.set_latency_p50_us(std::uint32_t(wave(second, phase + 3, 5000, 800)));
    sample.set_latency_p95_us(std::uint32_t(wave(second, phase + 4, 11000, 1500)));
    sample.set_latency_p99_us(std::uint32_t(wave(second, phase + 5, 19000, 3000)));
    return sample;
}

} // namespace

std::vector<v1::Change> sampleState(const SampleOptions &options)
{
    std::vector<v1::Change> state;
    addHosts(state);
    addPackages(state);
    addGuestbook(state, options);
    for (std::uint32_t number = 0; number < options.more_services; ++number) {
        addService(state, number, options.long_names);
    }
    addOperations(state, options.running_operation);
    addEvents(state);
    return state;
}

std::vector<v1::Change> emptyState()
{
    std::vector<v1::Change> state;
    addHosts(state);
    return state;
}

v1::FabricStatus sampleStatus()
{
    struct Size {
        const char *name;
        std::uint32_t cores;
        std::uint64_t memory_mb;
    };
    static const Size kSizes[] = {{"ExtraSmall", 1, 768},   {"Small", 1, 1792},
                                  {"Medium", 2, 3584},      {"Large", 4, 7168},
                                  {"ExtraLarge", 8, 14336}, {"A5", 2, 14336}};
    v1::FabricStatus status;
    status.set_version("0.1.0");
    status.set_fabric_id("0badcafe");
    status.set_socket("/run/slipway/fabric.sock");
    status.set_engine("local");
    status.set_isolation("isolated with limits");
    status.set_embedded(true);
    status.set_start_time_ms(kSampleNowMs - 5 * kDay);
    for (const auto &size : kSizes) {
        auto &added = *status.add_sizes();
        added.set_name(size.name);
        added.set_cores(size.cores);
        added.set_memory_bytes(size.memory_mb * kMegabyte);
        added.set_price_micros_per_hour(std::int64_t(size.cores) * 80'000);
    }
    return status;
}

v1::MetricBatch sampleMetrics(const std::vector<v1::Change> &state, std::int64_t time_ms)
{
    v1::MetricBatch batch;
    std::map<std::string, v1::MetricSample> totals;
    for (const auto &change : state) {
        if (!change.has_instance() || change.instance().state() != v1::RoleInstance::ReadyRole) {
            continue;
        }
        const auto &instance = change.instance();
        auto sample =
            sampleAt(time_ms, instance.index() + (instance.role() == "WorkerRole" ? 7 : 0));
        sample.set_deployment_id(instance.deployment_id());
        sample.set_instance(instance.name());
        auto &total = totals.try_emplace(instance.deployment_id(), sample).first->second;
        total.set_requests(total.instance() == sample.instance()
                               ? sample.requests()
                               : total.requests() + sample.requests());
        *batch.add_samples() = sample;
    }
    for (auto &[deployment, total] : totals) {
        total.clear_instance();
        *batch.add_samples() = total;
    }
    return batch;
}

v1::MetricBatch sampleHistory(const std::string &deployment, const std::string &instance,
                              int seconds)
{
    v1::MetricBatch batch;
    for (int ago = seconds; ago > 0; --ago) {
        auto sample = sampleAt(kSampleNowMs - ago * kSecond, std::uint32_t(instance.size()));
        sample.set_deployment_id(deployment);
        sample.set_instance(instance);
        *batch.add_samples() = sample;
    }
    return batch;
}

v1::RoleInstance sampleInstance(const std::string &deployment, const std::string &role,
                                std::uint32_t index)
{
    v1::RoleInstance instance;
    instance.set_deployment_id(deployment);
    instance.set_name(role + "_IN_" + std::to_string(index));
    instance.set_service("guestbook");
    instance.set_role(role);
    instance.set_index(index);
    instance.set_state(v1::RoleInstance::ReadyRole);
    instance.set_size("Small");
    instance.set_host("host-" + std::to_string(1 + (index * 3) % kHosts));
    instance.set_fault_domain(index % 2);
    instance.set_update_domain(index % 5);
    instance.set_create_time_ms(kSampleNowMs - 3 * kDay);
    instance.set_state_time_ms(kSampleNowMs - 2 * kHour - index * kMinute);
    instance.set_ready_time_ms(kSampleNowMs - 2 * kHour - index * kMinute);
    instance.set_agent_pid(int(5000 + index));
    instance.set_program_pid(int(6000 + index));
    instance.set_isolation("isolated with limits");
    return instance;
}

v1::Change changeOf(const v1::RoleInstance &instance)
{
    v1::Change change;
    *change.mutable_instance() = instance;
    return change;
}

v1::Change changeOf(const v1::CloudService &service)
{
    v1::Change change;
    *change.mutable_service() = service;
    return change;
}

v1::Change changeOf(const v1::Deployment &deployment)
{
    v1::Change change;
    *change.mutable_deployment() = deployment;
    return change;
}

v1::Change changeOf(const v1::Operation &operation)
{
    v1::Change change;
    *change.mutable_operation() = operation;
    return change;
}

v1::Change changeOf(const v1::Event &event)
{
    v1::Change change;
    *change.mutable_event() = event;
    return change;
}

v1::Change changeOf(const v1::Host &host)
{
    v1::Change change;
    *change.mutable_host() = host;
    return change;
}

v1::Change changeOf(const v1::Package &package)
{
    v1::Change change;
    *change.mutable_package() = package;
    return change;
}

v1::Change changeOf(const v1::Settings &settings)
{
    v1::Change change;
    *change.mutable_settings() = settings;
    return change;
}

v1::Change removedInstance(const std::string &deployment, const std::string &name)
{
    auto change = removed(v1::Removed::INSTANCE, name);
    change.mutable_removed()->set_parent_id(deployment);
    return change;
}

v1::Change removed(v1::Removed::Kind kind, const std::string &id)
{
    v1::Change change;
    change.mutable_removed()->set_kind(kind);
    change.mutable_removed()->set_id(id);
    return change;
}

} // namespace slipway::test
