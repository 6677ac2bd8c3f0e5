// What the edge confirms: bound ports, finished drains, the end of swaps.
#pragma once

#include "backend/core/transaction.h"

namespace slipway::core
{

void edgeConfirmed(Transaction &tx, const v1::EdgeConfirmed &confirmed);

} // namespace slipway::core
