// The listening sockets of the instance's endpoints: the host makes them, the agent serves them.
#pragma once

#include "backend/sys/listening_socket.h"
#include "slipway/v1/machine.pb.h"

#include <asio.hpp>
#include <functional>
#include <map>
#include <string>

namespace slipway::agent
{

class Endpoints
{
public:
    using Send = std::function<void(const v1::AgentMessage &)>;
    // `path` is the address that the socket was bound to; nothing inside has that name.
    using OnSocket = std::function<void(sys::ListeningSocket socket, const std::string &path)>;

    Endpoints(asio::io_context &io, Send send);

    // Asks for a socket that nobody can reach before open(). Asked again each second until it
    // comes; a second request for the endpoint replaces the first.
    void request(const std::string &endpoint, OnSocket on_socket);
    void forget(const std::string &endpoint) { m_wanted.erase(endpoint); }
    void open(const std::string &endpoint) { tell(endpoint, true); }
    void close(const std::string &endpoint) { tell(endpoint, false); }
    void arrived(const v1::EndpointSocket &told, int descriptor); // takes the descriptor

private:
    void tell(const std::string &endpoint, bool open);
    void askAgainLater();

    asio::steady_timer m_retry;
    Send m_send;
    std::map<std::string, OnSocket> m_wanted;
};

} // namespace slipway::agent
