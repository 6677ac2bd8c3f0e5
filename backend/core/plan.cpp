#include "backend/core/core.h"
#include "backend/core/operations.h"
#include "backend/core/plan_orders.h"
#include "backend/core/plan_table.h"

namespace slipway::core
{

Plan plan(const State &state)
{
    return {planOrders(state), planTable(state), nextDeadline(state)};
}

} // namespace slipway::core
