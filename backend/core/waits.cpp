#include "backend/core/waits.h"

#include "backend/core/lookup.h"
#include "backend/core/progress.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

std::string drainKey(const v1::RoleInstance &instance)
{
    return "drain/" + instance.deployment_id() + "/" + instance.name() + "/" +
           std::to_string(instance.drain_revision());
}

// An edge that says nothing may not keep an instance for ever.
std::int64_t drainLimit(const State &state)
{
    return state.settings.drain_limit_ms() + kEdgeSilenceLimit_ms;
}

std::string keyFor(const char *what, const v1::Operation &operation)
{
    return std::string(what) + "/" + operation.id();
}

// Every step forward begins it anew.
std::string standstillKey(const v1::Operation &operation)
{
    return keyFor("standstill", operation) + "/" + std::to_string(operation.progress_permille());
}

// A restart begins it anew, and so does whoever becomes Ready later.
std::string readyKey(const State &state, const v1::Operation &operation)
{
    std::uint64_t restarts = 0;
    std::int64_t ready_ms = 0;
    for (const v1::RoleInstance *instance : subjectsOf(state, operation)) {
        restarts += instance->restarts();
        ready_ms = std::max<std::int64_t>(ready_ms, instance->ready_time_ms());
    }
    return keyFor("ready", operation) + "/" + std::to_string(restarts) + "/" +
           std::to_string(ready_ms);
}

void begin(Transaction &tx, const std::string &what, std::int64_t limit_ms)
{
    tx.waits().try_emplace(what, Wait{tx.running(), limit_ms});
}

void beginFor(Transaction &tx, const v1::Operation &operation)
{
    if (waitsForInstances(operation)) {
        begin(tx, keyFor("failing", operation), kFailingLimit_ms);
        begin(tx, standstillKey(operation), kStandstillLimit_ms);
    }
    if (isOnProbation(tx.state(), operation))
        begin(tx, readyKey(tx.state(), operation), tx.state().settings.ready_least_ms());
    if (awaitsRoutes(operation))
        begin(tx, keyFor("routes", operation), kRoutesLimit_ms);
}

} // namespace

bool waitsForInstances(const v1::Operation &operation)
{
    const std::string &kind = operation.kind();
    return operation.state() == v1::Operation::Running &&
           (kind == "Deploy" || kind == "ChangeRoles" || kind == "Start" || kind == "Stop" ||
            kind == "Reboot" || kind == "Reimage" || kind == "Balance");
}

bool isOnProbation(const State &state, const v1::Operation &operation)
{
    if (!waitsForInstances(operation) || operation.kind() == "Stop" ||
        operation.kind() == "Balance" || state.settings.ready_least_ms() == 0)
        return false;
    const auto subjects = subjectsOf(state, operation);
    const bool some_run = std::any_of(subjects.begin(), subjects.end(), [](const auto *instance) {
        return instance->goal() == v1::RoleInstance::RUN;
    });
    return some_run && progressOf(state, operation).done;
}

bool awaitsRoutes(const v1::Operation &operation)
{
    return operation.state() == v1::Operation::Running && operation.kind() == "Swap" &&
           operation.edge_revision() != 0;
}

void beginWaits(Transaction &tx, const std::string &deployment_id)
{
    for (const v1::RoleInstance *instance : instancesOf(tx.state(), deployment_id)) {
        if (isDraining(*instance))
            begin(tx, drainKey(*instance), drainLimit(tx.state()));
    }
    for (const v1::Operation *operation : runningOperations(tx.state(), deployment_id))
        beginFor(tx, *operation);
}

void beginEndedWait(Transaction &tx, const v1::Operation &operation)
{
    begin(tx, keyFor("ended", operation), kEndedOperationsKept_ms);
}

WaitLook::~WaitLook()
{
    std::erase_if(m_tx.waits(), [this](const auto &wait) { return !m_seen.contains(wait.first); });
}

bool WaitLook::isOver(const std::string &what, std::int64_t limit_ms)
{
    m_seen.insert(what);
    Wait &wait = m_tx.waits().try_emplace(what, Wait{m_tx.running(), limit_ms}).first->second;
    wait.limit_ms = limit_ms; // it may be a setting
    return m_tx.running() - wait.since_ms >= limit_ms;
}

bool WaitLook::drainIsOver(const v1::RoleInstance &instance)
{
    return isOver(drainKey(instance), drainLimit(m_tx.state()));
}

bool WaitLook::failingIsOver(const v1::Operation &operation)
{
    return isOver(keyFor("failing", operation), kFailingLimit_ms);
}

bool WaitLook::standstillIsOver(const v1::Operation &operation)
{
    return isOver(standstillKey(operation), kStandstillLimit_ms);
}

bool WaitLook::routesAreOverdue(const v1::Operation &operation)
{
    return isOver(keyFor("routes", operation), kRoutesLimit_ms);
}

bool WaitLook::keptLongEnough(const v1::Operation &operation)
{
    return isOver(keyFor("ended", operation), kEndedOperationsKept_ms);
}

bool WaitLook::readyLongEnough(const v1::Operation &operation)
{
    return isOver(readyKey(m_tx.state(), operation), m_tx.state().settings.ready_least_ms());
}

void restartWaits(State &state)
{
    state.waits.clear();
}

} // namespace slipway::core
