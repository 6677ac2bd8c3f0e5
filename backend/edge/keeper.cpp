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
constexpr int kShortLife_ms = 1'000;

} // namespace

Keeper::Keeper(asio::io_context &io, const EdgeOptions &options)
    : m_io(io), m_options(options), m_folder(options.paths.edgeFolder()),
      m_start_time_ms(m_clock.wallMs()), m_wake(io), m_watch_wake(io),
      m_dialer(io, options.paths.edgeSocket(),
               [this](sys::ChannelPtr channel) { onConnected(std::move(channel)); }),
      m_latency_log(io)
{
}

Result<void> Keeper::start()
{
    if (const auto opened = m_latency_log.open(ProxyFiles{m_folder, 0}.logSocket()); !opened)
        return opened;
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
        if (m_have_table && std::exchange(m_dirty, false))
            co_await bringAbout(m_table);
        else
            co_await pause(60'000);
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
    if (const auto written = writeFile(m_folder / "table.pb", table.SerializeAsString()); !written)
        logProblem(written.error().message());
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
    return makeLayout(table, m_book, m_sockets.fds());
}

asio::awaitable<bool> Keeper::reach(const v1::RoutingTable &table)
{
    Layout layout = layoutFor(table, false);
    const ProxyPtr current = m_current;
    bool worked = current && current->state().fits(layout);
    if (worked) {
        saveState(); // the pools' backends must be known to the next keeper before they are used
        worked = co_await current->apply(layout, m_clock.steadyMs());
    }
    if (!worked && !m_stopping) {
        layout = layoutFor(table, true);
        worked = co_await replaceProxy(layout);
    }
    if (!worked || m_stopping)
        co_return false;
    for (const ProxyPtr &retired : std::vector<ProxyPtr>(m_retired))
        co_await retired->apply(layout, m_clock.steadyMs());
    m_sockets.dropUnwanted();
    confirm(layout);
    co_return true;
}

// The seamless reload: a second process with the same sockets, then the first accepts no more.
asio::awaitable<bool> Keeper::replaceProxy(Layout layout)
{
    const bool died_young =
        !m_current && m_last_start_ms != 0 && m_clock.steadyMs() - m_last_start_ms < kShortLife_ms;
    if (died_young && ++m_failures > 1)
        co_await pause(std::min(kRetry_ms * m_failures, kRetryMax_ms));
    const auto next = std::make_shared<ProxyProcess>(m_io, ProxyFiles{m_folder, ++m_generation});
    const auto started = next->start(layout, exitHandler(next));
    m_last_start_ms = m_clock.steadyMs();
    if (!started || !co_await next->connect(kStartTimeout_ms)) {
        ++m_failures;
        next->signal(SIGKILL);
        tellHappening(v1::ERROR, "EdgeProxyNotStarted",
                      started ? "HAProxy did not start: " + readFile(next->files().output())
                              : started.error().message(),
                      "It is tried again.");
        co_return false;
    }
    co_await next->trustServers(layout);
    const ProxyPtr old = std::exchange(m_current, next);
    if (old && !old->ended()) {
        m_retired.push_back(old);
        m_retired_since_ms[old->identity().generation] = m_clock.steadyMs();
    }
    saveState();
    if (old) {
        co_await old->addServers(layout); // clients that it keeps may be routed there
        co_await old->retire();
    }
    co_return !next->ended();
}

void Keeper::confirm(const Layout &layout)
{
    m_drains.setLayout(layout, m_clock.steadyMs());
    m_layout = layout;
    m_applied_revision = layout.revision;
    saveState();
    report();
    m_watch_wake.cancel();
}

} // namespace slipway::edge
