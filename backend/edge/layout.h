// What HAProxy shall look like for one routing table: pure data, computed without touching it.
#pragma once

#include "backend/edge/proxy_cell.h"
#include "slipway/v1/machine.pb.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::edge
{

// How a backend is written into the configuration. HAProxy cannot change this at run time, so spare
// backends of each kind stand ready and a new deployment needs no reload.
enum class PoolKind { Http, HttpWithHttpProbe, Tcp, TcpWithHttpProbe };
inline constexpr PoolKind kPoolKinds[] = {PoolKind::Http, PoolKind::HttpWithHttpProbe,
                                          PoolKind::Tcp, PoolKind::TcpWithHttpProbe};

PoolKind kindOf(const v1::Pool &pool);
std::string kindName(PoolKind kind); // also the first part of its backends' names
bool isHttp(PoolKind kind);
bool hasHttpProbe(PoolKind kind);
bool isHttp(v1::Protocol protocol);
bool isServed(v1::Protocol protocol); // HTTP or TCP: what this version can balance

struct ServerKey { // an instance
    std::string deployment_id;
    std::string instance;
    auto operator<=>(const ServerKey &) const = default;
};

struct WantedServer {
    std::string name;    // unique in its backend: instance and hashed target
    std::string address; // as HAProxy writes it: "unix@/path" or "ipv4@host:port"
    bool drain = false;
    ServerKey id;
    bool operator==(const WantedServer &) const = default;
};

struct WantedBackend {
    std::string pool;
    std::string deployment_id;
    PoolKind kind = PoolKind::Http;
    std::vector<WantedServer> servers;
    bool probed = false;
    std::string probe_path;
    std::uint32_t probe_interval_s = 0;
    std::uint32_t probe_failures = 0; // so many in a row hold a server to be down
    bool operator==(const WantedBackend &) const = default;
};

// Only a change of these needs a reload.
struct WantedFrontend {
    std::string name; // also its key in the routes' map
    bool http = true;
    std::uint32_t idle_timeout_ms = 0;
    auto operator<=>(const WantedFrontend &) const = default;
};

struct Layout {
    std::uint64_t revision = 0;
    std::uint32_t drain_limit_ms = 30'000;
    std::set<WantedFrontend> frontends;
    std::map<std::string, int> fds;                // by frontend
    std::map<std::string, std::string> routes;     // frontend to backend
    std::map<std::string, WantedBackend> backends; // those in use, by name
    std::map<PoolKind, unsigned> capacity;         // backends of each kind in the configuration
    // What of it is not brought about, and why: by listener key. The rest is in force all the same.
    std::map<std::string, std::string> problems;
};

// More backends than this are not written, whatever a table or a file asks for.
inline constexpr unsigned kCapacityMax = 20'000;

std::string frontendName(const std::string &listener_key);
std::string serverName(const v1::PoolServer &server);
// The number behind "http-" in the name of a backend of this kind; nothing for other names.
std::optional<unsigned> backendNumber(const std::string &backend, PoolKind kind);
// Why no HAProxy can serve this pool as it stands; empty: it can.
std::string poolProblem(const v1::Pool &pool);

// Which backend stands for which pool. The names last as long as a pool is wanted or its old
// backend still has servers.
class BackendBook
{
public:
    // Gives every pool of the table a backend of its kind that nobody else has. `busy` names
    // backends that still hold servers of a former pool. Returns whether the capacity had to grow.
    bool assign(const v1::RoutingTable &table, const std::set<std::string> &busy);
    std::string backendOf(const std::string &pool) const; // empty: none

    const std::map<PoolKind, unsigned> &capacity() const { return m_capacity; }
    const std::map<std::string, std::string> &assignments() const { return m_backend_by_pool; }
    void restore(std::map<std::string, std::string> backend_by_pool,
                 std::map<PoolKind, unsigned> capacity);
    // After a start from a fresh configuration: spares for every kind beyond what is in use.
    void provision();

private:
    std::string freeBackend(PoolKind kind, const std::set<std::string> &taken);

    std::map<std::string, std::string> m_backend_by_pool;
    std::map<PoolKind, unsigned> m_capacity;
};

// Routes of listeners without a pool lead to the backend `none`. Pools named in `left_out` get no
// servers, for the reason given there; neither do servers whose address the cell does not allow.
Layout makeLayout(const v1::RoutingTable &table, const BackendBook &book,
                  const std::map<std::string, int> &fd_by_listener, const ProxyCell &cell,
                  const std::map<std::string, std::string> &left_out = {});

} // namespace slipway::edge
