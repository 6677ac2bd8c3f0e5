#include "backend/edge/held_sockets.h"
#include "backend/edge/keeper.h"
#include "backend/edge/socket_takeover.h"

#include <cerrno>
#include <csignal>

namespace slipway::edge
{

namespace
{

constexpr int kYoungDeaths = 3; // in a row: no accident any more
constexpr int kAdoptTimeout_ms = 3'000;
constexpr int kRetiredTimeout_ms = 100;
constexpr int kBindTimeout_ms = 2'000;
constexpr int kBindRetry_ms = 2;
// Together less than the 1.2 s after which the fabric kills the keeper: a replaced HAProxy that
// still finishes its requests would then be left to itself.
constexpr int kSoftStop_ms = 700;
constexpr int kHardStop_ms = 150;
constexpr int kStopPoll_ms = 10;

} // namespace

ProxyProcess::OnExit Keeper::exitHandler(const ProxyPtr &proxy)
{
    return [this, weak = std::weak_ptr<ProxyProcess>(proxy)](const std::string &how) {
        if (const ProxyPtr ended = weak.lock())
            onProxyExit(ended, how);
    };
}

void Keeper::onProxyExit(const ProxyPtr &proxy, const std::string &how)
{
    std::erase(m_retired, proxy);
    if (proxy != m_current || m_stopping)
        return;
    m_current.reset();
    tellHappening(v1::ERROR, "EdgeProxyEnded",
                  "HAProxy (pid " + std::to_string(proxy->identity().pid) + ") " + how +
                      "; open connections broke, new ones wait.",
                  "It is started again with the last routes.");
    const bool young = m_last_start_ms != 0 && m_clock.steadyMs() - m_last_start_ms < kShortLife_ms;
    m_young_deaths = young ? m_young_deaths + 1 : 0;
    if (m_young_deaths >= kYoungDeaths)
        setProblem("HAProxy ends as soon as it is started: it " + how);
    wake();
}

asio::awaitable<void> Keeper::takeOver()
{
    const KeeperState state = parseState(readFile(m_folder / "state"));
    m_sockets.adopt(inheritedSockets(m_options.listening));
    m_generation = state.generation;
    m_applied_revision = state.revision;
    m_book.restore(state.backend_by_pool, state.capacity);
    co_await adoptRetired(state);
    if (!co_await adoptCurrent(state))
        m_book.restore(state.backend_by_pool, {});
    killStrangers();
    removeStaleFiles();
    if (v1::RoutingTable table; table.ParseFromString(readFile(m_folder / "table.pb")) &&
                                table.listeners_size() + table.pools_size() > 0) {
        m_table = std::move(table);
        m_have_table = true;
        m_dirty = true;
        if (!m_current)
            co_await bindAgain(m_table);
    }
}

// They finish their requests, which count until they are over. One that stopped takes no new
// command connection: then all that can be seen of it is that it still runs.
asio::awaitable<void> Keeper::adoptRetired(const KeeperState &state)
{
    for (const ProcessIdentity &identity : state.retired) {
        if (!identity.alive())
            continue;
        const auto proxy = std::make_shared<ProxyProcess>(
            m_io, ProxyFiles{m_folder / "proxy", identity.generation}, m_cell);
        proxy->adopt(identity, exitHandler(proxy));
        m_retired.push_back(proxy);
        if (co_await proxy->connect(kRetiredTimeout_ms))
            co_await proxy->readState({}, state.capacity);
        proxy->state().setRetired();
    }
}

asio::awaitable<bool> Keeper::adoptCurrent(const KeeperState &state)
{
    if (!state.current.alive())
        co_return false;
    const ProxyFiles files{m_folder / "proxy", state.current.generation};
    m_sockets.adopt(takeListeningSockets(state.current.pid));
    const auto proxy = std::make_shared<ProxyProcess>(m_io, files, m_cell);
    proxy->adopt(state.current, exitHandler(proxy));
    if (!co_await proxy->connect(kAdoptTimeout_ms) ||
        !co_await proxy->readState(state.frontends, state.capacity)) {
        logProblem("the running HAProxy does not answer; a new one takes its place");
        co_return false;
    }
    if (m_sockets.adopted() < state.frontends.size()) {
        co_await giveUp(proxy);
        co_return false;
    }
    m_current = proxy;
    m_last_start_ms = 0;
    co_return true;
}

// The kernel keeps its sockets from us, and no controller held them for us, so it could neither be
// reloaded nor started again behind them. It gives its ports back and finishes what it has begun.
asio::awaitable<void> Keeper::giveUp(ProxyPtr proxy)
{
    logProblem("the kernel does not let this keeper take HAProxy's sockets over (ptrace_scope); a "
               "new one takes its place");
    co_await proxy->retire();
    m_retired.push_back(proxy);
    saveState();
}

// Ports that a HAProxy on its way out still holds for a moment must not be given up for others.
asio::awaitable<void> Keeper::bindAgain(const v1::RoutingTable &table)
{
    asio::steady_timer timer(m_io);
    std::error_code ignored;
    const std::int64_t until_ms = m_clock.steadyMs() + kBindTimeout_ms;
    for (const v1::Listener &listener : table.listeners()) {
        if (listener.bound_port() == 0 ||
            m_sockets.hasAdopted(listener.address(), listener.bound_port()))
            continue;
        auto fd = listenOn(listener.address(), listener.bound_port());
        while (!fd && fd.error() == EADDRINUSE && m_clock.steadyMs() < until_ms) {
            timer.expires_after(std::chrono::milliseconds(kBindRetry_ms));
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
            fd = listenOn(listener.address(), listener.bound_port());
        }
        if (fd)
            m_sockets.adopt({*fd});
    }
}

// Processes of this folder that nobody knows any more: started by a keeper that was killed before
// it could write that down, or left by one whose state file is gone.
void Keeper::killStrangers()
{
    for (const int pid : findProxies(m_folder)) {
        bool known = false;
        for (const ProxyPtr &proxy : allProxies())
            known = known || proxy->identity().pid == pid;
        if (!known)
            kill(pid, SIGKILL);
    }
}

void Keeper::saveState()
{
    KeeperState state;
    state.revision = m_applied_revision;
    state.generation = m_generation;
    if (m_current) {
        state.current = m_current->identity();
        state.frontends = m_current->state().frontends();
    }
    for (const ProxyPtr &proxy : m_retired)
        state.retired.push_back(proxy->identity());
    state.capacity = m_book.capacity();
    state.backend_by_pool = m_book.assignments();
    keep("state", writeState(state));
}

void Keeper::stop()
{
    if (std::exchange(m_stopping, true))
        return;
    asio::co_spawn(m_io, stopAll(), asio::detached);
}

// Looks at those of forgotten keepers too, and waits until our own children are reaped.
bool Keeper::anyProxyLeft() const
{
    for (const ProxyPtr &proxy : allProxies())
        if (!proxy->ended())
            return true;
    return !findProxies(m_folder).empty();
}

asio::awaitable<void> Keeper::stopAll()
{
    m_dialer.stop();
    m_wake.cancel();
    m_watch_wake.cancel();
    asio::steady_timer timer(m_io);
    std::error_code ignored;
    const std::pair<int, int> steps[] = {
        {SIGUSR1, kSoftStop_ms}, {SIGTERM, kHardStop_ms}, {SIGKILL, kHardStop_ms}};
    for (const auto &[number, patience_ms] : steps) {
        const std::int64_t until_ms = m_clock.steadyMs() + patience_ms;
        for (const int pid : findProxies(m_folder))
            kill(pid, number);
        while (anyProxyLeft() && m_clock.steadyMs() < until_ms) {
            timer.expires_after(std::chrono::milliseconds(kStopPoll_ms));
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
    }
    removeFiles();
    m_io.stop();
}

// Left by processes that ended while no keeper was there to see it.
void Keeper::removeStaleFiles()
{
    std::set<std::uint64_t> generations;
    for (const ProxyPtr &proxy : allProxies())
        generations.insert(proxy->identity().generation);
    ProxyFiles::removeOthers(m_folder / "proxy", generations);
}

void Keeper::removeFiles()
{
    std::error_code ignored;
    for (const auto &entry : std::filesystem::directory_iterator(m_folder, ignored))
        if (entry.path() != m_options.paths.keeperLock())
            std::filesystem::remove_all(entry.path(), ignored);
    std::filesystem::remove_all(m_cell.logFolder(), ignored);
}

} // namespace slipway::edge
