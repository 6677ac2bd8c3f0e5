// What hosts report about instances, and what the edge's probes find.
#pragma once

#include "backend/core/transaction.h"

namespace slipway::core
{

// A status of an old generation, or from a host that is not the instance's, is ignored.
void applyStatus(Transaction &tx, const std::string &host_id, const v1::InstanceStatus &status);
// Exactly these are held to be down by their probes.
void applyProbes(Transaction &tx, const v1::EdgeConfirmed &confirmed);
void applyHappening(Transaction &tx, const std::string &host_id, const v1::Happening &happening);

} // namespace slipway::core
