// Which hosts there are follows from the settings. One that is taken away is emptied first: its
// instances move to other hosts, so that their roles go on serving.
#pragma once

#include "backend/core/transaction.h"

namespace slipway::core
{

// Makes the hosts that the settings ask for, with their nominal capacity and fault domain; those
// beyond are removed when they are empty, and leave as soon as they are.
void makeHosts(Transaction &tx);
void makeHost(Transaction &tx, const std::string &id);
// Perhaps its last instance: what waited for that is done now.
void hostWasLeft(Transaction &tx, const std::string &id);
// The next instances that move from leaving hosts; of those that serve, one update domain at a
// time, and none before there is room for it.
void advanceMoves(Transaction &tx, const std::string &deployment_id);

// There is more room: who waits for it on a leaving host is looked at before the commit.
void markMovers(Transaction &tx);

std::vector<InstanceKey> instancesOn(const State &state, const std::string &host_id);

// May the settings be changed so? The hosts that stay must have room for what the others hold, and
// cannot become smaller than what they hold themselves.
std::optional<v1::Error> refuseHosts(const State &state, const v1::Settings &wanted);
// What happens to hosts and instances, in sentences.
std::vector<std::string> previewHosts(const State &state, const v1::Settings &wanted);

} // namespace slipway::core
