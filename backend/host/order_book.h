// The controller's orders as they come in: in parts, and with what instances have in common said
// once.
#pragma once

#include "slipway/v1/machine.pb.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::host
{

// Settings, peers and probes of a whole deployment: held once, however many instances it has here.
using Common = std::shared_ptr<const v1::DeploymentOrder>;

struct WholeOrder {
    v1::InstanceOrder order; // with its role
    Common common;           // never null
};

class OrderBook
{
public:
    // A new connection tells everything anew. What is known stays until then: it is compared, so
    // that nobody is told again what has not changed.
    void begin() { m_open.clear(); }
    // All that this host shall run, with the last part; nothing before.
    std::optional<std::vector<WholeOrder>> take(const v1::HostOrders &part);

private:
    void learn(const v1::DeploymentOrder &common);

    std::map<std::string, Common> m_common; // by deployment id
    std::vector<v1::InstanceOrder> m_open;  // of the parts before the last one
};

} // namespace slipway::host
