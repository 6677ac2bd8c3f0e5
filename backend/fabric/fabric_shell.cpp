#include "backend/fabric/fabric_shell.h"

#include <cstdlib>
#include <set>
#include <spdlog/spdlog.h>

namespace slipway::fabric
{

namespace
{

// A boot time is computed from two clocks; the wall clock is corrected now and then.
constexpr std::int64_t kSameBoot_ms = 30'000;
constexpr const char *kBootKey = "boot_time_ms";
constexpr int kLastHandlers = 10'000;

v1::Error endingError()
{
    return makeError(v1::Error::UNAVAILABLE, "SHUTTING_DOWN",
                     "The fabric is ending; try again with the same request id when it is back.");
}

packages::ReadOptions readOptions(const core::State &state)
{
    packages::ReadOptions options;
    options.sizes = core::vmSizes(state.settings);
    return options;
}

} // namespace

FabricShell::FabricShell(const FabricOptions &options, OpenedData opened, const FabricParts &parts)
    : m_options(options), m_passed(parts.passed ? parts.passed : [](Station) {}),
      m_work(asio::make_work_guard(m_io)), m_opened(std::move(opened)),
      m_keeping(m_io, m_options.paths, m_clock, *m_opened.store,
                [this](const v1::Happening &happening) { tell(happening); }),
      m_packages(options.paths.packages(), readOptions(m_opened.state),
                 [this](const std::filesystem::path &folder, const std::string &why) {
                     return m_keeping.trash().take(folder, "package", why, m_keeping.nowMs());
                 }),
      m_machine(
          *m_opened.store, m_opened.state, m_clock, [this] { wake(); }, m_passed),
      m_watches(m_opened.state.settings.fabric_id(), m_opened.state.revision),
      m_logs(m_io, options.paths, m_machine.state()), m_uploads(options.paths.uploads(), m_clock),
      m_worker(std::make_unique<Worker>()), m_writer(std::make_unique<Worker>()),
      m_second_timer(m_io), m_deadline_timer(m_io), m_plan_timer(m_io), m_pump_timer(m_io),
      m_step_timer(m_io), m_query_timer(m_io), m_start_time_ms(m_clock.wallMs())
{
    const PartsContext context{m_io, options.paths, m_opened.state.settings.fabric_id(),
                               options.daemon_program};
    m_engine = parts.make_engine(context);
    m_engine_name = m_engine->name();
    m_edge = parts.make_edge(context);
    m_dispatcher = std::make_unique<Dispatcher>(
        *m_engine, *m_edge, [this](const std::string &digest, const std::string &role) {
            return m_packages.contentPath(digest, role);
        });
    m_opened.state = {}; // the machine has it
    m_thread = std::thread([this] { runThread(); });
}

FabricShell::~FabricShell()
{
    shutdown(true, [] {});
    m_thread.join();
}

void FabricShell::start()
{
    asio::post(m_io, [this] {
        if (!m_ending)
            begin();
    });
}

void FabricShell::runThread()
{
    m_io.run();
    {
        const std::lock_guard lock(m_door);
        m_ended = true;
    }
    // Whoever came in before the door closed is told that it did. Counted, so that a handler that
    // calls itself again cannot hold the end up.
    m_io.restart();
    for (int i = 0; i < kLastHandlers && m_io.poll_one() > 0; ++i) {
    }
}

void FabricShell::post(std::function<void()> work, std::function<void(const v1::Error &)> refuse)
{
    {
        const std::lock_guard lock(m_door);
        if (!m_ended) {
            asio::post(m_io, [this, work = std::move(work), refuse] {
                if (m_ending)
                    refuse(endingError());
                else if (m_begun)
                    work();
                else
                    m_waiting.push_back(
                        [this, work, refuse] { m_ending ? refuse(endingError()) : work(); });
            });
            return;
        }
    }
    refuse(endingError());
}

void FabricShell::refuseHeld()
{
    for (const auto &[id, refuse] : std::exchange(m_held, {}))
        refuse(endingError());
    m_queries.clear();
}

void FabricShell::begin()
{
    if (m_opened.how != "first start") { // which takes nothing over, and deletes nothing
        m_uploads.adopt();
        m_packages.removeHalfAdded();
        removeOrphans();
        removeLeftovers();
    }
    m_keeping.begin(keepingFacts(), m_opened.how == "first start");
    restoreMetrics();
    v1::Observation started;
    started.set_fabric_started(howStarted());
    observe(started);
    startEngine();
    startEdge();
    m_slept_ms = m_clock.bootMs() - m_clock.steadyMs();
    wake(); // the plan is carried out in any case
    nextSecond();
    m_begun = true;
    admitWaiting();
}

void FabricShell::admitWaiting()
{
    for (const auto &waiting : std::exchange(m_waiting, {}))
        waiting();
}

// A reboot is told from a restart by the time at which the machine booted.
std::string FabricShell::howStarted()
{
    const std::int64_t boot_ms = m_clock.wallMs() - m_clock.bootMs();
    const auto stored = m_opened.store->value(kBootKey);
    const bool known = stored && stored->has_value();
    const bool same_boot =
        !known || std::abs(std::atoll((*stored)->c_str()) - boot_ms) < kSameBoot_ms;
    if (!known || !same_boot)
        if (const auto kept = m_opened.store->setValue(kBootKey, std::to_string(boot_ms)); !kept)
            spdlog::error("{}", kept.error().message());
    return same_boot ? m_opened.how : "recovery";
}

void FabricShell::restoreMetrics()
{
    keepMinutes({});
    const auto batches = m_opened.store->metrics();
    if (!batches)
        return spdlog::error("{}", batches.error().message());
    std::set<std::string> gone;
    for (const v1::MetricBatch &batch : *batches) {
        m_metrics.restoreMinutes(batch);
        for (const v1::MetricSample &sample : batch.samples()) {
            if (!m_machine.state().deployments.contains(sample.deployment_id()))
                gone.insert(sample.deployment_id());
        }
    }
    for (const std::string &id : gone)
        m_metrics.forget(id);
    forgetDeployments({gone.begin(), gone.end()});
}

void FabricShell::startEngine()
{
    engine::EngineObserver observer;
    observer.observed = [this](const v1::Observation &observation) { observe(observation); };
    observer.sampled = [this](const v1::HostMetrics &metrics) {
        for (const v1::MetricSample &sample : metrics.samples())
            m_metrics.hostSampled(sample);
    };
    m_engine->start(Dispatcher::fleetOf(m_machine.state()), std::move(observer));
}

void FabricShell::startEdge()
{
    EdgeObserver observer;
    observer.connected = [this](const v1::EdgeHello &hello) {
        v1::Observation observation;
        *observation.mutable_edge_hello() = hello;
        observe(observation);
    };
    observer.reported = [this](const v1::EdgeReport &report) {
        m_dispatcher->reported(report);
        if (const auto confirmation = m_dispatcher->confirmation())
            observe(*confirmation);
    };
    observer.sampled = [this](const v1::EdgeMetrics &metrics) {
        for (const v1::MetricSample &sample : metrics.samples())
            m_metrics.edgeSampled(sample);
    };
    observer.happened = [this](const v1::Happening &happening) {
        v1::Observation observation;
        *observation.mutable_happening() = happening;
        observe(observation);
    };
    observer.lost = [this](const std::string &cause) {
        v1::Observation observation;
        observation.set_edge_lost(cause);
        observe(observation);
    };
    m_edge->start(std::move(observer));
}

void FabricShell::execute(v1::Command command, Done<v1::CommandReply> done)
{
    const auto refuse = [done](const v1::Error &error) { done(Failure(error)); };
    post([this, command = std::move(command), done] { admit(command, done); }, refuse);
}

void FabricShell::watch(v1::WatchRequest request, std::shared_ptr<WatchSink> sink)
{
    const auto refuse = [sink](const v1::Error &error) { sink->end(error); };
    post([this, request = std::move(request), sink] { addWatch(request, sink); }, refuse);
}

void FabricShell::watchMetrics(v1::MetricsRequest request, std::shared_ptr<MetricSink> sink)
{
    const auto refuse = [sink](const v1::Error &error) { sink->end(error); };
    post([this, request = std::move(request), sink] { m_metrics.watch(request, sink); }, refuse);
}

void FabricShell::streamLogs(v1::LogRequest request, std::shared_ptr<LogSink> sink)
{
    const auto refuse = [sink](const v1::Error &error) { sink->end(error); };
    post([this, request = std::move(request), sink] { m_logs.stream(request, sink); }, refuse);
}

void FabricShell::unwatch(const void *sink)
{
    const auto forget = [this, sink] {
        m_watches.unwatch(sink);
        m_metrics.unwatch(sink);
        m_logs.unwatch(sink);
    };
    post(forget, [](const v1::Error &) {}); // an ending fabric has let go of it already
}

void FabricShell::queryMetrics(v1::MetricHistoryRequest request, Done<v1::MetricBatch> done)
{
    answer<v1::MetricBatch>(std::move(done), [this, request = std::move(request)] {
        return m_metrics.query(request, m_clock.wallMs());
    });
}

void FabricShell::listEvents(v1::EventsRequest request, Done<v1::EventsReply> done)
{
    answer<v1::EventsReply>(std::move(done), [this, request = std::move(request)] {
        return m_opened.store->events(request);
    });
}

void FabricShell::listOperations(v1::OperationsRequest request, Done<v1::OperationsReply> done)
{
    answer<v1::OperationsReply>(std::move(done), [this, request = std::move(request)] {
        return m_opened.store->operations(request);
    });
}

void FabricShell::status(Done<v1::FabricStatus> done)
{
    answer<v1::FabricStatus>(std::move(done), [this] { return describe(); });
}

void FabricShell::backup(v1::BackupRequest request, Done<v1::BackupReply> done)
{
    const auto refuse = [done](const v1::Error &error) { done(Failure(error)); };
    post([this, request = std::move(request),
          done] { m_keeping.backup(request, keepingFacts(), hold(done)); },
         refuse);
}

void FabricShell::checkStore(Done<v1::CheckStoreReply> done)
{
    const auto refuse = [done](const v1::Error &error) { done(Failure(error)); };
    post([this, done] { m_keeping.check(hold(done)); }, refuse);
}

void FabricShell::onShutdownRequest(std::function<void(v1::ShutdownRequest)> requested)
{
    post([this, requested = std::move(requested)] { m_shutdown_requested = requested; },
         [](const v1::Error &) {});
}

void FabricShell::requestShutdown(v1::ShutdownRequest request)
{
    const auto hand_on = [this, request = std::move(request)] {
        if (m_shutdown_requested)
            m_shutdown_requested(request);
    };
    post(hand_on, [](const v1::Error &) {});
}

Result<std::unique_ptr<Fabric>> openFabric(const FabricOptions &options, const FabricParts &parts)
{
    auto opened = openData(options);
    if (!opened)
        return Failure(opened.error());
    auto shell = std::make_unique<FabricShell>(options, std::move(*opened), parts);
    if (options.open_door)
        if (const auto open = options.open_door(*shell); !open)
            return Failure(open.error());
    shell->start();
    return shell;
}

} // namespace slipway::fabric
