#include "backend/sys/direct_socket.h"

#include <cassert>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::sys
{

DirectSocket::DirectSocket(const std::filesystem::path &path)
    : m_descriptor(open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC))
{
}

DirectSocket::~DirectSocket()
{
    if (m_descriptor >= 0)
        close(m_descriptor);
}

bool DirectSocket::exists() const
{
    struct stat info {
    };
    return m_descriptor >= 0 && fstat(m_descriptor, &info) == 0 && S_ISSOCK(info.st_mode);
}

std::filesystem::path DirectSocket::path() const
{
    assert(exists());
    return "/proc/self/fd/" + std::to_string(m_descriptor);
}

} // namespace slipway::sys
