#include "backend/host/host.h"

namespace slipway::host
{

int runHost(const HostOptions &)
{
    return 1;
}

} // namespace slipway::host
