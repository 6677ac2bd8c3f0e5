#include "backend/sys/own_socket.h"

#include <sys/stat.h>
#include <unistd.h>

namespace slipway::sys
{

void removeOwnSocket(const std::filesystem::path &socket)
{
    struct stat info {
    };
    if (lstat(socket.c_str(), &info) == 0 && S_ISSOCK(info.st_mode) && info.st_uid == geteuid())
        unlink(socket.c_str());
}

} // namespace slipway::sys
