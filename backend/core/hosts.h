// Physical servers come up, are lost, and come back empty. Which of them exist: host_changes.h.
#pragma once

#include "backend/core/transaction.h"

namespace slipway::core
{

void hostSaidHello(Transaction &tx, const v1::HostHello &hello);
// The hosts that were lost together are no longer waited for when their time is over.
void releaseLostHosts(Transaction &tx);
void hostWasLost(Transaction &tx, const v1::HostLost &lost);

} // namespace slipway::core
