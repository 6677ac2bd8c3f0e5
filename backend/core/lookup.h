// Questions about the state that many rooms of the core ask.
#pragma once

#include "backend/core/core.h"

#include <functional>
#include <string_view>

namespace slipway::core
{

inline constexpr std::int64_t kEndedOperationsKept_ms = 10 * 60 * 1000; // in the state
inline constexpr std::size_t kEndedOperationsMax = 200; // of them; the store has the earlier ones
inline constexpr std::int64_t kRoutesLimit_ms = 60 * 1000; // for the edge to take a swap's routes
inline constexpr std::int64_t kEdgeSilenceLimit_ms = 10 * 1000;

const v1::CloudService *findService(const State &state, const std::string &name);
const v1::Deployment *findDeployment(const State &state, const std::string &id);
const v1::RoleInstance *findInstance(const State &state, const std::string &deployment_id,
                                     const std::string &name);
const v1::Host *findHost(const State &state, const std::string &id);

const v1::Slot &slotOf(const v1::CloudService &service, v1::SlotKind kind);
v1::Slot &slotOf(v1::CloudService &service, v1::SlotKind kind);
const char *slotName(v1::SlotKind kind); // "production", "staging"

const v1::RoleDefinition *findRole(const v1::ServiceDefinition &definition,
                                   const std::string &role);
const v1::RoleConfiguration *findRole(const v1::ServiceConfiguration &configuration,
                                      const std::string &role);
const v1::RoleGoal *findGoal(const v1::Deployment &deployment, const std::string &role);

// In the order of their names, all of one deployment or of one of its roles.
std::vector<const v1::RoleInstance *> instancesOf(const State &state,
                                                  const std::string &deployment_id);
std::vector<const v1::RoleInstance *>
instancesOf(const State &state, const std::string &deployment_id, const std::string &role);
InstanceKey keyOf(const v1::RoleInstance &instance);

// The slot of its service says so; a deployment that is being deleted is in none.
bool isInSlot(const State &state, const v1::Deployment &deployment);

// Where the edge reaches an endpoint of it; nullptr: nowhere.
const std::string *targetOf(const v1::RoleInstance &instance, const std::string &endpoint);
// The edge sends requests to it, or still waits for the last ones.
bool isServed(const v1::RoleDefinition &role, const v1::RoleInstance &instance);
bool isDraining(const v1::RoleInstance &instance);
// It starts again and again, or does not start at all.
bool isFailing(const v1::RoleInstance &instance);

// The running operations that change this deployment, in the order of their ids.
std::vector<const v1::Operation *> runningOperations(const State &state,
                                                     const std::string &deployment_id);
// The one of this kind; nullptr: none.
const v1::Operation *runningOperation(const State &state, const std::string &deployment_id,
                                      std::string_view kind);

// "1,184"
std::string withThousands(std::uint64_t number);
// "1 instance", "3 instances"
std::string counted(std::uint64_t number, const std::string &noun);
// "1.75 GiB", "6,839.81 GiB"
std::string gibibytes(std::uint64_t bytes);

} // namespace slipway::core
