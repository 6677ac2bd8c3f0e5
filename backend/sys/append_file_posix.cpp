#include "backend/sys/append_file.h"

#include <fcntl.h>
#include <unistd.h>

namespace slipway::sys
{

int openForAppend(const std::filesystem::path &file)
{
    return open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

void closeFile(int fd)
{
    if (fd >= 0)
        close(fd);
}

} // namespace slipway::sys
