// HAProxy's configuration and map files as text.
#pragma once

#include "backend/edge/layout.h"

#include <filesystem>

namespace slipway::edge
{

// The files of one HAProxy process. Each start has its own number, so that two processes can live
// side by side during a reload.
struct ProxyFiles {
    std::filesystem::path folder;
    std::uint64_t generation = 0;

    std::filesystem::path config() const { return of("haproxy-", ".cfg"); }
    std::filesystem::path routes() const { return of("routes-", ".map"); }
    std::filesystem::path probes() const { return of("probes-", ".map"); }
    std::filesystem::path commandSocket() const { return of("cli-", ".sock"); }
    // Outside of what HAProxy may write: its output.
    std::filesystem::path output() const { return folder.parent_path() / "haproxy.log"; }
    void remove() const; // the files of this generation; missing ones are no error
    // Those of generations that nobody runs any more.
    static void removeOthers(const std::filesystem::path &folder,
                             const std::set<std::uint64_t> &generations);

    // As HAProxy calls them in its configuration and in commands: it runs in `folder`.
    std::string routesName() const { return routes().filename().string(); }
    std::string probesName() const { return probes().filename().string(); }

private:
    std::filesystem::path of(const char *prefix, const char *suffix) const
    {
        return folder / (prefix + std::to_string(generation) + suffix);
    }
};

struct ProxyLimits {
    unsigned threads = 1;
    unsigned connections = 1000; // of all listeners together
};
// As many as the hardware has threads and the limit of open files allows, less what HAProxy needs
// for itself and this layout.
ProxyLimits machineLimits(const Layout &layout);
ProxyLimits limitsFor(std::uint64_t open_files, unsigned threads, const Layout &layout);
// What one listener may hold of them: no listener takes another one's share.
unsigned connectionsPerListener(const ProxyLimits &limits, std::size_t listeners);
// What the operator should know about the limit of open files; empty: it is high enough.
std::string limitProblem(const ProxyLimits &limits, std::size_t listeners);

// Routes and servers are written too: a restarted HAProxy must not answer 503 before the keeper
// gets round to it. Draining servers are left out, since no connection of theirs can be left.
std::string configText(const Layout &layout, const ProxyFiles &files, const ProxyLimits &limits,
                       const ProxyCell &cell);
std::string routesText(const Layout &layout);
std::string probesText(const Layout &layout);

// Options behind "server <name> <address>" and behind "add server <name> <address>".
std::string serverOptions(const WantedBackend &backend);

} // namespace slipway::edge
