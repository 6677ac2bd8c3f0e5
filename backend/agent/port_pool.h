// Ports of 127.0.0.1 where several instances share it. Programs may bind and connect only to what
// they are given, so the ports that may be needed are chosen before the first program starts.
#pragma once

#include "backend/agent/agent.h"
#include "backend/agent/processes.h"
#include "slipway/v1/machine.pb.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace slipway::agent
{

class PortPool
{
public:
    // Chooses in advance only when the instance is confined. What is chosen is held until it is
    // taken, so that no neighbour is given the same.
    PortPool(const AgentOptions &options, const v1::InstanceOrder &order);
    ~PortPool();
    PortPool(const PortPool &) = delete;
    PortPool &operator=(const PortPool &) = delete;

    std::uint32_t take(); // a port that nobody has now; 0 when there is none (left)
    // What programs may bind; nothing: everything.
    const std::optional<std::vector<std::uint16_t>> &bindable() const { return m_chosen; }
    // What they may connect to; nothing: everything.
    const std::optional<std::vector<std::uint16_t>> &reachable() const { return m_reachable; }

private:
    std::deque<HeldPort> m_left;
    std::optional<std::vector<std::uint16_t>> m_chosen;
    std::optional<std::vector<std::uint16_t>> m_reachable;
};

} // namespace slipway::agent
