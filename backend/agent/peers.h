// The other instances as this one sees them: addresses of its own loopback that lead to their
// sockets, and the topology file that lists them.
#pragma once

#include "backend/agent/joint.h"
#include "backend/agent/port_pool.h"
#include "backend/agent/role_environment.h"

#include <map>
#include <set>

namespace slipway::agent
{

class Peers
{
public:
    // `own_ports` are bound by the role's program, perhaps on every address: a peer with the same
    // port gets another one here, which the topology tells. Instances that share the machine's
    // loopback have `shared_ports`, and each joins its peers at some of them on 127.0.0.1.
    Peers(asio::io_context &io, std::filesystem::path mesh_folder,
          std::filesystem::path topology_file, std::set<std::uint32_t> own_ports,
          PortPool *shared_ports = nullptr);

    // Makes listeners and file match this order; what stays the same is not touched. Says in the
    // error what could not be bound; it is tried again each second, at another shared port.
    // PEERS_TOO_MANY: the shared ports are used up, and only a new start chooses more.
    Result<void> apply(const v1::InstanceOrder &order);

private:
    struct Target {
        std::string address;
        std::uint32_t port = 0;
        std::string socket;
        auto operator<=>(const Target &) const = default;
    };
    std::string addressFor(const v1::Peer &peer) const;
    std::uint32_t portFor(const v1::Peer &peer) const;
    bool choosePorts(); // false: not for all
    Result<void> bindMissing();
    void retryLater();
    Result<void> settle();
    Result<void> applyOrder();

    asio::io_context &m_io;
    asio::steady_timer m_retry;
    std::filesystem::path m_mesh_folder;
    std::filesystem::path m_topology_file;
    std::set<std::uint32_t> m_own_ports;
    v1::InstanceOrder m_order; // the last one
    std::string m_topology;    // as the file shall be
    bool m_is_written = true;
    std::map<Target, std::unique_ptr<Joint>> m_joints; // null: not bound yet
    PortPool *m_shared_ports;
    std::map<std::string, std::uint32_t> m_chosen_ports; // by socket; of the shared ones
};

// [{"role","instance","endpoint","protocol","address","port","ready"}], `port` by the function.
std::string topologyText(const google::protobuf::RepeatedPtrField<v1::Peer> &peers,
                         const std::function<std::uint32_t(const v1::Peer &)> &port);

} // namespace slipway::agent
