#include "backend/sys/file_lock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace slipway::sys
{

namespace
{

constexpr int kTries = 100;

// A lock on a file that was removed meanwhile holds nobody off: the next one makes a new file.
bool isStillThere(int fd, const std::filesystem::path &file)
{
    struct stat open_file {
    };
    struct stat named_file {
    };
    return fstat(fd, &open_file) == 0 && lstat(file.c_str(), &named_file) == 0 &&
           open_file.st_dev == named_file.st_dev && open_file.st_ino == named_file.st_ino;
}

Failure notOpened(const std::filesystem::path &file, const std::string &why)
{
    return failure(v1::Error::PERMISSION_DENIED, "LOCK_NOT_OPENED",
                   "Cannot open " + file.string() + ": " + why + ".", file.string());
}

} // namespace

Result<FileLock> FileLock::take(const std::filesystem::path &file)
{
    for (int i = 0; i < kTries; ++i) {
        auto lock = takeOnce(file);
        if (!lock || isStillThere(lock->m_fd, file))
            return lock;
    }
    return notOpened(file, "somebody removes it as often as it is made");
}

Result<FileLock> FileLock::takeOnce(const std::filesystem::path &file)
{
    const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return notOpened(file, std::strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        char holder[32] = {};
        [[maybe_unused]] const ssize_t count = pread(fd, holder, sizeof holder - 1, 0);
        close(fd);
        return failure(v1::Error::ALREADY_EXISTS, "DATA_FOLDER_IN_USE",
                       "Another fabric (pid " + std::string(holder) + ") runs on " +
                           file.parent_path().string() +
                           ". Connect to it, or choose another --data folder.",
                       holder);
    }
    const std::string pid = std::to_string(getpid());
    if (ftruncate(fd, 0) == 0) [[maybe_unused]]
        const ssize_t count = pwrite(fd, pid.data(), pid.size(), 0);
    return FileLock(fd);
}

bool FileLock::holds(const std::filesystem::path &file) const
{
    return isStillThere(m_fd, file);
}

FileLock::FileLock(FileLock &&other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}

FileLock &FileLock::operator=(FileLock &&other) noexcept
{
    std::swap(m_fd, other.m_fd);
    return *this;
}

FileLock::~FileLock()
{
    release();
}

void FileLock::release()
{
    if (m_fd >= 0)
        close(std::exchange(m_fd, -1));
}

} // namespace slipway::sys
