// What the core waits for, and for how long at most. A wait begins when its cause is first seen and
// is forgotten with it; it is judged by running time alone (Context::running_ms).
#pragma once

#include "backend/core/transaction.h"

namespace slipway::core
{

inline constexpr std::int64_t kFailingLimit_ms = 30 * 60 * 1000;    // all that is not Ready fails
inline constexpr std::int64_t kStandstillLimit_ms = 60 * 60 * 1000; // no progress of any kind

// Begins what an operation or an instance of the deployment waits for.
void beginWaits(Transaction &tx, const std::string &deployment_id);
// How long an operation that has ended stays in the state.
void beginEndedWait(Transaction &tx, const v1::Operation &operation);

// One look at everything that is waited for: what is not asked about any more is forgotten.
class WaitLook
{
public:
    explicit WaitLook(Transaction &tx) : m_tx(tx) {}
    ~WaitLook();
    WaitLook(const WaitLook &) = delete;
    WaitLook &operator=(const WaitLook &) = delete;

    bool drainIsOver(const v1::RoleInstance &instance);
    bool failingIsOver(const v1::Operation &operation);
    bool standstillIsOver(const v1::Operation &operation);
    bool routesAreOverdue(const v1::Operation &operation);
    bool keptLongEnough(const v1::Operation &operation);
    bool readyLongEnough(const v1::Operation &operation);

private:
    bool isOver(const std::string &what, std::int64_t limit_ms);

    Transaction &m_tx;
    std::set<std::string> m_seen;
};

// Waits for instances to come to where it wants them.
bool waitsForInstances(const v1::Operation &operation);
// Everything has arrived, and it is watched whether that lasts (Settings.ready_least_ms).
bool isOnProbation(const State &state, const v1::Operation &operation);
// A swap whose routes the edge has not confirmed.
bool awaitsRoutes(const v1::Operation &operation);

} // namespace slipway::core
