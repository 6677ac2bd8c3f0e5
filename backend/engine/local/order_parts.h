// The orders of a host, cut into messages that are far smaller than a channel allows, without what
// the host knows already.
#pragma once

#include "slipway/v1/machine.pb.h"

#include <map>
#include <string>
#include <vector>

namespace slipway::engine
{

inline constexpr std::size_t kOrderPartBytesMax = 4 * 1024 * 1024;

// Of one connection: remembers what was told over it.
class OrderParts
{
public:
    // In the order of sending. What a deployment's instances have in common is a part of its own
    // where it is large; the core keeps it below the channel's limit.
    std::vector<v1::HostCommand> cut(const v1::HostOrders &orders);

private:
    std::map<std::string, std::string> m_told; // deployment id -> hash of what was told
};

} // namespace slipway::engine
