// Physical servers come up, are lost, and come back empty. Which of them exist: host_changes.h.
#pragma once

#include "backend/core/transaction.h"

namespace slipway::core
{

void hostSaidHello(Transaction &tx, const v1::HostHello &hello);
void hostWasLost(Transaction &tx, const v1::HostLost &lost);

} // namespace slipway::core
