#include "backend/agent/peers.h"

#include "backend/sys/plain_file.h"

#include <nlohmann/json.hpp>

namespace slipway::agent
{

namespace
{
constexpr int kRetry_ms = 1000;
constexpr std::uint32_t kOtherPortStep = 20'000;
constexpr std::uint32_t kPortMax = 65'535;
} // namespace

std::string topologyText(const google::protobuf::RepeatedPtrField<v1::Peer> &peers,
                         const std::function<std::uint32_t(const v1::Peer &)> &port)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const v1::Peer &peer : peers)
        list.push_back({{"role", peer.role()},
                        {"instance", peer.instance()},
                        {"endpoint", peer.endpoint()},
                        {"protocol", protocolName(peer.protocol())},
                        {"address", peer.address()},
                        {"port", port(peer)},
                        {"ready", peer.ready()}});
    return list.dump(2) + "\n";
}

Peers::Peers(asio::io_context &io, std::filesystem::path mesh_folder,
             std::filesystem::path topology_file, std::set<std::uint32_t> own_ports,
             PortPool *shared_ports)
    : m_io(io), m_retry(io), m_mesh_folder(std::move(mesh_folder)),
      m_topology_file(std::move(topology_file)), m_own_ports(std::move(own_ports)),
      m_shared_ports(shared_ports)
{
}

std::string Peers::addressFor(const v1::Peer &peer) const
{
    return m_shared_ports ? "127.0.0.1" : peer.address();
}

bool Peers::choosePorts()
{
    if (!m_shared_ports)
        return true;
    for (const v1::Peer &peer : m_order.peers()) {
        if (peer.socket().empty() || m_chosen_ports.contains(peer.socket()))
            continue;
        const std::uint32_t port = m_shared_ports->take();
        if (port == 0)
            return false;
        m_chosen_ports[peer.socket()] = port;
    }
    return true;
}

std::uint32_t Peers::portFor(const v1::Peer &peer) const
{
    if (m_shared_ports) {
        const auto chosen = m_chosen_ports.find(peer.socket());
        return chosen == m_chosen_ports.end() ? 0 : chosen->second;
    }
    if (!m_own_ports.contains(peer.port()))
        return peer.port();
    return peer.port() + kOtherPortStep <= kPortMax ? peer.port() + kOtherPortStep
                                                    : peer.port() - kOtherPortStep;
}

Result<void> Peers::apply(const v1::InstanceOrder &order)
{
    m_order = order;
    return applyOrder();
}

Result<void> Peers::applyOrder()
{
    const bool all_have_ports = choosePorts();
    std::set<Target> wanted;
    for (const v1::Peer &peer : m_order.peers())
        if (isStream(peer.protocol()) && !peer.socket().empty() && peer.port() != 0 &&
            portFor(peer) != 0)
            wanted.insert({addressFor(peer), portFor(peer), peer.socket()});
    std::erase_if(m_joints, [&wanted](const auto &joint) { return !wanted.contains(joint.first); });
    for (const Target &target : wanted)
        m_joints.try_emplace(target);
    auto peers = m_order.peers();
    for (v1::Peer &peer : peers)
        peer.set_address(addressFor(peer));
    m_topology = topologyText(peers, [this](const v1::Peer &peer) { return portFor(peer); });
    m_is_written = false;
    const Result<void> settled = settle();
    if (all_have_ports || !settled)
        return settled;
    return failure(v1::Error::RESOURCE_EXHAUSTED, "PEERS_TOO_MANY",
                   "Some of the other instances cannot be reached: more have come than ports were "
                   "chosen for at this instance's start.");
}

Result<void> Peers::bindMissing()
{
    Result<void> result;
    for (auto &[target, joint] : m_joints) {
        if (joint)
            continue;
        auto fresh = std::make_unique<Joint>(m_io, tcpEndpoint(target.address, target.port),
                                             unixEndpoint(m_mesh_folder / target.socket));
        if (fresh->listen()) {
            joint = std::move(fresh);
            continue;
        }
        m_chosen_ports.erase(target.socket); // whoever has it may keep it
        result = failure(v1::Error::UNAVAILABLE, "PEER_NOT_BOUND",
                         "The address " + target.address + ":" + std::to_string(target.port) +
                             " of another instance is taken; it is tried again each second.");
    }
    return result;
}

// What cannot be bound or written now, the disk being full say, is tried again as a whole.
Result<void> Peers::settle()
{
    const Result<void> bound = bindMissing();
    Result<void> written;
    if (!m_is_written)
        written = sys::replaceFile(m_topology_file, m_topology, sys::Readers::Everybody);
    m_is_written = written.has_value();
    if (!bound || !written)
        retryLater();
    return written ? bound : written;
}

void Peers::retryLater()
{
    m_retry.expires_after(std::chrono::milliseconds(kRetry_ms));
    m_retry.async_wait([this](std::error_code error) {
        if (!error)
            applyOrder();
    });
}

} // namespace slipway::agent
