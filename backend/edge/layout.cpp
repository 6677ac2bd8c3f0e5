#include "backend/edge/layout.h"

#include "backend/edge/escaping.h"
#include "backend/sys/paths.h"
#include "backend/sys/text.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace slipway::edge
{

namespace
{

constexpr std::size_t kServerNameMax = 60;
constexpr std::uint32_t kProbeIntervalMax_s = 3600;
constexpr std::uint32_t kTimeMax_ms = 24 * 3600 * 1000; // HAProxy refuses what passes 24 days
constexpr std::uint32_t kProbeFailuresMax = 100;
constexpr std::uint32_t kProbeInterval_s = 15; // the schema's defaults for a LoadBalancerProbe
constexpr std::uint32_t kProbeTimeout_s = 31;

unsigned sparesOf(PoolKind kind)
{
    switch (kind) {
    case PoolKind::Http:
        return 12;
    case PoolKind::Tcp:
        return 6;
    default:
        return 3;
    }
}

std::string nameOf(PoolKind kind, unsigned number)
{
    return kindName(kind) + "-" + std::to_string(number);
}

bool belongsTo(const std::string &backend, PoolKind kind)
{
    return backendNumber(backend, kind).has_value();
}

} // namespace

PoolKind kindOf(const v1::Pool &pool)
{
    const bool http_probe = pool.has_probe() && isHttp(pool.probe().protocol());
    if (isHttp(pool.protocol()))
        return http_probe ? PoolKind::HttpWithHttpProbe : PoolKind::Http;
    return http_probe ? PoolKind::TcpWithHttpProbe : PoolKind::Tcp;
}

std::string kindName(PoolKind kind)
{
    switch (kind) {
    case PoolKind::Http:
        return "http";
    case PoolKind::HttpWithHttpProbe:
        return "http-probed";
    case PoolKind::Tcp:
        return "tcp";
    case PoolKind::TcpWithHttpProbe:
        return "tcp-probed";
    }
    return {};
}

bool isHttp(PoolKind kind)
{
    return kind == PoolKind::Http || kind == PoolKind::HttpWithHttpProbe;
}

bool hasHttpProbe(PoolKind kind)
{
    return kind == PoolKind::HttpWithHttpProbe || kind == PoolKind::TcpWithHttpProbe;
}

bool isHttp(v1::Protocol protocol)
{
    return protocol == v1::HTTP;
}

bool isServed(v1::Protocol protocol)
{
    return protocol == v1::HTTP || protocol == v1::TCP;
}

std::optional<unsigned> backendNumber(const std::string &backend, PoolKind kind)
{
    const std::string prefix = kindName(kind) + "-";
    if (!backend.starts_with(prefix))
        return {};
    unsigned number = 0;
    const char *end = backend.data() + backend.size();
    const auto parsed = std::from_chars(backend.data() + prefix.size(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end || number >= kCapacityMax)
        return {};
    return number;
}

std::string frontendName(const std::string &listener_key)
{
    return "f-" + sys::wideHash(listener_key);
}

std::string serverName(const v1::PoolServer &server)
{
    std::string name = server.instance().substr(0, kServerNameMax);
    std::replace_if(
        name.begin(), name.end(),
        [](unsigned char c) { return !(std::isalnum(c) || c == '_' || c == '-') || c > 127; }, '_');
    return name + "." + sys::wideHash(server.instance() + " " + server.target());
}

std::string poolProblem(const v1::Pool &pool)
{
    if (!pool.has_probe() || pool.probe().path().empty() || isProbePath(pool.probe().path()))
        return {};
    return "its probe's path is no path of a URL: " + sys::visible(pool.probe().path(), 100);
}

bool BackendBook::assign(const v1::RoutingTable &table, const std::set<std::string> &busy)
{
    std::map<std::string, std::string> kept;
    std::set<std::string> taken = busy;
    for (const v1::Pool &pool : table.pools()) {
        const auto found = m_backend_by_pool.find(pool.id());
        if (found != m_backend_by_pool.end() && belongsTo(found->second, kindOf(pool))) {
            kept.insert(*found);
            taken.insert(found->second);
        }
    }
    const auto capacity_before = m_capacity;
    m_backend_by_pool = std::move(kept);
    for (const v1::Pool &pool : table.pools()) {
        if (m_backend_by_pool.contains(pool.id()))
            continue;
        const std::string backend = freeBackend(kindOf(pool), taken);
        if (!belongsTo(backend, kindOf(pool)))
            continue; // more pools than can be written: the rest is not served
        m_backend_by_pool[pool.id()] = backend;
        taken.insert(backend);
    }
    return m_capacity != capacity_before;
}

std::string BackendBook::freeBackend(PoolKind kind, const std::set<std::string> &taken)
{
    unsigned number = 0;
    while (taken.contains(nameOf(kind, number)))
        ++number;
    if (number >= m_capacity[kind])
        m_capacity[kind] = std::min(number + 1 + sparesOf(kind), kCapacityMax);
    return nameOf(kind, number);
}

void BackendBook::provision()
{
    for (const PoolKind kind : kPoolKinds) {
        unsigned used = 0;
        for (const auto &[pool, backend] : m_backend_by_pool)
            if (belongsTo(backend, kind))
                used = std::max(used, *backendNumber(backend, kind) + 1);
        m_capacity[kind] =
            std::min(std::max(m_capacity[kind], used + sparesOf(kind)), kCapacityMax);
    }
}

std::string BackendBook::backendOf(const std::string &pool) const
{
    const auto found = m_backend_by_pool.find(pool);
    return found == m_backend_by_pool.end() ? std::string() : found->second;
}

void BackendBook::restore(std::map<std::string, std::string> backend_by_pool,
                          std::map<PoolKind, unsigned> capacity)
{
    m_backend_by_pool = std::move(backend_by_pool);
    m_capacity = std::move(capacity);
    for (auto &[kind, count] : m_capacity)
        count = std::min(count, kCapacityMax);
}

namespace
{

void addServers(WantedBackend &backend, const v1::Pool &pool, const ProxyCell &cell,
                std::string &problem)
{
    std::set<std::string> names;
    for (const v1::PoolServer &server : pool.servers()) {
        if (server.target().empty() || !names.insert(serverName(server)).second)
            continue;
        const auto address = cell.address(server.target());
        if (address)
            backend.servers.push_back({serverName(server),
                                       *address,
                                       server.drain(),
                                       {pool.deployment_id(), server.instance()}});
        else
            problem =
                sys::visible(server.instance(), 100) + " gets no requests: " + address.error();
    }
}

WantedBackend makeBackend(const v1::Pool &pool)
{
    WantedBackend backend;
    backend.pool = pool.id();
    backend.deployment_id = pool.deployment_id();
    backend.kind = kindOf(pool);
    if (pool.has_probe()) {
        const std::uint32_t interval_s = pool.probe().interval_s();
        const std::uint32_t timeout_s = pool.probe().timeout_s();
        backend.probed = true;
        backend.probe_path = pool.probe().path().empty() ? "/" : pool.probe().path();
        backend.probe_interval_s = interval_s == 0 ? kProbeInterval_s : interval_s;
        backend.probe_interval_s = std::min(backend.probe_interval_s, kProbeIntervalMax_s);
        backend.probe_failures = std::clamp<std::uint32_t>(
            (timeout_s == 0 ? kProbeTimeout_s : timeout_s) / backend.probe_interval_s, 1,
            kProbeFailuresMax);
    }
    return backend;
}

} // namespace

Layout makeLayout(const v1::RoutingTable &table, const BackendBook &book,
                  const std::map<std::string, int> &fd_by_listener, const ProxyCell &cell,
                  const std::map<std::string, std::string> &left_out)
{
    Layout layout;
    layout.revision = table.revision();
    if (table.drain_limit_ms() > 0)
        layout.drain_limit_ms = std::min(table.drain_limit_ms(), kTimeMax_ms);
    layout.capacity = book.capacity();
    std::map<std::string, std::string> problems; // by pool
    for (const v1::Pool &pool : table.pools()) {
        std::string &problem = problems[pool.id()];
        const auto reason = left_out.find(pool.id());
        problem = reason == left_out.end() ? poolProblem(pool) : reason->second;
        if (!problem.empty() || book.backendOf(pool.id()).empty())
            continue;
        WantedBackend &backend = layout.backends[book.backendOf(pool.id())] = makeBackend(pool);
        addServers(backend, pool, cell, problem);
    }
    for (const v1::Listener &listener : table.listeners()) {
        const auto fd = fd_by_listener.find(listener.key());
        const std::string name = frontendName(listener.key());
        if (fd == fd_by_listener.end() || layout.fds.contains(name))
            continue;
        const std::string backend = book.backendOf(listener.pool());
        layout.frontends.insert(
            {name, isHttp(listener.protocol()), std::min(listener.idle_timeout_ms(), kTimeMax_ms)});
        layout.fds[name] = fd->second;
        layout.routes[name] = backend.empty() ? "none" : backend;
        if (const std::string &problem = problems[listener.pool()]; !problem.empty())
            layout.problems[listener.key()] = problem;
    }
    return layout;
}

} // namespace slipway::edge
