#include "backend/sys/reserved_space.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::sys
{

static constexpr std::uint64_t kBlockBytes = 512; // of st_blocks

bool reserveSpace(const std::filesystem::path &file, std::uint64_t bytes)
{
    const int fd = open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat info {
    };
    const bool reserved = fd >= 0 && fstat(fd, &info) == 0 &&
                          (std::uint64_t(info.st_blocks) * kBlockBytes >= bytes || // left untouched
                           fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, off_t(bytes)) == 0);
    if (fd >= 0)
        close(fd);
    return reserved;
}

} // namespace slipway::sys
