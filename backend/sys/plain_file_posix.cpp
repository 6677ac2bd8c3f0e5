#include "backend/sys/plain_file.h"

#include "backend/sys/random.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

// Whatever the umask says, where the call is open: a confined guest has none, and is one user.
static void setMode(int fd, mode_t mode)
{
    struct stat info {
    };
    if (fstat(fd, &info) == 0 && (info.st_mode & 07777) != mode) {
        [[maybe_unused]] const int refused = fchmod(fd, mode);
    }
}

Result<void> replaceFile(const fs::path &file, std::string_view text, Readers readers)
{
    const fs::path draft = file.string() + '.' + randomHex(16);
    const mode_t mode = readers == Readers::Everybody ? 0644 : 0600;
    const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0)
        setMode(fd, mode);
    const bool written = fd >= 0 && write(fd, text.data(), text.size()) == ssize_t(text.size());
    if (fd >= 0)
        close(fd);
    std::error_code error;
    if (written)
        fs::rename(draft, file, error);
    if (written && !error)
        return {};
    if (fd >= 0)
        unlink(draft.c_str());
    return failure(v1::Error::UNAVAILABLE, "FILE_NOT_WRITTEN",
                   "Cannot write " + file.string() + ". Is its disk full?", file.string());
}

Result<void> ensureFile(const fs::path &file, std::string_view text, Readers readers)
{
    const mode_t mode = readers == Readers::Everybody ? 0644 : 0600;
    struct stat info {
    };
    const bool fits = lstat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
                      (info.st_mode & 07777) == mode && std::size_t(info.st_size) == text.size();
    if (fits && readPlainFile(file, text.size()) == text)
        return {};
    return replaceFile(file, text, readers);
}

std::string readPlainFile(const fs::path &file, std::size_t bytes_max)
{
    const int fd = open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat info {
    };
    std::string text;
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        text.resize(std::min(std::size_t(info.st_size), bytes_max));
        text.resize(std::size_t(std::max<ssize_t>(0, read(fd, text.data(), text.size()))));
    }
    if (fd >= 0)
        close(fd);
    return text;
}

int openFresh(const fs::path &file)
{
    unlink(file.c_str());
    return open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

} // namespace slipway::sys
