#include "backend/host/order_book.h"

#include "backend/proto/orders.h"

#include <spdlog/spdlog.h>

namespace slipway::host
{

void OrderBook::learn(const v1::DeploymentOrder &common)
{
    Common &known = m_common[common.deployment_id()];
    if (!known || known->SerializeAsString() != common.SerializeAsString())
        known = std::make_shared<const v1::DeploymentOrder>(common);
}

std::optional<std::vector<WholeOrder>> OrderBook::take(const v1::HostOrders &part)
{
    for (const v1::DeploymentOrder &common : part.deployments())
        learn(common);
    m_open.insert(m_open.end(), part.instances().begin(), part.instances().end());
    if (part.revision() == 0)
        return std::nullopt;
    std::map<std::string, Common> needed;
    std::vector<WholeOrder> orders;
    for (v1::InstanceOrder &order : m_open) {
        Common &common = m_common[order.deployment_id()];
        if (!common) {
            spdlog::error("Nothing was told of deployment {}, which {} belongs to.",
                          order.deployment_id(), order.name());
            common = std::make_shared<const v1::DeploymentOrder>();
        }
        needed[order.deployment_id()] = common;
        addRole(order, *common);
        orders.push_back({std::move(order), common});
    }
    m_common = std::move(needed);
    m_open.clear();
    return orders;
}

} // namespace slipway::host
