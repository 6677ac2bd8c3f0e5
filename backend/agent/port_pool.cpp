#include "backend/agent/port_pool.h"

namespace slipway::agent
{

namespace
{
constexpr int kSpare = 64; // for instances that come later
} // namespace

PortPool::PortPool(const AgentOptions &options, const v1::InstanceOrder &order)
{
    if (!options.confined)
        return;
    const int wanted = order.role().endpoints_size() + 1 + order.peers_size() + kSpare;
    m_chosen.emplace();
    for (int i = 0; i < wanted; ++i)
        if (const HeldPort held = holdFreePort(); held.port != 0) {
            m_left.push_back(held);
            m_chosen->push_back(held.port);
        }
    if (!order.outside_access())
        m_reachable = m_chosen;
}

PortPool::~PortPool()
{
    for (HeldPort &held : m_left)
        letGo(held);
}

std::uint32_t PortPool::take()
{
    if (!m_chosen)
        return findFreePort();
    if (m_left.empty())
        return 0;
    HeldPort held = m_left.front();
    m_left.pop_front();
    letGo(held);
    return held.port;
}

} // namespace slipway::agent
