#include "backend/edge/edge.h"

namespace slipway::edge
{

int runEdge(const EdgeOptions &)
{
    return 1;
}

} // namespace slipway::edge
