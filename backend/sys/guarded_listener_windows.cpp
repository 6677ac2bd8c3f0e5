#include "backend/sys/guarded_listener.h"

namespace slipway::sys
{

// The folder's access rights are the door here.
bool canGuardListeners()
{
    return false;
}

Result<std::unique_ptr<GuardedListener>> listenGuarded(const std::filesystem::path &socket,
                                                       std::size_t)
{
    return failure(v1::Error::UNAVAILABLE, "ADDRESS_NOT_BOUND",
                   "Sockets are not guarded on this platform.", socket.string());
}

} // namespace slipway::sys
