#include "backend/edge/socket_takeover.h"

#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace slipway::edge
{

namespace
{

constexpr std::size_t kDescriptorsPerMessage = 252; // HAProxy sends at most so many at once

int connectTo(const std::filesystem::path &path)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const timeval patience{2, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

// One message: bytes are thrown away, descriptors kept. False when nothing came.
bool receiveDescriptors(int fd, std::vector<int> &received)
{
    char bytes[65536];
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kDescriptorsPerMessage)];
    iovec data{bytes, sizeof bytes};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (recvmsg(fd, &message, MSG_CMSG_CLOEXEC) <= 0)
        return false;
    for (cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        const std::size_t before = received.size();
        received.resize(before + count);
        std::memcpy(received.data() + before, CMSG_DATA(part), count * sizeof(int));
    }
    return true;
}

// HAProxy first sends how many there are, then messages with up to 252 descriptors; the reader has
// to send a byte after each.
std::vector<int> fromCommandSocket(const std::filesystem::path &path)
{
    std::vector<int> received;
    const int fd = connectTo(path);
    if (fd < 0)
        return received;
    const std::string_view question = "_getsocks\n";
    std::int32_t expected = 0;
    if (send(fd, question.data(), question.size(), MSG_NOSIGNAL) == ssize_t(question.size()) &&
        recv(fd, &expected, sizeof expected, MSG_WAITALL) == ssize_t(sizeof expected))
        while (std::int32_t(received.size()) < expected && receiveDescriptors(fd, received))
            send(fd, "\n", 1, MSG_NOSIGNAL);
    close(fd);
    return received;
}

std::vector<int> fromProcess(int pid)
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

} // namespace

std::vector<int> takeListeningSockets(const ProxyFiles &files, int pid)
{
    std::vector<int> received = fromCommandSocket(files.commandSocket());
    return received.empty() ? fromProcess(pid) : received;
}

} // namespace slipway::edge
