// Carries out the core's plan: orders to hosts, the routing table to the edge, and the edge's
// confirmations back. Sends only what changed.
#pragma once

#include "backend/core/core.h"
#include "backend/core/planner.h"
#include "backend/engine/engine.h"
#include "backend/fabric/edge_link.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace slipway::fabric
{

class Dispatcher
{
public:
    // Where a role's unpacked content lies: package digest, role name.
    using ContentPath =
        std::function<std::filesystem::path(const std::string &, const std::string &)>;

    Dispatcher(engine::Engine &engine, EdgeLink &edge, ContentPath content_path);

    // The hosts that there shall be.
    static engine::Fleet fleetOf(const core::State &state);

    // What was committed since; without it, or after forget(), everything is planned anew.
    void note(const std::vector<v1::Change> &changes);
    void forget() { m_planner.forget(); }
    // Returns when a tick is due at the latest (steady clock, ms); 0: none.
    std::int64_t carryOut(const core::State &state);
    // What the edge says of a table; told again when the state moves on but its table does not.
    void reported(const v1::EdgeReport &report);
    // What the core has to be told since the last call.
    std::optional<v1::Observation> confirmation();

    std::uint64_t confirmedRevision() const { return m_confirmed_revision; }

private:
    void sendFleet(const core::State &state);
    void sendOrders(const core::State &state, std::map<std::string, v1::HostOrders> &orders);
    void sendTable(const core::State &state, v1::RoutingTable &table);

    engine::Engine &m_engine;
    EdgeLink &m_edge;
    ContentPath m_content_path;
    core::Planner m_planner;
    std::optional<engine::Fleet> m_fleet;
    std::map<std::string, std::string> m_sent_orders; // host id -> their hash, without revision
    std::string m_table_bytes;
    std::uint64_t m_table_revision = 0;
    // Tables on their way: the revision they were sent with -> the last state that wanted them.
    std::map<std::uint64_t, std::uint64_t> m_tables;
    std::optional<v1::EdgeReport> m_report;
    bool m_report_is_new = false;
    std::uint64_t m_confirmed_revision = 0;
};

} // namespace slipway::fabric
