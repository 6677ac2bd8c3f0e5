// Ports of 127.0.0.1 where several instances share it. Programs may connect only to what they are
// given, so the ports that may be needed are chosen before the first program starts.
#pragma once

#include "backend/agent/agent.h"
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
    // Chooses nothing in advance unless the instance is confined and may not reach the outside.
    PortPool(const AgentOptions &options, const v1::InstanceOrder &order);

    std::uint32_t take(); // a port that nobody has now; 0 when there is none
    // What programs may connect to; nothing: everything.
    const std::optional<std::vector<std::uint16_t>> &reachable() const { return m_reachable; }

private:
    std::deque<std::uint16_t> m_left;
    std::optional<std::vector<std::uint16_t>> m_reachable;
};

} // namespace slipway::agent
