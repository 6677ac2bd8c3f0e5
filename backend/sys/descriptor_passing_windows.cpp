#include "backend/sys/descriptor_passing.h"

#include <cerrno>

namespace slipway::sys
{

// Only hosts and agents hand descriptors over, and they run on Linux.
std::ptrdiff_t sendBeside(int, const char *, std::size_t, int)
{
    errno = EINVAL;
    return -1;
}

std::ptrdiff_t receiveBeside(int, unsigned char *, std::size_t, int &)
{
    errno = EINVAL;
    return -1;
}

int copyDescriptor(int)
{
    return -1;
}

void closeDescriptor(int) {}

void closeOnExec(int) {}

} // namespace slipway::sys
