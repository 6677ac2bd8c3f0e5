#include "backend/edge/layout.h"

#include "backend/sys/paths.h"

#include <algorithm>
#include <cctype>

namespace slipway::edge
{

namespace
{

constexpr std::size_t kServerNameMax = 60;
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
    const std::string prefix = kindName(kind) + "-";
    return backend.starts_with(prefix) &&
           backend.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
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

std::string frontendName(const std::string &listener_key)
{
    return "f-" + sys::shortHash(listener_key);
}

std::string serverName(const v1::PoolServer &server)
{
    std::string name = server.instance().substr(0, kServerNameMax);
    std::replace_if(
        name.begin(), name.end(),
        [](unsigned char c) { return !(std::isalnum(c) || c == '_' || c == '-') || c > 127; }, '_');
    return name + "." + sys::shortHash(server.instance() + " " + server.target());
}

std::string serverAddress(const std::string &target)
{
    return target.starts_with("unix:") ? "unix@" + target.substr(5) : target;
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
        m_capacity[kind] = number + 1 + sparesOf(kind);
    return nameOf(kind, number);
}

void BackendBook::provision()
{
    for (const PoolKind kind : kPoolKinds) {
        unsigned used = 0;
        for (const auto &[pool, backend] : m_backend_by_pool)
            if (belongsTo(backend, kind))
                used = std::max(
                    used, unsigned(std::stoul(backend.substr(kindName(kind).size() + 1))) + 1);
        m_capacity[kind] = std::max(m_capacity[kind], used + sparesOf(kind));
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
}

namespace
{

WantedBackend makeBackend(const v1::Pool &pool)
{
    WantedBackend backend;
    backend.pool = pool.id();
    backend.deployment_id = pool.deployment_id();
    backend.kind = kindOf(pool);
    for (const v1::PoolServer &server : pool.servers())
        if (!server.target().empty())
            backend.servers.push_back({serverName(server),
                                       serverAddress(server.target()),
                                       server.drain(),
                                       {pool.deployment_id(), server.instance()}});
    if (pool.has_probe()) {
        const std::uint32_t interval_s = pool.probe().interval_s();
        const std::uint32_t timeout_s = pool.probe().timeout_s();
        backend.probed = true;
        backend.probe_path = pool.probe().path().empty() ? "/" : pool.probe().path();
        backend.probe_interval_s = interval_s == 0 ? kProbeInterval_s : interval_s;
        backend.probe_failures = std::max<std::uint32_t>(
            1, (timeout_s == 0 ? kProbeTimeout_s : timeout_s) / backend.probe_interval_s);
    }
    return backend;
}

} // namespace

Layout makeLayout(const v1::RoutingTable &table, const BackendBook &book,
                  const std::map<std::string, int> &fd_by_listener)
{
    Layout layout;
    layout.revision = table.revision();
    if (table.drain_limit_ms() > 0)
        layout.drain_limit_ms = table.drain_limit_ms();
    layout.capacity = book.capacity();
    for (const v1::Pool &pool : table.pools())
        layout.backends[book.backendOf(pool.id())] = makeBackend(pool);
    for (const v1::Listener &listener : table.listeners()) {
        const auto fd = fd_by_listener.find(listener.key());
        if (fd == fd_by_listener.end())
            continue;
        const std::string name = frontendName(listener.key());
        const std::string backend = book.backendOf(listener.pool());
        layout.frontends.insert({name, isHttp(listener.protocol()), listener.idle_timeout_ms()});
        layout.fds[name] = fd->second;
        layout.routes[name] = backend.empty() ? "none" : backend;
    }
    return layout;
}

} // namespace slipway::edge
