#include "backend/sys/socket_trust.h"

namespace slipway::sys
{

// Folders below the user's own profile are closed to others by default.
Result<void> checkSocketTrust(const std::filesystem::path &)
{
    return {};
}

} // namespace slipway::sys
