#include "backend/sys/program_copy.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::sys
{

namespace
{

constexpr mode_t kProgramMode = 0755;

// 0, or the error's number.
int copyBytes(int from, int to)
{
    std::array<char, 65'536> buffer;
    for (;;) {
        const ssize_t count = read(from, buffer.data(), buffer.size());
        if (count <= 0)
            return count == 0 ? 0 : errno;
        for (ssize_t written = 0; written < count;) {
            const ssize_t more = write(to, buffer.data() + written, std::size_t(count - written));
            if (more < 0)
                return errno;
            written += more;
        }
    }
}

} // namespace

Result<void> copyProgram(const std::filesystem::path &from, const std::filesystem::path &to)
{
    unlink(to.c_str()); // never through a link that lies there
    const int source = open(from.c_str(), O_RDONLY | O_CLOEXEC);
    const int copy =
        source < 0
            ? -1
            : open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kProgramMode);
    int problem = copy < 0 ? errno : copyBytes(source, copy);
    struct stat info {
    };
    // Under this process's umask it may be its owner's alone.
    if (problem == 0 && fchmod(copy, kProgramMode) != 0 &&
        (fstat(copy, &info) != 0 || (info.st_mode & S_IXUSR) == 0))
        problem = errno;
    for (const int fd : {source, copy})
        if (fd >= 0)
            close(fd);
    if (problem == 0)
        return {};
    return failure(v1::Error::INTERNAL, "PROGRAM_NOT_COPIED",
                   "Cannot make " + from.string() + " executable: " + std::strerror(problem) + ".",
                   from.string());
}

} // namespace slipway::sys
