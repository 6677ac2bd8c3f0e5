#include "backend/sys/descriptor_passing.h"

#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace slipway::sys
{

namespace
{

// Room for more than one: whatever else a sender adds is closed, and not left open unseen.
constexpr std::size_t kMost = 8;

union ControlBytes {
    char bytes[CMSG_SPACE(sizeof(int) * kMost)];
    cmsghdr aligned;
};

void keepFirst(msghdr &message, int &descriptor)
{
    for (cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int one = -1;
            std::memcpy(&one, CMSG_DATA(part) + i * sizeof(int), sizeof one);
            closeOnExec(one);
            closeDescriptor(descriptor);
            descriptor = one;
        }
    }
}

} // namespace

std::ptrdiff_t sendBeside(int socket, const char *bytes, std::size_t size, int descriptor)
{
    ControlBytes control{};
    iovec part{const_cast<char *>(bytes), size};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof(int));
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

std::ptrdiff_t receiveBeside(int socket, unsigned char *bytes, std::size_t size, int &descriptor)
{
    ControlBytes control{};
    iovec part{bytes, size};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    const ssize_t count = recvmsg(socket, &message, MSG_DONTWAIT);
    if (count > 0)
        keepFirst(message, descriptor);
    return count;
}

int copyDescriptor(int descriptor)
{
    return fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
}

void closeDescriptor(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

void closeOnExec(int descriptor)
{
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

} // namespace slipway::sys
