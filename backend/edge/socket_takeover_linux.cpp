#include "backend/edge/socket_takeover.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::edge
{

std::vector<int> takeListeningSockets(int pid)
{
    std::vector<int> received;
    const int process = int(syscall(SYS_pidfd_open, pid, 0U));
    std::error_code error;
    const auto folder = std::filesystem::path("/proc") / std::to_string(pid) / "fd";
    for (const auto &entry : std::filesystem::directory_iterator(folder, error)) {
        const int number = std::atoi(entry.path().filename().c_str());
        const int fd = int(syscall(SYS_pidfd_getfd, process, number, 0U));
        int domain = 0;
        int listening = 0;
        socklen_t size = sizeof(int);
        if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
            getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 &&
            domain == AF_INET && listening != 0)
            received.push_back(fd);
        else if (fd >= 0)
            close(fd);
    }
    if (process >= 0)
        close(process);
    return received;
}

} // namespace slipway::edge
