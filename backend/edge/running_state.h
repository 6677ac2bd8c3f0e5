// What one HAProxy process holds right now, and the commands that bring it to a wanted layout.
#pragma once

#include "backend/edge/layout.h"
#include "backend/edge/statistics.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::edge
{

struct HeldServer {
    bool drain = false;
    bool leaving = false; // in maintenance, to be deleted when its last connection is gone
    std::int64_t leaving_since_ms = 0;
};

class RunningState
{
public:
    void setConfigured(const Layout &layout); // after a start with this layout's configuration
    void restore(const std::vector<ServerState> &servers, std::map<std::string, std::string> routes,
                 std::map<std::string, std::string> probes, std::set<WantedFrontend> frontends,
                 std::map<PoolKind, unsigned> capacity, std::int64_t now_ms);

    // A stopping HAProxy refuses to change its servers: from now on only routes are kept right, and
    // those that lead to servers it has not got are turned to `moved`.
    void setRetired() { m_retired = true; }

    // Whether the layout can be reached by commands alone.
    bool fits(const Layout &layout) const;

    // Each returns commands and assumes that they will work. The order matters: servers are there
    // before a route leads to them, and leave after no route does.
    std::vector<std::string> additions(const Layout &layout, const std::string &probes_name);
    // After a start: what the configuration cannot say about its probed servers.
    static std::vector<std::string> firstTrust(const Layout &layout);
    // Empty: the routes are right already. Routes to backends that this process has not got lead to
    // `moved`.
    std::optional<std::map<std::string, std::string>> routeChanges(const Layout &layout);
    std::vector<std::string> removals(const Layout &layout, std::int64_t now_ms);

    std::map<std::pair<std::string, std::string>, HeldServer> leaving() const;
    void forget(const std::string &backend, const std::string &server);
    bool holds(const std::string &backend, const std::string &server) const;
    std::set<std::string> backendsInUse() const;

    const std::set<WantedFrontend> &frontends() const { return m_frontends; }
    const std::map<std::string, std::string> &routes() const { return m_routes; }

private:
    bool hasBackend(const std::string &name) const;
    bool canServe(const std::string &name, const Layout &layout) const;
    void addServer(const std::string &backend, const WantedBackend &wanted,
                   const WantedServer &server, std::vector<std::string> &commands);

    std::map<std::string, std::map<std::string, HeldServer>> m_servers; // by backend, name
    std::map<std::string, std::string> m_routes;
    std::map<std::string, std::string> m_probes;
    std::set<WantedFrontend> m_frontends;
    std::map<PoolKind, unsigned> m_capacity;
    bool m_retired = false;
};

} // namespace slipway::edge
