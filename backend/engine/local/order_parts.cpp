#include "backend/engine/local/order_parts.h"

#include "backend/sys/paths.h"

namespace slipway::engine
{

namespace
{

class Cutter
{
public:
    template <typename Message, typename Add> void add(const Message &message, Add place)
    {
        const std::size_t size = message.ByteSizeLong() + 8;
        if (m_bytes > 0 && m_bytes + size > kOrderPartBytesMax)
            m_parts.emplace_back();
        m_bytes = m_parts.size() > m_begun ? size : m_bytes + size;
        m_begun = m_parts.size();
        *place(*m_parts.back().mutable_orders()) = message;
    }
    std::vector<v1::HostCommand> finish(std::uint64_t revision)
    {
        m_parts.back().mutable_orders()->set_revision(revision);
        return std::move(m_parts);
    }

private:
    std::vector<v1::HostCommand> m_parts{1};
    std::size_t m_begun = 1;
    std::size_t m_bytes = 0; // of the last part
};

} // namespace

std::vector<v1::HostCommand> OrderParts::cut(const v1::HostOrders &orders)
{
    Cutter cutter;
    std::map<std::string, std::string> told;
    for (const v1::DeploymentOrder &common : orders.deployments()) {
        std::string hash = sys::contentHash(common.SerializeAsString());
        const auto before = m_told.find(common.deployment_id());
        if (before == m_told.end() || before->second != hash)
            cutter.add(common, [](v1::HostOrders &part) { return part.add_deployments(); });
        told[common.deployment_id()] = std::move(hash);
    }
    m_told = std::move(told);
    for (const v1::InstanceOrder &order : orders.instances())
        cutter.add(order, [](v1::HostOrders &part) { return part.add_instances(); });
    return cutter.finish(orders.revision());
}

} // namespace slipway::engine
