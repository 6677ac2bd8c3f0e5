#include "backend/fabric/dispatcher.h"

#include "backend/sys/paths.h"

#include <algorithm>
#include <utility>

namespace slipway::fabric
{

Dispatcher::Dispatcher(engine::Engine &engine, EdgeLink &edge, ContentPath content_path)
    : m_engine(engine), m_edge(edge), m_content_path(std::move(content_path))
{
}

std::int64_t Dispatcher::carryOut(const core::State &state)
{
    core::Planner::Update update = m_planner.update(state);
    sendFleet(state);
    sendOrders(state, update.orders);
    if (update.table)
        sendTable(state, *update.table);
    else
        m_tables[m_table_revision] = state.revision;
    return update.next_deadline_ms;
}

void Dispatcher::note(const std::vector<v1::Change> &changes)
{
    for (const v1::Change &change : changes)
        m_planner.note(change);
}

// The core made them from the settings; one that is taken away stays until it is empty.
engine::Fleet Dispatcher::fleetOf(const core::State &state)
{
    engine::Fleet fleet;
    for (const auto &[id, host] : state.hosts)
        fleet.hosts.push_back({id, host.fault_domain()});
    fleet.rejoin_ms = state.settings.host_rejoin_ms();
    fleet.accept_no_isolation = state.settings.accept_no_isolation();
    return fleet;
}

void Dispatcher::sendFleet(const core::State &state)
{
    engine::Fleet fleet = fleetOf(state);
    if (m_fleet == fleet)
        return;
    m_engine.setFleet(fleet);
    m_fleet = std::move(fleet);
    std::erase_if(m_sent_orders,
                  [&](const auto &sent) { return !state.hosts.contains(sent.first); });
}

void Dispatcher::sendOrders(const core::State &state, std::map<std::string, v1::HostOrders> &orders)
{
    for (auto &[host_id, wanted] : orders) {
        for (v1::DeploymentOrder &common : *wanted.mutable_deployments()) {
            const auto deployment = state.deployments.find(common.deployment_id());
            if (deployment == state.deployments.end())
                continue;
            for (v1::RoleOrder &role : *common.mutable_roles())
                role.set_content_path(
                    m_content_path(deployment->second.package_digest(), role.role().name())
                        .string());
        }
        std::string bytes = sys::contentHash(wanted.SerializeAsString());
        const auto sent = m_sent_orders.find(host_id);
        if (sent != m_sent_orders.end() && sent->second == bytes)
            continue;
        m_sent_orders[host_id] = std::move(bytes);
        wanted.set_revision(state.revision);
        m_engine.setOrders(host_id, wanted);
    }
}

void Dispatcher::sendTable(const core::State &state, v1::RoutingTable &table)
{
    std::string bytes = table.SerializeAsString();
    if (m_table_revision != 0 && bytes == m_table_bytes) {
        m_tables[m_table_revision] = state.revision;
        return;
    }
    m_table_bytes = std::move(bytes);
    m_table_revision = state.revision;
    m_tables[m_table_revision] = state.revision;
    table.set_revision(m_table_revision);
    m_edge.setTable(table);
}

void Dispatcher::reported(const v1::EdgeReport &report)
{
    m_report = report;
    m_report_is_new = true;
}

std::optional<v1::Observation> Dispatcher::confirmation()
{
    if (!m_report)
        return std::nullopt;
    const auto table = m_tables.find(m_report->applied_revision());
    const bool is_ours = table != m_tables.end();
    if (!is_ours && m_report->problem().empty())
        return std::nullopt; // of an earlier controller; ours is on its way
    if (is_ours)
        m_tables.erase(m_tables.begin(), table);
    const std::uint64_t revision = is_ours ? table->second : 0; // 0: nothing is in force
    if (!std::exchange(m_report_is_new, false) && revision <= m_confirmed_revision)
        return std::nullopt;
    m_confirmed_revision = std::max(m_confirmed_revision, revision);
    v1::Observation observation;
    v1::EdgeConfirmed &confirmed = *observation.mutable_edge_confirmed();
    confirmed.set_revision(revision);
    *confirmed.mutable_listeners() = m_report->listeners();
    *confirmed.mutable_drained() = m_report->drained();
    *confirmed.mutable_draining() = m_report->draining();
    *confirmed.mutable_probe_failed() = m_report->probe_failed();
    confirmed.set_problem(m_report->problem());
    return observation;
}

} // namespace slipway::fabric
