#include "backend/sys/durable_file.h"

#include "backend/sys/random.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

Failure failed(const char *reason, const char *doing, const fs::path &path, int error)
{
    return failure(v1::Error::UNAVAILABLE, reason,
                   std::string("Cannot ") + doing + " " + path.string() + ": " +
                       std::strerror(error) +
                       ". Look at the free space and the rights of its folder.",
                   path.string());
}

bool syncPath(const fs::path &path, int flags)
{
    const int fd = open(path.c_str(), flags | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool synced = fsync(fd) == 0;
    close(fd);
    return synced;
}

bool syncFolder(const fs::path &folder)
{
    return syncPath(folder, O_RDONLY | O_DIRECTORY);
}

bool writeAll(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes.remove_prefix(std::size_t(count));
    }
    return true;
}

} // namespace

Result<void> writeDurably(const fs::path &file, std::string_view bytes)
{
    const fs::path beside = file.string() + ".new-" + randomHex(8);
    const int fd = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed("FILE_NOT_WRITTEN", "write", file, errno);
    const bool written = writeAll(fd, bytes) && fsync(fd) == 0;
    int error = errno;
    close(fd);
    if (written && rename(beside.c_str(), file.c_str()) == 0 && syncFolder(file.parent_path()))
        return {};
    error = written ? errno : error;
    unlink(beside.c_str());
    return failed("FILE_NOT_WRITTEN", "write", file, error);
}

Result<void> moveDurably(const fs::path &from, const fs::path &to)
{
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(to, ignored)))
        return failed("FILE_NOT_MOVED", "move something to", to, EEXIST);
    if (rename(from.c_str(), to.c_str()) != 0)
        return failed("FILE_NOT_MOVED", "move", from, errno);
    if (!syncFolder(to.parent_path()) || !syncFolder(from.parent_path()))
        return failed("FILE_NOT_MOVED", "move", from, errno);
    return {};
}

Result<void> syncFile(const fs::path &file)
{
    if (!syncPath(file, O_RDONLY))
        return failed("FILE_NOT_WRITTEN", "write", file, errno);
    return {};
}

} // namespace slipway::sys
