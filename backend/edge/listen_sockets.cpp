#include "backend/edge/listen_sockets.h"

#include "backend/edge/held_sockets.h"
#include "backend/edge/layout.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <set>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace slipway::edge
{

namespace
{

constexpr int kBacklog = 4096;

std::optional<sockaddr_in> socketAddress(const std::string &address, std::uint32_t port)
{
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(std::uint16_t(port));
    if (port > 65535 || inet_pton(AF_INET, address.c_str(), &result.sin_addr) != 1)
        return {};
    return result;
}

int portOf(int fd, std::string &address)
{
    sockaddr_in local{};
    socklen_t size = sizeof local;
    if (getsockname(fd, reinterpret_cast<sockaddr *>(&local), &size) != 0 ||
        local.sin_family != AF_INET)
        return -1;
    char text[INET_ADDRSTRLEN] = {};
    address = inet_ntop(AF_INET, &local.sin_addr, text, sizeof text);
    return ntohs(local.sin_port);
}

// Another port may be free; another descriptor or address will not.
bool isPortsFault(int problem)
{
    return problem == EADDRINUSE || problem == EACCES || problem == EPERM;
}

} // namespace

std::uint32_t firstFallbackPort(std::uint32_t wanted_port)
{
    const std::uint32_t count = kFallbackPortLast - kFallbackPortFirst + 1;
    return kFallbackPortFirst + wanted_port % count;
}

std::string fallbackReason(std::uint32_t wanted_port, std::uint32_t port, int error_number)
{
    std::string why = "port " + std::to_string(wanted_port);
    if (error_number == EACCES || error_number == EPERM)
        why += " needs administrator rights";
    else if (error_number == EADDRINUSE)
        why += " is used by another program";
    else if (error_number == 0)
        why += " was not free when this address was made";
    else
        why += std::string(" cannot be bound (") + std::strerror(error_number) + ")";
    return why + "; using " + std::to_string(port);
}

tl::expected<int, int> listenOn(const std::string &address, std::uint32_t port)
{
    const auto where = socketAddress(address, port);
    if (!where)
        return tl::unexpected(EADDRNOTAVAIL);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd >= 0 && bind(fd, reinterpret_cast<const sockaddr *>(&*where), sizeof *where) == 0 &&
        listen(fd, kBacklog) == 0)
        return fd;
    const int problem = errno;
    if (fd >= 0)
        close(fd);
    return tl::unexpected(problem);
}

ListenSockets::~ListenSockets()
{
    for (const auto &[key, socket] : m_sockets)
        close(socket.fd);
    for (const auto *list : {&m_unwanted, &m_adopted})
        for (const Socket &socket : *list)
            close(socket.fd);
}

void ListenSockets::adopt(const std::vector<int> &fds)
{
    for (const int fd : fds) {
        Socket socket;
        const int port = portOf(fd, socket.address);
        const bool known = std::any_of(m_adopted.begin(), m_adopted.end(),
                                       [number = socketNumber(fd)](const Socket &other) {
                                           return socketNumber(other.fd) == number;
                                       });
        if (port <= 0 || !isListening(fd) || known) {
            close(fd);
            continue;
        }
        socket.port = std::uint32_t(port);
        socket.fd = fd;
        m_adopted.push_back(std::move(socket));
    }
}

bool ListenSockets::hasAdopted(const std::string &address, std::uint32_t port) const
{
    return std::any_of(m_adopted.begin(), m_adopted.end(), [&](const Socket &socket) {
        return socket.address == address && socket.port == port;
    });
}

int ListenSockets::takeAdopted(const std::string &address, std::uint32_t port)
{
    for (auto socket = m_adopted.begin(); socket != m_adopted.end(); ++socket)
        if (socket->address == address && socket->port == port) {
            const int fd = socket->fd;
            m_adopted.erase(socket);
            return fd;
        }
    return -1;
}

void ListenSockets::update(const v1::RoutingTable &table)
{
    m_bound.clear();
    m_unbound = false;
    std::set<std::string> wanted;
    for (const v1::Listener &listener : table.listeners()) {
        wanted.insert(listener.key());
        m_bound.push_back(provide(listener));
    }
    for (auto socket = m_sockets.begin(); socket != m_sockets.end();)
        if (wanted.contains(socket->first)) {
            ++socket;
        } else {
            m_unwanted.push_back(std::move(socket->second));
            socket = m_sockets.erase(socket);
        }
}

v1::BoundListener ListenSockets::provide(const v1::Listener &listener)
{
    v1::BoundListener result;
    result.set_key(listener.key());
    const auto found = m_sockets.find(listener.key());
    const bool moved = found != m_sockets.end() && (found->second.address != listener.address() ||
                                                    found->second.wanted_port != listener.port());
    if (moved) {
        m_unwanted.push_back(std::move(found->second));
        m_sockets.erase(found);
    }
    if (!m_sockets.contains(listener.key())) {
        auto opened = open(listener);
        if (!opened) {
            result.set_error(opened.error());
            m_unbound = m_unbound || isServed(listener.protocol());
            return result;
        }
        m_sockets[listener.key()] = std::move(*opened);
    }
    const Socket &socket = m_sockets[listener.key()];
    result.set_bound_port(socket.port);
    result.set_reason(socket.reason);
    return result;
}

tl::expected<ListenSockets::Socket, std::string> ListenSockets::open(const v1::Listener &listener)
{
    if (listener.protocol() == v1::HTTPS)
        return tl::unexpected<std::string>(
            "https needs a certificate, which this version does not support; use http");
    if (!isServed(listener.protocol()))
        return tl::unexpected<std::string>("only http and tcp endpoints can be public in this "
                                           "version; change the endpoint's protocol");
    Socket socket{listener.address(), listener.port(), 0, -1, {}};
    int problem = 0;
    const auto attempt = [&](std::uint32_t port) {
        socket.fd = takeAdopted(listener.address(), port);
        if (socket.fd < 0) {
            const auto fd = listenOn(listener.address(), port);
            problem = fd ? problem : fd.error();
            socket.fd = fd.value_or(-1);
        }
        socket.port = port;
        return socket.fd >= 0;
    };
    // A port that was given out once is kept, even when the wanted one has become free.
    const std::uint32_t earlier = listener.bound_port();
    if (earlier != 0 && attempt(earlier)) {
        if (earlier != listener.port())
            socket.reason = fallbackReason(listener.port(), earlier, 0);
        return socket;
    }
    problem = 0;
    if (attempt(listener.port()))
        return socket;
    const int first_problem = problem;
    const std::uint32_t count = kFallbackPortLast - kFallbackPortFirst + 1;
    for (std::uint32_t step = 0; step < count && isPortsFault(first_problem); ++step) {
        const std::uint32_t offset = firstFallbackPort(listener.port()) - kFallbackPortFirst + step;
        if (attempt(kFallbackPortFirst + offset % count)) {
            socket.reason = fallbackReason(listener.port(), socket.port, first_problem);
            return socket;
        }
    }
    return tl::unexpected("cannot listen on " + listener.address() + ":" +
                          std::to_string(listener.port()) + ": " + std::strerror(first_problem));
}

void ListenSockets::dropUnwanted()
{
    for (auto *list : {&m_unwanted, &m_adopted}) {
        for (const Socket &socket : *list) {
            shutdown(socket.fd, SHUT_RD);
            close(socket.fd);
        }
        list->clear();
    }
}

std::map<std::string, int> ListenSockets::fds() const
{
    std::map<std::string, int> result;
    for (const auto &[key, socket] : m_sockets)
        result[key] = socket.fd;
    return result;
}

} // namespace slipway::edge
