// How a role instance comes and goes: created, taken out of rotation, restarted, stopped, removed.
// Every way out of service leads over beginLeaving() and, once the edge holds no request of it any
// more, finishDraining().
#pragma once

#include "backend/core/transaction.h"

#include <set>

namespace slipway::core
{

// State, reason and times; ready_time_ms follows the state. The same state keeps its time.
void setState(Transaction &tx, v1::RoleInstance &instance, v1::RoleInstance::State state,
              const std::string &reason, std::int64_t time_ms = 0);

// Ranges of user ids that no instance has, the lowest first.
class UidSlots
{
public:
    explicit UidSlots(const State &state);
    std::uint32_t take();

private:
    std::set<std::uint32_t> m_used;
    std::uint32_t m_next = 1;
};

// Makes instance `index` of a role, not yet placed.
void createInstance(Transaction &tx, const v1::Deployment &deployment, const v1::RoleGoal &goal,
                    std::uint32_t index, std::uint32_t uid_slot);

// Whose wish a stop is decides how long its programs may take. Scaling in, resizing and moving
// count as the fabric's: it chooses who stops, and when.
enum class Wish { OfPerson, OfFabric };

// The instance shall stop, go away or restart: out of rotation first.
void stopInstance(Transaction &tx, const InstanceKey &key, const std::string &reason);
void deleteInstance(Transaction &tx, const InstanceKey &key, const std::string &reason, Wish wish);
void restartInstance(Transaction &tx, const InstanceKey &key, v1::RoleInstance::Restart how,
                     const std::string &reason);
// Stopped ones only.
void startInstance(Transaction &tx, const InstanceKey &key);

// The edge holds no request of it any more: what was asked for is done now.
void finishDraining(Transaction &tx, const InstanceKey &key);
// Nothing of it is left on its host.
void instanceGone(Transaction &tx, const InstanceKey &key, const std::string &reason);
// Its host is dead for good: what has to run gets a new place and new disks.
void leaveLostHost(Transaction &tx, const InstanceKey &key, const std::string &reason);

} // namespace slipway::core
