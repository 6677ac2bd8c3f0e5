#include "backend/packages/work_folder.h"

#include <fcntl.h>
#include <unistd.h>

namespace slipway::packages
{

static bool syncOne(const std::filesystem::path &path)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool done = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0)
        ::close(fd);
    return done;
}

Result<void> syncTree(const std::filesystem::path &folder)
{
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
        if (!syncOne(entry.path()))
            return fileFailure(entry.path(), "flush");
    if (!syncOne(folder))
        return fileFailure(folder, "flush");
    return {};
}

} // namespace slipway::packages
