// The end as a written script: nobody new, watchers, traffic, instances, store, files, lock.
#include "backend/fabric/fabric_shell.h"

#include <spdlog/spdlog.h>

namespace slipway::fabric
{

namespace
{

// Together with the server's second they stay within the 8 s that SIGTERM may take.
constexpr std::uint32_t kEdgeGrace_ms = 1200;
constexpr std::uint32_t kEngineGrace_ms = 3000;
constexpr std::uint32_t kMargin_ms = 500;        // for killing what did not follow
constexpr std::uint32_t kEngineMargin_ms = 1700; // hosts are killed, their sandboxes removed

} // namespace

void FabricShell::shutdown(bool keep_services, std::function<void()> done)
{
    {
        const std::lock_guard lock(m_door);
        if (!m_ended) {
            asio::post(m_io, [this, keep_services, done = std::move(done)] {
                if (m_closed)
                    return done();
                m_shutdown_done.push_back(done);
                if (!m_ending)
                    beginShutdown(keep_services);
            });
            return;
        }
    }
    done();
}

void FabricShell::beginShutdown(bool keep_services)
{
    if (m_turn_scheduled)
        runTurn(); // what was accepted is written and answered
    m_ending = true;
    m_keep_services = keep_services;
    admitWaiting(); // they are refused
    for (asio::steady_timer *timer :
         {&m_second_timer, &m_deadline_timer, &m_plan_timer, &m_pump_timer, &m_query_timer})
        timer->cancel();
    const v1::Error ending =
        makeError(v1::Error::UNAVAILABLE, "SHUTTING_DOWN", "The fabric is ending.");
    m_watches.endAll(ending);
    m_metrics.endAll(ending);
    m_logs.endAll(ending);
    refuseHeld();
    m_uploads.closeAll();
    if (!keep_services)
        return stopEdge();
    m_engine->detach();
    m_edge->detach();
    asio::post(m_io, [this] { closeDown(); });
}

// First nobody gets in any more, then what served them ends.
void FabricShell::stopEdge()
{
    guardStep(kEdgeGrace_ms + kMargin_ms, [this] { stopEngine(); });
    m_edge->stop(kEdgeGrace_ms,
                 [this, step = m_step] { stepDone(step, [this] { stopEngine(); }); });
}

void FabricShell::stopEngine()
{
    guardStep(kEngineGrace_ms + kEngineMargin_ms, [this] { closeDown(); });
    m_engine->stop(kEngineGrace_ms,
                   [this, step = m_step] { stepDone(step, [this] { closeDown(); }); });
}

// Goes on with `next` when the step does not end by itself.
void FabricShell::guardStep(std::uint32_t limit_ms, std::function<void()> next)
{
    const std::uint64_t step = ++m_step;
    m_step_timer.expires_after(asio::chrono::milliseconds(limit_ms));
    m_step_timer.async_wait([this, step, next = std::move(next)](std::error_code error) {
        if (error)
            return;
        spdlog::warn("Something did not end in time; the fabric ends without it.");
        stepDone(step, next);
    });
}

void FabricShell::stepDone(std::uint64_t step, const std::function<void()> &next)
{
    if (step != m_step)
        return; // came late, the script went on
    ++m_step;
    m_step_timer.cancel();
    asio::post(m_io, next); // not from inside the part that has just ended
}

void FabricShell::closeDown()
{
    keepMinutes(m_metrics.takeMinutes());
    m_dispatcher.reset();
    m_edge.reset();
    m_engine.reset();
    m_worker->stop(); // what it has begun is waited for by the destructor, not by the script
    m_writer->stop();
    m_keeping.end();
    m_opened.store.reset();
    if (!m_keep_services && m_opened.runtime_lock->holds(m_options.paths.runtime / kRuntimeLock))
        removeRuntimeFiles(m_options.paths, m_options.socket);
    m_opened.runtime_lock.reset();
    m_opened.data_lock.reset();
    m_closed = true;
    for (const auto &done : std::exchange(m_shutdown_done, {}))
        done();
    m_work.reset();
    m_io.stop();
}

} // namespace slipway::fabric
