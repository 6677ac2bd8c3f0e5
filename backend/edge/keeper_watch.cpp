#include "backend/edge/keeper.h"

#include <csignal>

namespace slipway::edge
{

namespace
{

constexpr int kLook_ms = 20;          // while something drains
constexpr int kRoundsPerThorough = 5; // sessions and deletions are looked at less often
constexpr int kRest_ms = 60'000;
constexpr int kMeasure_ms = 1'000;

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

// A replaced process ends by itself once our connection to it, its last one, is closed.
asio::awaitable<void> Keeper::endRetired()
{
    if (m_layout.revision == 0)
        co_return; // taken over from an earlier keeper, and how long they may take is not known yet
    for (const ProxyPtr &proxy : std::vector<ProxyPtr>(m_retired)) {
        const std::string info = co_await proxy->tell("show info");
        const std::int64_t age_ms =
            m_clock.steadyMs() - m_retired_since_ms[proxy->identity().generation];
        const bool done = !info.empty() && infoNumber(info, "CurrConns") == 0;
        if (done || age_ms > m_layout.drain_limit_ms)
            proxy->signal(SIGTERM);
    }
}

// Sent without any traffic too: a keeper that says nothing, be it for HAProxy's silence, counts as
// hung and is replaced.
asio::awaitable<void> Keeper::measure()
{
    asio::steady_timer timer(m_io, std::chrono::steady_clock::now());
    std::error_code ignored;
    std::int64_t before_ms = m_clock.steadyMs();
    while (!m_stopping) {
        timer.expires_at(timer.expiry() + std::chrono::milliseconds(kMeasure_ms));
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        for (const ProxyPtr &proxy : allProxies())
            m_meter.add(proxy->identity().generation,
                        parseStats(co_await proxy->tell("show stat -1 4 -1")), m_layout);
        const std::int64_t now_ms = m_clock.steadyMs();
        v1::EdgeMessage message;
        *message.mutable_metrics() =
            m_meter.take(m_latency_log.take(), m_layout, m_clock.wallMs(),
                         std::uint32_t(now_ms - std::exchange(before_ms, now_ms)));
        if (m_channel)
            m_channel->send(message);
        reportChanges();
    }
}

} // namespace slipway::edge
