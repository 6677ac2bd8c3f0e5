#include "backend/edge/held_sockets.h"

#include "backend/sys/descriptor_passing.h"

#include <cstdlib>
#include <sstream>
#include <sys/socket.h>
#include <sys/stat.h>

namespace slipway::edge
{

namespace
{
constexpr std::size_t kLookAtMin = 16;
} // namespace

unsigned long socketNumber(int fd)
{
    struct stat info {
    };
    return fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode) ? info.st_ino : 0;
}

bool isListening(int fd)
{
    int listening = 0;
    socklen_t size = sizeof listening;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
}

void HeldSockets::keep(int fd)
{
    if (fd < 0)
        return;
    if (m_fds.size() >= m_look_at) { // not for each one: there may be very many
        fds();
        m_look_at = 2 * m_fds.size() + kLookAtMin;
    }
    if (!isListening(fd) || !m_fds.emplace(socketNumber(fd), fd).second)
        sys::closeDescriptor(fd);
}

std::vector<int> HeldSockets::fds()
{
    std::vector<int> result;
    for (auto held = m_fds.begin(); held != m_fds.end();) {
        if (isListening(held->second)) {
            result.push_back(held->second);
            ++held;
        } else {
            sys::closeDescriptor(held->second);
            held = m_fds.erase(held);
        }
    }
    return result;
}

void HeldSockets::clear()
{
    for (const auto &[number, fd] : m_fds)
        sys::closeDescriptor(fd);
    m_fds.clear();
}

std::string listOf(const std::vector<int> &fds)
{
    std::string list;
    for (const int fd : fds)
        list += (list.empty() ? "" : ",") + std::to_string(fd);
    return list;
}

std::vector<int> inheritedSockets(const std::string &list)
{
    std::vector<int> result;
    std::istringstream words(list);
    for (std::string word; std::getline(words, word, ',');) {
        const int fd = std::atoi(word.c_str());
        if (fd <= 2 || !isListening(fd))
            continue;
        sys::closeOnExec(fd);
        result.push_back(fd);
    }
    return result;
}

} // namespace slipway::edge
