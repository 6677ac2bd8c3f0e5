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
    std::filesystem::path logSocket() const { return folder / "log.sock"; }
    std::filesystem::path output() const { return folder / "haproxy.log"; }
    void remove() const; // the files of this generation; missing ones are no error

private:
    std::filesystem::path of(const char *prefix, const char *suffix) const
    {
        return folder / (prefix + std::to_string(generation) + suffix);
    }
};

struct ProxyLimits {
    unsigned threads = 1;
    unsigned connections = 1000;
};
// As many as the hardware has threads and the limit of open files allows.
ProxyLimits machineLimits();

// Routes and servers are written too: a restarted HAProxy must not answer 503 before the keeper
// gets round to it. Draining servers are left out, since no connection of theirs can be left.
std::string configText(const Layout &layout, const ProxyFiles &files, const ProxyLimits &limits);
std::string routesText(const Layout &layout);
std::string probesText(const Layout &layout);

// Options behind "server <name> <address>" and behind "add server <name> <address>".
std::string serverOptions(const WantedBackend &backend);

} // namespace slipway::edge
