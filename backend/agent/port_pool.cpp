#include "backend/agent/port_pool.h"

#include "backend/agent/processes.h"

#include <set>

namespace slipway::agent
{

namespace
{
constexpr int kSpare = 64; // for instances that come later
} // namespace

PortPool::PortPool(const AgentOptions &options, const v1::InstanceOrder &order)
{
    if (!options.confined || order.outside_access())
        return;
    const int wanted = order.role().endpoints_size() + 1 + order.peers_size() + kSpare;
    std::set<std::uint16_t> chosen;
    for (int i = 0; i < wanted; ++i)
        if (const std::uint32_t port = findFreePort(); port != 0)
            chosen.insert(std::uint16_t(port));
    m_left.assign(chosen.begin(), chosen.end());
    m_reachable.emplace(chosen.begin(), chosen.end());
}

std::uint32_t PortPool::take()
{
    if (m_left.empty())
        return findFreePort();
    const std::uint16_t port = m_left.front();
    m_left.pop_front();
    return port;
}

} // namespace slipway::agent
