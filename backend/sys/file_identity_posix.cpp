#include "backend/sys/file_identity.h"

#include <sys/stat.h>

namespace slipway::sys
{

std::optional<FileIdentity> identityOf(const std::filesystem::path &file)
{
    struct stat info {
    };
    if (lstat(file.c_str(), &info) != 0)
        return std::nullopt;
#ifdef __APPLE__
    const timespec modified = info.st_mtimespec;
#else
    const timespec modified = info.st_mtim;
#endif
    return FileIdentity{std::uint64_t(info.st_dev), std::uint64_t(info.st_ino),
                        std::uint64_t(info.st_size),
                        std::int64_t(modified.tv_sec) * 1'000'000'000 + modified.tv_nsec};
}

} // namespace slipway::sys
