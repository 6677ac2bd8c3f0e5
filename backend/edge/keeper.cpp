#include "backend/edge/keeper.h"

#include <algorithm>
#include <csignal>

namespace slipway::edge
{

namespace
{

constexpr int kStartTimeout_ms = 10'000;
constexpr int kRetry_ms = 200;
constexpr int kRetryMax_ms = 5'000;
constexpr int kJoin_ms = 500;
constexpr int kJoinMax_ms = 5'000;
constexpr int kReapLook_ms = 50;
constexpr int kReapLooks = 40;       // what the kernel still does for it takes no longer
constexpr int kBindAgain_ms = 3'000; // for listeners that cannot be bound

} // namespace

Keeper::Keeper(asio::io_context &io, const EdgeOptions &options, ProxyCell cell)
    : m_io(io), m_options(options), m_folder(options.paths.edgeFolder()), m_cell(std::move(cell)),
      m_start_time_ms(m_clock.wallMs()), m_wake(io), m_watch_wake(io),
      m_dialer(io, options.paths.edgeSocket(),
               [this](sys::ChannelPtr channel) { onConnected(std::move(channel)); }),
      m_latency_log(io)
{
}

Result<void> Keeper::start()
{
    if (const auto opened = m_latency_log.open(m_cell.logSocket(), m_cell.user); !opened)
        return opened;
    m_mesh_id = m_cell.meshId();
    m_measured_ms = m_clock.steadyMs();
    asio::co_spawn(m_io, work(), asio::detached);
    asio::co_spawn(m_io, watchDrains(), asio::detached);
    asio::co_spawn(m_io, measure(), asio::detached);
    return {};
}

void Keeper::wake()
{
    m_dirty = true;
    m_wake.cancel();
}

asio::awaitable<void> Keeper::pause(int timeout_ms)
{
    std::error_code ignored;
    m_wake.expires_after(std::chrono::milliseconds(timeout_ms));
    co_await m_wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> Keeper::work()
{
    co_await takeOver();
    dialController();
    while (!m_stopping) {
        if (m_have_table && std::exchange(m_dirty, false)) {
            co_await bringAbout(m_table);
            continue;
        }
        const bool unbound = m_sockets.somethingUnbound();
        co_await pause(unbound ? kBindAgain_ms : kRest_ms);
        m_dirty = forgetOldFaults() || m_dirty || unbound;
    }
}

// The whole of one table; when something fails it is tried again, with whatever table is the newest
// by then.
asio::awaitable<void> Keeper::bringAbout(v1::RoutingTable table)
{
    m_sockets.update(table);
    for (v1::Listener &listener : *table.mutable_listeners())
        for (const v1::BoundListener &bound : m_sockets.bound())
            if (bound.key() == listener.key())
                listener.set_bound_port(bound.bound_port());
    keep("table.pb", table.SerializeAsString());
    if (co_await reach(table)) {
        m_failures = 0;
        co_return;
    }
    if (m_stopping)
        co_return;
    m_dirty = true;
    if (m_failures > 0)
        co_await pause(std::min(kRetry_ms * m_failures, kRetryMax_ms));
}

Layout Keeper::layoutFor(const v1::RoutingTable &table, bool fresh)
{
    std::set<std::string> busy;
    for (const ProxyPtr &proxy : allProxies())
        if (!fresh || proxy != m_current)
            busy.merge(proxy->state().backendsInUse());
    m_book.assign(table, busy);
    if (fresh)
        m_book.provision();
    return makeLayout(table, m_book, m_sockets.fds(), m_cell, leftOut(table));
}

asio::awaitable<bool> Keeper::reach(const v1::RoutingTable &table)
{
    Layout layout = layoutFor(table, false);
    const ProxyPtr current = m_current;
    bool worked = current && !m_start_fresh && current->state().fits(layout);
    if (worked) {
        saveState(); // the pools' backends must be known to the next keeper before they are used
        worked = co_await current->apply(layout, m_clock.steadyMs());
    }
    if (const int wait_ms = joinPause_ms(); !worked && wait_ms > 0) {
        co_await pause(wait_ms);
        co_return false; // with the newest table by then
    }
    if (!worked && !m_stopping) {
        layout = layoutFor(table, true);
        worked = co_await replaceProxy(layout, table);
    }
    if (!worked || m_stopping)
        co_return false;
    for (const ProxyPtr &retired : std::vector<ProxyPtr>(m_retired))
        co_await retired->apply(layout, m_clock.steadyMs());
    m_sockets.dropUnwanted();
    confirm(layout);
    co_return true;
}

// Each reload leaves a process with the connections that it has, for as long as they last: the more
// there are, the longer changes are collected for the next. A HAProxy that does not serve is
// replaced at once.
int Keeper::joinPause_ms() const
{
    if (!m_current || m_start_fresh || m_retired.empty())
        return 0;
    const auto apart_ms =
        std::min<std::int64_t>(kJoin_ms * std::int64_t(m_retired.size()), kJoinMax_ms);
    return int(std::max<std::int64_t>(m_last_start_ms + apart_ms - m_clock.steadyMs(), 0));
}

bool Keeper::diedYoung() const
{
    return !m_current && m_last_start_ms != 0 &&
           m_clock.steadyMs() - m_last_start_ms < kShortLife_ms;
}

// The seamless reload: a second process with the same sockets, then the first accepts no more.
asio::awaitable<bool> Keeper::replaceProxy(Layout layout, v1::RoutingTable table)
{
    if (diedYoung() && ++m_failures > 1)
        co_await pause(std::min(kRetry_ms * m_failures, kRetryMax_ms));
    if (m_stopping)
        co_return false;
    const ProxyFiles files{m_folder / "proxy", ++m_generation};
    const auto next = std::make_shared<ProxyProcess>(m_io, files, m_cell);
    const auto started = next->start(layout, m_voice, exitHandler(next));
    m_last_start_ms = m_clock.steadyMs();
    if (!started || !co_await next->connect(kStartTimeout_ms)) {
        co_await startFailed(next, started, layout, table);
        co_return false;
    }
    // What was started aloud only to hear its reason gives way to a silent one.
    m_start_fresh =
        std::exchange(m_voice, ProxyProcess::Voice::Silent) == ProxyProcess::Voice::Aloud;
    m_dirty = m_dirty || m_start_fresh;
    co_await next->trustServers(layout);
    const ProxyPtr old = std::exchange(m_current, next);
    if (old && !old->ended())
        m_retired.push_back(old);
    saveState();
    if (old) {
        co_await old->addServers(layout); // clients that it keeps may be routed there
        co_await old->retire();
    }
    co_return !next->ended();
}

// It is reaped, and its files go, before nobody holds it any more.
asio::awaitable<void> Keeper::endForGood(ProxyPtr proxy)
{
    if (proxy->identity().pid == 0)
        co_return;
    proxy->signal(SIGKILL);
    asio::steady_timer timer(m_io);
    std::error_code ignored;
    for (int i = 0; i < kReapLooks && !proxy->ended(); ++i) {
        timer.expires_after(std::chrono::milliseconds(kReapLook_ms));
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

// In HAProxy's own words, which it says before it ends.
asio::awaitable<void> Keeper::startFailed(ProxyPtr next, Result<void> started, Layout layout,
                                          v1::RoutingTable table)
{
    ++m_failures;
    const bool ended_by_itself = next->ended();
    std::string reason =
        started ? complaintOf(readFile(next->files().output())) : started.error().message();
    if (reason.empty() && next->ended())
        m_voice = ProxyProcess::Voice::Aloud; // until it has started
    if (reason.empty())
        reason = ended_by_itself ? "it " + next->end() : "it does not answer";
    co_await endForGood(next);
    if (started && ended_by_itself)
        co_await findFaults(std::move(layout), std::move(table));
    setProblem("HAProxy did not start: " + reason);
}

void Keeper::tellLimits(const Layout &layout)
{
    const std::string problem = limitProblem(machineLimits(layout), layout.frontends.size());
    if (std::exchange(m_limit_problem, problem) != problem && !problem.empty())
        tellHappening(v1::WARNING, "EdgeConnectionsLimited", problem, "");
}

void Keeper::confirm(const Layout &layout)
{
    tellLimits(layout);
    if (m_young_deaths == 0)
        setProblem("");

    m_drains.setLayout(layout, m_clock.steadyMs());
    m_layout = layout;
    m_applied_revision = layout.revision;
    saveState();
    report();
    m_watch_wake.cancel();
}

} // namespace slipway::edge
