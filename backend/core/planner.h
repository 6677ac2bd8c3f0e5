// The plan, kept up to date at the price of what changed. Says the same as plan(): what it leaves
// out is what it said before.
#pragma once

#include "backend/core/core.h"

#include <optional>
#include <set>

namespace slipway::core
{

class Planner
{
public:
    // A change that is in the state now. Forgetting one makes the plan stale, so: all of them, or
    // forget().
    void note(const v1::Change &change);
    // The state is another one; everything is planned anew.
    void forget();

    struct Update {
        // Of every host whose orders may have changed. A host that is gone has none.
        std::map<std::string, v1::HostOrders> orders;
        std::optional<v1::RoutingTable> table; // nothing: as before
        std::int64_t next_deadline_ms = 0;     // as in Plan
    };
    Update update(const State &state);

private:
    void noteInstance(const InstanceKey &key);
    void resolve(const State &state);
    void rememberHosts(const State &state);

    std::map<InstanceKey, std::string> m_host_of; // as it was planned
    std::set<InstanceKey> m_instances;            // these changed
    std::set<std::string> m_deployments;
    std::set<std::string> m_services;
    std::set<std::string> m_hosts; // to be planned
    bool m_all = true;
    bool m_table = true;
};

} // namespace slipway::core
