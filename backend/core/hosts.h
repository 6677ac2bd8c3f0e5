// Physical servers: they exist as the settings say, come up, are lost, and come back empty.
#pragma once

#include "backend/core/transaction.h"

namespace slipway::core
{

// Makes the hosts that the settings ask for, with their nominal capacity; removes those beyond.
void makeHosts(Transaction &tx);
void hostSaidHello(Transaction &tx, const v1::HostHello &hello);
void hostWasLost(Transaction &tx, const v1::HostLost &lost);

} // namespace slipway::core
