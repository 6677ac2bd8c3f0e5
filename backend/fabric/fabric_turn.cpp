// One turn of the fabric's thread, and its clockwork.
#include "backend/fabric/fabric_shell.h"

#include "backend/proto/happening.h"

#include <algorithm>
#include <spdlog/spdlog.h>
#include <utility>

namespace slipway::fabric
{

namespace
{

constexpr std::int64_t kSecond_ms = 1000;
constexpr std::int64_t kMetricsKeep_ms = 24 * 3600 * kSecond_ms;
constexpr std::uint64_t kHeartbeatEvery_s = 2;
constexpr std::uint64_t kExpireEvery_s = 3600;
constexpr std::int64_t kSlept_ms = 500;
constexpr std::int64_t kInboxTurn_ms = 10;
constexpr std::size_t kInboxBatch = 256;
constexpr std::int64_t kLongPlan_ms = 5;
constexpr std::uint64_t kMinute_s = 60;
constexpr int kPump_ms = 50;
constexpr std::uint32_t kRecentEvents = 200;

} // namespace

// Several inputs of one turn of the thread share one transaction and one plan.
void FabricShell::wake()
{
    if (std::exchange(m_turn_scheduled, true))
        return;
    asio::post(m_io, [this] {
        if (m_turn_scheduled && !m_ending)
            runTurn();
    });
}

void FabricShell::runTurn()
{
    m_turn_scheduled = false;
    commitInputs();
    planWhenDue();
}

void FabricShell::commitInputs()
{
    const Committed committed = m_machine.commit();
    publish(committed);
    for (const auto &answer : committed.answers)
        answer();
    m_passed(Station::Answered);
    m_plan_due = m_plan_due || committed.reloaded || !committed.changes.empty();
    if (m_machine.adrift()) // nothing is shown or carried out until the store can be read again
        m_watches.endAll(m_machine.adriftCause());
}

// Directly after a commit: nothing unwritten is carried out. A plan for very many instances takes
// its time; at least as much is left for what comes in.
void FabricShell::planWhenDue()
{
    if (m_machine.adrift() || !m_plan_due || m_ending)
        return;
    const std::int64_t begin_ms = m_clock.steadyMs();
    if (begin_ms < m_next_plan_ms)
        return planLater(m_next_plan_ms - begin_ms);
    m_plan_due = false;
    armDeadline(m_dispatcher->carryOut(m_machine.state()));
    const std::int64_t end_ms = m_clock.steadyMs();
    const bool is_long = end_ms - begin_ms > kLongPlan_ms;
    m_next_plan_ms = is_long ? end_ms + std::min(end_ms - begin_ms, kSecond_ms) : 0;
    if (const auto confirmation = m_dispatcher->confirmation())
        observe(*confirmation);
}

void FabricShell::planLater(std::int64_t delay_ms)
{
    m_plan_timer.expires_after(asio::chrono::milliseconds(delay_ms));
    m_plan_timer.async_wait([this](std::error_code error) {
        if (!error && !m_ending)
            runTurn();
    });
}

void FabricShell::publish(const Committed &committed)
{
    if (committed.reloaded) {
        m_inbox.clear(); // they are told again
        m_dispatcher->forget();
        // What they told meanwhile is lost; neither repeats by itself what has not changed.
        m_engine->observeAgain();
        m_edge->reportAgain();
        tell(makeHappening(v1::ERROR, "StoreWasLost",
                           "The fabric could not use its store for a while", committed.recovered,
                           "nothing was taken or decided meanwhile; now it goes on"));
        return m_watches.restart(m_machine.state().revision,
                                 "The last changes could not be stored; ask for a new snapshot.");
    }
    m_dispatcher->note(committed.changes);
    m_watches.publish(committed.changes, m_machine.state().revision);
    followChanges(committed.changes);
}

void FabricShell::tell(const v1::Happening &happening)
{
    v1::Observation observation;
    *observation.mutable_happening() = happening;
    observe(observation);
}

void FabricShell::observe(const v1::Observation &observation)
{
    if (m_ending) // what ends now ends on purpose: the state keeps what shall run again
        return;
    if (observation.has_instance_status() || observation.has_happening()) {
        m_inbox.add(observation);
        return readInboxSoon();
    }
    if (observation.has_host_hello() || observation.has_host_lost())
        m_inbox.forgetStatuses(observation.has_host_hello() ? observation.host_hello().host_id()
                                                            : observation.host_lost().host_id());
    m_machine.observe(observation);
}

void FabricShell::readInboxSoon()
{
    if (std::exchange(m_inbox_scheduled, true))
        return;
    asio::post(m_io, [this] {
        m_inbox_scheduled = false;
        if (!m_ending)
            readInbox();
    });
}

// Not for longer than a moment at a time: commands, ticks and the edge want their turns too.
void FabricShell::readInbox()
{
    const std::int64_t until_ms = m_clock.steadyMs() + kInboxTurn_ms;
    do {
        std::vector<v1::Observation> batch;
        while (batch.size() < kInboxBatch && !m_inbox.empty())
            batch.push_back(*m_inbox.take());
        m_machine.observe(batch);
    } while (!m_inbox.empty() && m_clock.steadyMs() < until_ms);
    if (!m_inbox.empty())
        readInboxSoon();
}

void FabricShell::addWatch(const v1::WatchRequest &request, const std::shared_ptr<WatchSink> &sink)
{
    if (m_turn_scheduled)
        commitInputs(); // a snapshot holds only what is on the disk
    if (m_machine.adrift())
        return sink->end(m_machine.adriftCause());
    std::vector<v1::Event> recent;
    if (!m_watches.canResume(request)) {
        v1::EventsRequest wanted;
        wanted.set_service(request.service());
        wanted.set_limit(request.recent_events() ? request.recent_events() : kRecentEvents);
        const auto events = m_opened.store->events(wanted);
        if (!events)
            return sink->end(events.error());
        recent.assign(events->events().rbegin(), events->events().rend());
    }
    m_watches.watch(request, sink, m_machine.state(), recent);
    pumpSnapshots();
}

void FabricShell::pumpSnapshots()
{
    if (!m_watches.hasBacklog())
        return;
    m_pump_timer.expires_after(asio::chrono::milliseconds(kPump_ms));
    m_pump_timer.async_wait([this](std::error_code error) {
        if (error)
            return;
        m_watches.pump(m_clock.steadyMs());
        pumpSnapshots();
    });
}

void FabricShell::armDeadline(std::int64_t deadline_ms)
{
    if (deadline_ms == 0)
        return;
    const std::int64_t wait_ms =
        std::clamp<std::int64_t>(deadline_ms - m_clock.steadyMs(), 0, kSecond_ms);
    m_deadline_timer.expires_after(asio::chrono::milliseconds(wait_ms));
    m_deadline_timer.async_wait([this](std::error_code error) {
        if (error)
            return;
        v1::Observation tick;
        tick.set_tick_time_ms(m_clock.wallMs());
        observe(tick);
    });
}

// On the wall clock's whole seconds, so that charts of several machines lie upon each other.
void FabricShell::nextSecond()
{
    m_second_timer.expires_after(
        asio::chrono::milliseconds(kSecond_ms - m_clock.wallMs() % kSecond_ms));
    m_second_timer.async_wait([this](std::error_code error) {
        if (error || m_ending)
            return;
        everySecond();
        nextSecond();
    });
}

void FabricShell::everySecond()
{
    const std::int64_t now_ms = m_clock.wallMs();
    noticeSleep();
    followLocks();
    v1::Observation tick;
    tick.set_tick_time_ms(now_ms);
    observe(tick);
    m_metrics.tick(m_machine.state(), now_ms);
    if (const v1::MetricBatch minutes = m_metrics.takeMinutes(); !minutes.samples().empty())
        keepMinutes(minutes);
    ++m_seconds;
    if (m_seconds % kHeartbeatEvery_s == 0)
        m_watches.heartbeat(now_ms);
    if (m_seconds % kMinute_s == 0) {
        m_uploads.expire();
        m_keeping.everyMinute(keepingFacts());
    }
    if (!m_machine.adrift() && (m_seconds % kMinute_s == 0 || m_more_to_forget))
        m_more_to_forget = m_keeping.forgetHistory(m_machine.state().settings);
    if (m_seconds % kExpireEvery_s == 0) {
        removeLeftovers();
        m_keeping.everyHour(keepingFacts());
        keepMinutes({});
    }
}

Keeping::Facts FabricShell::keepingFacts() const
{
    Keeping::Facts facts{
        m_machine.state().settings, m_machine.committedRevision(), m_machine.adrift(), {}};
    for (const auto &[id, deployment] : m_machine.state().deployments)
        facts.used.insert(packages::folderName(deployment.package_digest()));
    return facts;
}

// Nobody could keep a deadline meanwhile, neither those that are judged nor whoever judges.
void FabricShell::noticeSleep()
{
    const std::int64_t slept_ms = m_clock.bootMs() - m_clock.steadyMs();
    if (slept_ms - std::exchange(m_slept_ms, slept_ms) > kSlept_ms)
        m_machine.restartWaits();
}

// Also without news: what is too old goes.
void FabricShell::keepMinutes(const v1::MetricBatch &minutes)
{
    const std::int64_t now_ms = m_clock.wallMs();
    const auto kept = m_opened.store->addMetrics(now_ms, minutes, now_ms - kMetricsKeep_ms);
    if (!kept)
        spdlog::error("{}", kept.error().message());
}

} // namespace slipway::fabric
