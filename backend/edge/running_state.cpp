#include "backend/edge/running_state.h"

#include "backend/edge/escaping.h"
#include "backend/edge/proxy_config.h"

#include <algorithm>

namespace slipway::edge
{

namespace
{

std::map<std::string, std::string> probesOf(const Layout &layout)
{
    std::map<std::string, std::string> probes;
    for (const auto &[name, backend] : layout.backends)
        if (hasHttpProbe(backend.kind))
            probes[name] = backend.probe_path;
    return probes;
}

std::string setState(const std::string &backend, const std::string &server, const char *state)
{
    return "set server " + backend + "/" + server + " state " + state;
}

// HAProxy takes a new server down at its first failed probe; a ready one has earned the usual
// number.
std::string fullHealth(const std::string &path)
{
    return "set server " + path + " health up";
}

const WantedServer *findServer(const Layout &layout, const std::string &backend,
                               const std::string &server)
{
    const auto found = layout.backends.find(backend);
    if (found == layout.backends.end())
        return nullptr;
    for (const WantedServer &wanted : found->second.servers)
        if (wanted.name == server)
            return &wanted;
    return nullptr;
}

} // namespace

void RunningState::setConfigured(const Layout &layout)
{
    m_servers.clear();
    for (const auto &[name, backend] : layout.backends)
        for (const WantedServer &server : backend.servers)
            if (!server.drain)
                m_servers[name][server.name] = {};
    m_routes = layout.routes;
    m_probes = probesOf(layout);
    m_frontends = layout.frontends;
    m_capacity = layout.capacity;
}

void RunningState::restore(const std::vector<ServerState> &servers,
                           std::map<std::string, std::string> routes,
                           std::map<std::string, std::string> probes,
                           std::set<WantedFrontend> frontends,
                           std::map<PoolKind, unsigned> capacity, std::int64_t now_ms)
{
    m_servers.clear();
    for (const ServerState &server : servers)
        m_servers[server.backend][server.server] = {server.drain, server.maintenance, now_ms};
    m_routes = std::move(routes);
    m_probes = std::move(probes);
    m_frontends = std::move(frontends);
    m_capacity = std::move(capacity);
}

std::vector<std::string> RunningState::firstTrust(const Layout &layout)
{
    std::vector<std::string> commands;
    for (const auto &[name, backend] : layout.backends)
        for (const WantedServer &server : backend.servers)
            if (backend.probed && !server.drain)
                commands.push_back(fullHealth(name + "/" + server.name));
    return commands;
}

bool RunningState::fits(const Layout &layout) const
{
    return m_frontends == layout.frontends && m_capacity == layout.capacity;
}

bool RunningState::hasBackend(const std::string &name) const
{
    for (const auto &[kind, capacity] : m_capacity)
        if (const auto number = backendNumber(name, kind))
            return *number < capacity;
    return false;
}

bool RunningState::canServe(const std::string &name, const Layout &layout) const
{
    if (name == "none")
        return true;
    if (!m_retired)
        return hasBackend(name);
    const auto held = m_servers.find(name);
    if (held == m_servers.end())
        return false;
    return std::any_of(held->second.begin(), held->second.end(), [&](const auto &server) {
        const WantedServer *wanted = findServer(layout, name, server.first);
        return wanted && !wanted->drain && !server.second.drain && !server.second.leaving;
    });
}

std::vector<std::string> RunningState::additions(const Layout &layout,
                                                 const std::string &probes_name)
{
    std::vector<std::string> commands;
    if (m_retired)
        return commands;
    for (const auto &[backend, path] : probesOf(layout)) {
        const bool known = m_probes.contains(backend);
        if (known && m_probes[backend] == path)
            continue;
        const auto word = commandWord(path);
        if (!word)
            continue; // the layout holds no such path
        commands.push_back(std::string(known ? "set" : "add") + " map " + probes_name + " " +
                           backend + " " + *word);
        m_probes[backend] = path;
    }
    for (const auto &[name, backend] : layout.backends)
        for (const WantedServer &server : backend.servers)
            if (!server.drain && hasBackend(name))
                addServer(name, backend, server, commands);
    return commands;
}

void RunningState::addServer(const std::string &backend, const WantedBackend &wanted,
                             const WantedServer &server, std::vector<std::string> &commands)
{
    const std::string path = backend + "/" + server.name;
    const auto held = m_servers[backend].find(server.name);
    const auto address = commandWord(server.address);
    if (!address)
        return; // the cell gives no such address
    if (held == m_servers[backend].end()) {
        commands.push_back("add server " + path + " " + *address + serverOptions(wanted));
        if (wanted.probed)
            commands.push_back("enable health " + path);
        commands.push_back("enable server " + path);
        if (wanted.probed)
            commands.push_back(fullHealth(path));
    } else if (held->second.drain || held->second.leaving) {
        commands.push_back(setState(backend, server.name, "ready"));
        if (wanted.probed)
            commands.push_back(fullHealth(path));
    }
    m_servers[backend][server.name] = {};
}

std::optional<std::map<std::string, std::string>> RunningState::routeChanges(const Layout &layout)
{
    std::map<std::string, std::string> routes;
    for (const WantedFrontend &frontend : m_frontends) {
        const auto wanted = layout.routes.find(frontend.name);
        const std::string backend = wanted == layout.routes.end() ? "none" : wanted->second;
        routes[frontend.name] = canServe(backend, layout) ? backend : "moved";
    }
    if (routes == m_routes)
        return {};
    m_routes = routes;
    return routes;
}

std::vector<std::string> RunningState::removals(const Layout &layout, std::int64_t now_ms)
{
    std::vector<std::string> commands;
    if (m_retired)
        return commands;
    for (auto &[backend, servers] : m_servers)
        for (auto &[name, held] : servers) {
            const WantedServer *wanted = findServer(layout, backend, name);
            if (!wanted && !held.leaving) {
                commands.push_back(setState(backend, name, "maint"));
                held = {held.drain, true, now_ms};
            } else if (wanted && wanted->drain && !held.drain && !held.leaving) {
                commands.push_back(setState(backend, name, "drain"));
                held.drain = true;
            }
        }
    return commands;
}

std::map<std::pair<std::string, std::string>, HeldServer> RunningState::leaving() const
{
    std::map<std::pair<std::string, std::string>, HeldServer> result;
    for (const auto &[backend, servers] : m_servers)
        for (const auto &[name, held] : servers)
            if (held.leaving)
                result[{backend, name}] = held;
    return result;
}

void RunningState::forget(const std::string &backend, const std::string &server)
{
    m_servers[backend].erase(server);
}

bool RunningState::holds(const std::string &backend, const std::string &server) const
{
    const auto found = m_servers.find(backend);
    return found != m_servers.end() && found->second.contains(server);
}

std::set<std::string> RunningState::backendsInUse() const
{
    std::set<std::string> result;
    for (const auto &[backend, servers] : m_servers)
        if (!servers.empty())
            result.insert(backend);
    return result;
}

} // namespace slipway::edge
