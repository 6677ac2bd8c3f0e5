// A listening Unix socket that one process makes and another one serves.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>

namespace slipway::sys
{

// Refuses new connections at once, in every process that holds the socket, and for good; whoever
// waits in its queue is let go instead of waiting for nobody.
void refuseConnections(int socket);
// Lets go who waits now; later ones may be served.
void drainConnections(int socket);

// Owns the descriptor, not the name. Refuses connections when it goes.
class ListeningSocket
{
public:
    ListeningSocket() = default;
    explicit ListeningSocket(int descriptor) : m_descriptor(descriptor) {}
    ~ListeningSocket() { reset(); }
    ListeningSocket(ListeningSocket &&other) noexcept : m_descriptor(other.release()) {}
    ListeningSocket &operator=(ListeningSocket &&other) noexcept;

    // Bound to `name`, in place of what had it, and then known as `later_name` before anybody can
    // connect: the name that it was bound to stays its address. Whoever reaches it may connect.
    static Result<ListeningSocket> make(const std::filesystem::path &name,
                                        const std::filesystem::path &later_name);

    int descriptor() const { return m_descriptor; }
    bool isOpen() const { return m_descriptor >= 0; }
    bool refuses() const; // somebody has called refuseConnections()
    int release();
    void reset();

private:
    int m_descriptor = -1;
};

} // namespace slipway::sys
