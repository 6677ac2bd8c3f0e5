#include "backend/edge/keeper.h"

#include <csignal>

namespace slipway::edge
{

namespace
{

constexpr int kLook_ms = 20;          // while something drains
constexpr int kRoundsPerThorough = 5; // sessions and deletions are looked at less often
constexpr int kMeasure_ms = 1'000;
constexpr std::size_t kRetiredMax = 16;

} // namespace

bool Keeper::somethingLeaves()
{
    return !m_retired.empty() || (m_current && !m_current->state().leaving().empty());
}

asio::awaitable<void> Keeper::watchDrains()
{
    std::error_code ignored;
    for (unsigned round = 0; !m_stopping; ++round) {
        const bool busy = m_drains.active() || somethingLeaves();
        m_watch_wake.expires_after(std::chrono::milliseconds(busy ? kLook_ms : kRest_ms));
        co_await m_watch_wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        if (m_drains.active() || somethingLeaves())
            co_await lookOnce(round % kRoundsPerThorough == 0);
    }
}

asio::awaitable<void> Keeper::lookOnce(bool thorough)
{
    m_drains.beginRound();
    for (const ProxyPtr &proxy : allProxies())
        for (const std::string &backend : m_drains.drainingBackends())
            m_drains.addStats(parseStats(co_await proxy->tell("show stat " + backend + " 4 -1")));
    const bool sessions_seen = thorough && m_drains.watchesRoutes() && co_await lookAtSessions();
    for (const std::string &server : m_drains.endRound(sessions_seen, m_clock.steadyMs()))
        for (const ProxyPtr &proxy : allProxies())
            co_await proxy->tell("shutdown sessions server " + server);
    if (thorough) {
        if (m_current)
            co_await deleteLeaving(m_current);
        co_await endRetired();
    }
    reportChanges();
}

asio::awaitable<bool> Keeper::lookAtSessions()
{
    for (const ProxyPtr &proxy : allProxies()) {
        const auto sessions = parseSessions(co_await proxy->tell("show sess"));
        for (const std::string &id : m_drains.addSessions(sessions, m_clock.steadyMs()))
            co_await proxy->tell("shutdown session " + id);
    }
    co_return true;
}

asio::awaitable<void> Keeper::deleteLeaving(ProxyPtr proxy)
{
    for (const auto &[path, held] : proxy->state().leaving()) {
        const std::string name = path.first + "/" + path.second;
        if (m_clock.steadyMs() - held.leaving_since_ms > m_layout.drain_limit_ms)
            co_await proxy->tell("shutdown sessions server " + name);
        const std::string answer = co_await proxy->tell("del server " + name);
        if (answer.starts_with("Server deleted") || answer.starts_with("No such server"))
            proxy->state().forget(path.first, path.second);
    }
}

// A replaced process lives until its last connection but ours has ended; one that gives no answer
// is ended by its client. Memory is not without bound: of too many the oldest goes, and that is
// told.
asio::awaitable<void> Keeper::endRetired()
{
    for (const ProxyPtr &proxy : std::vector<ProxyPtr>(m_retired)) {
        const std::string info = co_await proxy->tell("show info");
        const std::uint64_t open = infoNumber(info, "CurrConns");
        const bool too_many = m_retired.size() > kRetiredMax && proxy == m_retired.front();
        if (too_many && open > 0)
            tellHappening(v1::WARNING, "EdgeConnectionsCut",
                          std::to_string(open) + " connections that outlived " +
                              std::to_string(kRetiredMax) + " reloads of HAProxy were cut.",
                          "");
        if (too_many || (!info.empty() && open == 0))
            proxy->signal(SIGTERM);
    }
}

// Sent without any traffic and whatever HAProxy does: a keeper that says nothing counts as hung and
// is replaced, and its successor would have to wait for the same HAProxy.
asio::awaitable<void> Keeper::measure()
{
    asio::steady_timer timer(m_io, std::chrono::steady_clock::now());
    std::error_code ignored;
    while (!m_stopping) {
        timer.expires_at(timer.expiry() + std::chrono::milliseconds(kMeasure_ms));
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        lookAtMesh();
        if (m_measuring)
            sendMetrics({});
        else
            asio::co_spawn(m_io, measureOnce(), asio::detached);
    }
}

asio::awaitable<void> Keeper::measureOnce()
{
    m_measuring = true;
    bool answered = false;
    for (const ProxyPtr &proxy : allProxies()) {
        const std::string answer = co_await proxy->tell("show stat -1 4 -1");
        answered = answered || (proxy == m_current && !answer.empty());
        m_meter.add(proxy->identity().generation, parseStats(answer), m_layout);
    }
    m_measuring = false;
    const std::int64_t now_ms = m_clock.steadyMs();
    sendMetrics(m_meter.take(m_latency_log.take(), m_layout, m_clock.wallMs(),
                             std::uint32_t(now_ms - std::exchange(m_measured_ms, now_ms))));
    if (answered && now_ms - m_last_start_ms > kShortLife_ms && m_layout.revision != 0)
        setProblem("");
    reportChanges();
}

void Keeper::sendMetrics(const v1::EdgeMetrics &metrics)
{
    v1::EdgeMessage message;
    *message.mutable_metrics() = metrics;
    if (m_channel)
        m_channel->tell(message);
}

// HAProxy would go on in a folder that has no name any more (a sweep of the runtime folder), where
// no new socket can ever appear.
void Keeper::lookAtMesh()
{
    if (m_cell.meshId() == m_mesh_id)
        return;
    logProblem("the mesh of sockets was removed; it is made again, and HAProxy with it");
    const auto cell = chooseCell(m_options.paths, m_options.fabric_id);
    if (!cell)
        return logProblem(cell.error().message());
    m_cell = *cell;
    m_mesh_id = m_cell.meshId();
    if (const auto opened = m_latency_log.open(m_cell.logSocket(), m_cell.user); !opened)
        logProblem(opened.error().message());
    m_start_fresh = true;
    wake();
}

} // namespace slipway::edge
