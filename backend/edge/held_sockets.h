// Listening sockets that the controller holds for the keeper that comes next.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace slipway::edge
{

// A keeper that starts inherits them, so that no port is given up between two keepers, also where
// the kernel lets nobody take them from the running HAProxy. A copy of a socket that was shut down
// listens no more, and is let go.
class HeldSockets
{
public:
    HeldSockets() = default;
    ~HeldSockets() { clear(); }
    HeldSockets(const HeldSockets &) = delete;
    HeldSockets &operator=(const HeldSockets &) = delete;

    void keep(int fd);      // from now on this one's; -1: nothing
    std::vector<int> fds(); // those that still listen; the others are let go
    void clear();

private:
    std::map<unsigned long, int> m_fds; // by the socket's number, which no other one ever gets
    std::size_t m_look_at = 0;          // so many, and those that listen no more are let go
};

// What a started keeper is told, as HeldSockets::fds() was: "5,8,13".
std::string listOf(const std::vector<int> &fds);
// Closes on exec what it finds; anything that is no listening socket is left alone.
std::vector<int> inheritedSockets(const std::string &list);

// The number of an open socket, 0 when it is none.
unsigned long socketNumber(int fd);
bool isListening(int fd);

} // namespace slipway::edge
