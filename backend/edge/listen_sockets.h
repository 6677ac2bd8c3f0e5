// The public sockets. The keeper binds and owns them; HAProxy inherits them, so connections wait
// while it is started again.
#pragma once

#include "backend/proto/result.h"
#include "slipway/v1/machine.pb.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace slipway::edge
{

inline constexpr std::uint32_t kFallbackPortFirst = 20'000; // documented: ports that stand in for
inline constexpr std::uint32_t kFallbackPortLast = 29'999;  // those that cannot be bound

// Where the search for a stand-in begins: 80 -> 20080, 8443 -> 28443.
std::uint32_t firstFallbackPort(std::uint32_t wanted_port);
// Why a wanted port is not used; `error_number` is that of bind(2).
std::string fallbackReason(std::uint32_t wanted_port, std::uint32_t port, int error_number);

// A listening TCP socket, close-on-exec. Fails with bind's errno (a positive number).
tl::expected<int, int> listenOn(const std::string &address, std::uint32_t port);

class ListenSockets
{
public:
    ListenSockets() = default;
    ~ListenSockets(); // closes this process's copies only
    ListenSockets(const ListenSockets &) = delete;
    ListenSockets &operator=(const ListenSockets &) = delete;

    // Sockets of a running HAProxy, from an earlier keeper; update() takes those that fit. Another
    // copy of an adopted one is closed.
    void adopt(const std::vector<int> &fds);
    std::size_t adopted() const { return m_adopted.size(); } // and not yet taken
    bool hasAdopted(const std::string &address, std::uint32_t port) const;
    // Binds what the table wants and has not got. What is no longer wanted stays until
    // dropUnwanted(), for HAProxy still listens there.
    void update(const v1::RoutingTable &table);
    // Ends listening for every process that holds the socket: at once, no client waits in vain.
    void dropUnwanted();

    // A listener could not be bound for a reason that may pass: update() tries it again.
    bool somethingUnbound() const { return m_unbound; }
    const std::vector<v1::BoundListener> &bound() const { return m_bound; } // as of update()
    std::map<std::string, int> fds() const;                                 // by listener key

private:
    struct Socket {
        std::string address;
        std::uint32_t wanted_port = 0;
        std::uint32_t port = 0;
        int fd = -1;
        std::string reason;
    };
    v1::BoundListener provide(const v1::Listener &listener);
    tl::expected<Socket, std::string> open(const v1::Listener &listener);
    int takeAdopted(const std::string &address, std::uint32_t port);

    std::map<std::string, Socket> m_sockets; // by listener key
    std::vector<Socket> m_unwanted;
    std::vector<Socket> m_adopted;
    std::vector<v1::BoundListener> m_bound;
    bool m_unbound = false;
};

} // namespace slipway::edge
