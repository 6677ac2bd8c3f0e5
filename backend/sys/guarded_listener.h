// A listener (sys/local_listener) with a thread of its own, which lets in only whom
// sys::whyNotTrusted() has nothing against, and no more than a number at once.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>
#include <functional>
#include <memory>

namespace slipway::sys
{

class GuardedListener
{
public:
    // Takes over the descriptor, which does not block. On the listener's thread.
    using Accepted = std::function<void(int fd)>;

    virtual ~GuardedListener() = default; // stops
    virtual void start(Accepted accepted) = 0;
    // Waits for the listener's thread: nobody is accepted any more, and the socket's file is gone.
    virtual void stop() = 0;
};

// Whether this platform can tell who connects.
bool canGuardListeners();

// Binds `socket`, in a folder that is private already, with mode 0600; a socket that an earlier
// life of this user left there is removed. From start() on it is made anew when it is swept away.
// ADDRESS_NOT_BOUND.
Result<std::unique_ptr<GuardedListener>> listenGuarded(const std::filesystem::path &socket,
                                                       std::size_t connections_max);

} // namespace slipway::sys
