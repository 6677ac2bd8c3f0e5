#include "backend/sys/listening_socket.h"

#include "backend/sys/descriptor_passing.h"
#include "backend/sys/paths.h"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace slipway::sys
{

namespace
{

constexpr int kBacklog = 4096; // the kernel takes its own limit, if that is less
constexpr mode_t kEverybody = 0666;

Failure notMade(const std::filesystem::path &name)
{
    return failure(v1::Error::UNAVAILABLE, "SOCKET_NOT_BOUND",
                   "Cannot listen on " + name.string() + ": " + std::strerror(errno) + ".",
                   name.string());
}

bool bindTo(int descriptor, const std::filesystem::path &name)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = name.string();
    if (text.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    std::memcpy(address.sun_path, text.c_str(), text.size());
    unlink(text.c_str());
    return bind(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0;
}

} // namespace

void drainConnections(int socket)
{
    for (int one = 0; (one = accept4(socket, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
        close(one);
}

void refuseConnections(int socket)
{
    shutdown(socket, SHUT_RD);
    drainConnections(socket);
}

ListeningSocket &ListeningSocket::operator=(ListeningSocket &&other) noexcept
{
    if (this != &other) {
        reset();
        m_descriptor = other.release();
    }
    return *this;
}

Result<ListeningSocket> ListeningSocket::make(const std::filesystem::path &name,
                                              const std::filesystem::path &later_name)
{
    ListeningSocket made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made.isOpen() || !bindTo(made.descriptor(), name))
        return notMade(name);
    if (chmod(name.c_str(), kEverybody) != 0 || rename(name.c_str(), later_name.c_str()) != 0 ||
        listen(made.descriptor(), kBacklog) != 0)
        return notMade(name);
    return made;
}

bool ListeningSocket::refuses() const
{
    pollfd state{m_descriptor, POLLRDHUP, 0};
    return poll(&state, 1, 0) > 0 && (state.revents & POLLRDHUP) != 0;
}

int ListeningSocket::release()
{
    return std::exchange(m_descriptor, -1);
}

void ListeningSocket::reset()
{
    if (isOpen())
        refuseConnections(m_descriptor);
    closeDescriptor(release());
}

} // namespace slipway::sys
