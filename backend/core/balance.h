// Spreading a role over fault domains and hosts again, after hosts were away or came new. Nobody is
// moved for that without being asked: a move costs an instance its disks.
#pragma once

#include "backend/core/command.h"

namespace slipway::core
{

struct BalanceMove {
    InstanceKey instance;
    std::string from;
    std::string to;
    bool operator==(const BalanceMove &) const = default;
};

// The moves that would make the role as even as the room on the hosts allows, in their order; none:
// it is balanced. Each is an improvement of its own: the instance leaves a fault domain (or a host)
// that has at least two more of the role than where it goes.
std::vector<BalanceMove> planBalance(const State &state, const std::string &deployment_id,
                                     const std::string &role);

// validate_only previews the moves; check "B1" says whether there are any.
Result<Prepared> prepareBalance(const State &state, const v1::Command &command);
// The next move of a running balance: one instance at a time, and only while all others serve.
void advanceBalance(Transaction &tx, const std::string &deployment_id);

} // namespace slipway::core
