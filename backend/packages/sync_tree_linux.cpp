#include "backend/packages/work_folder.h"

#include <fcntl.h>
#include <unistd.h>

namespace slipway::packages
{

// One syncfs instead of an fsync for each of maybe 100,000 files.
Result<void> syncTree(const std::filesystem::path &folder)
{
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool done = fd >= 0 && ::syncfs(fd) == 0;
    if (fd >= 0)
        ::close(fd);
    if (!done)
        return fileFailure(folder, "flush");
    return {};
}

} // namespace slipway::packages
