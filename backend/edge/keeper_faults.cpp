#include "backend/edge/keeper.h"

#include "backend/sys/plain_file.h"
#include "backend/sys/text.h"

#include <csignal>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::edge
{

namespace
{

constexpr int kCheck_ms = 10'000;
constexpr std::int64_t kFaultKept_ms = 600'000;
constexpr std::size_t kReasonBytesMax = 600;

// Does it on every way out.
class WhenLeft
{
public:
    explicit WhenLeft(std::function<void()> action) : m_action(std::move(action)) {}
    ~WhenLeft() { m_action(); }
    WhenLeft(const WhenLeft &) = delete;
    WhenLeft &operator=(const WhenLeft &) = delete;

private:
    std::function<void()> m_action;
};

const v1::Pool *findPool(const v1::RoutingTable &table, const std::string &id)
{
    for (const v1::Pool &pool : table.pools())
        if (pool.id() == id)
            return &pool;
    return nullptr;
}

Layout noPool(const Layout &layout)
{
    Layout empty;
    empty.drain_limit_ms = layout.drain_limit_ms;
    empty.capacity = layout.capacity;
    return empty;
}

// One pool alone, without public sockets: they are no pool's fault.
Layout onlyPool(const Layout &layout, const std::string &backend)
{
    Layout alone = noPool(layout);
    alone.backends[backend] = layout.backends.at(backend);
    return alone;
}

} // namespace

// A pool that made HAProxy fail is tried again as soon as it is another one, and after a while.
std::map<std::string, std::string> Keeper::leftOut(const v1::RoutingTable &table) const
{
    std::map<std::string, std::string> reasons;
    for (const auto &[id, fault] : m_faults)
        if (const v1::Pool *pool = findPool(table, id);
            pool && pool->SerializeAsString() == fault.pool)
            reasons[id] = fault.reason;
    return reasons;
}

// What HAProxy says against this layout; empty: nothing, or it could not be asked.
asio::awaitable<std::string> Keeper::complaintAbout(Layout layout)
{
    const auto config = m_folder / "proxy/check.cfg";
    const auto output = m_folder / "check.log";
    const ProxyFiles files{m_folder / "proxy", 0};
    const bool written =
        writeFile(config, configText(layout, files, machineLimits(layout), m_cell)) &&
        writeFile(files.probes(), probesText(layout));
    const WhenLeft removal([&files] { files.remove(); });
    if (!written)
        co_return "";
    const int log = sys::openFresh(output);
    sys::SpawnRequest request;
    request.arguments = {haproxyProgram(), "-c", "-q", "-f", config.string()};
    confine(request, m_cell, m_folder / "proxy");
    request.stdout_fd = log;
    request.stderr_fd = log;
    const auto pid = sys::spawn(request);
    if (log >= 0)
        close(log);
    if (!pid)
        co_return "";
    int status = -1;
    std::error_code ignored;
    asio::steady_timer ended(m_io, std::chrono::milliseconds(kCheck_ms));
    sys::ProcessWatch watch(m_io, *pid, [&status, &ended](int wait_status) {
        status = wait_status;
        ended.cancel();
    });
    co_await ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (status == -1) {
        watch.signal(SIGKILL);
        ended.expires_after(std::chrono::milliseconds(kCheck_ms));
        co_await ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        co_return "";
    }
    // Another code means that it has no listener, and is right.
    co_return WIFEXITED(status) && WEXITSTATUS(status) == 1 ? complaintOf(readFile(output)) + " "
                                                            : "";
}

// HAProxy takes a configuration as a whole or not at all: whose pool it does not take is served no
// more, and all others go on. What it does not take without any pool is no pool's fault.
asio::awaitable<void> Keeper::findFaults(Layout layout, v1::RoutingTable table)
{
    if (!(co_await complaintAbout(noPool(layout))).empty())
        co_return;
    for (const auto &[name, backend] : layout.backends) {
        const v1::Pool *pool = findPool(table, backend.pool);
        if (!pool || backend.servers.empty())
            continue;
        const std::string complaint = co_await complaintAbout(onlyPool(layout, name));
        if (!complaint.empty())
            m_faults[backend.pool] = {pool->SerializeAsString(),
                                      "HAProxy does not take it: " +
                                          sys::visible(complaint, kReasonBytesMax),
                                      m_clock.steadyMs()};
    }
}

bool Keeper::forgetOldFaults()
{
    return std::erase_if(m_faults, [now_ms = m_clock.steadyMs()](const auto &entry) {
               return now_ms - entry.second.found_ms >= kFaultKept_ms;
           }) > 0;
}

// Told when it changes, for it is looked at with every attempt.
void Keeper::setProblem(const std::string &problem)
{
    if (problem == m_problem)
        return;
    m_problem = problem;
    if (problem.empty())
        tellHappening(v1::INFO, "EdgeProxyStarted", "HAProxy serves the public addresses again.",
                      "");
    else
        tellHappening(v1::ERROR, "EdgeProxyNotStarted", problem, "It is tried again.");
    reportChanges();
}

// What the next keeper needs; without it this one goes on all the same.
void Keeper::keep(const std::string &file, const std::string &text)
{
    const auto written = writeFile(m_folder / file, text);
    const std::string problem = written ? "" : written.error().message();
    if (std::exchange(m_disk_problem, problem) != problem && !problem.empty())
        tellHappening(v1::ERROR, "EdgeFileNotWritten", problem,
                      "Addresses are served all the same; a new keeper would not know the newest "
                      "routes.");
}

} // namespace slipway::edge
