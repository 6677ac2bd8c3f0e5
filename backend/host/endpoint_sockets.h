// The listening sockets of one instance's endpoints, in a folder that no guest can write. The host
// makes, names and hides them; the agent gets each as a descriptor and serves it.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/listening_socket.h"

#include <filesystem>
#include <map>
#include <string>

namespace slipway::host
{

class EndpointSockets
{
public:
    // `shown` is the instance's folder in its deployment's mesh; `hidden` is the host's own, for
    // sockets that nobody may find for now (one file system).
    EndpointSockets(std::filesystem::path shown, std::filesystem::path hidden);
    ~EndpointSockets();

    // Its agent's word about an endpoint. The first one, and the first after the agent gave the
    // socket up, makes a socket, whose descriptor it must get: true. `open` shows it or hides it.
    Result<bool> say(const std::string &endpoint, bool open);
    int descriptor(const std::string &endpoint) const;             // -1: none
    std::filesystem::path path(const std::string &endpoint) const; // as shown
    // Somebody took one away.
    bool someAreGone() const;
    // Nothing of them is left, and nobody waits for an answer.
    void clear();

private:
    std::filesystem::path hiddenPath(const std::string &endpoint) const;
    void forget(const std::string &endpoint);

    std::filesystem::path m_shown;
    std::filesystem::path m_hidden;
    std::map<std::string, sys::ListeningSocket> m_sockets;
};

} // namespace slipway::host
