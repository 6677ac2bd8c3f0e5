#include "backend/sys/disk_image.h"

#include "backend/sys/child_process.h"
#include "backend/sys/sandbox.h"
#include "backend/sys/text.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uint64_t kMegabyte = 1024 * 1024;
constexpr std::uint64_t kInodeBytes = 256;
constexpr std::uint64_t kJournalBytes = 4 * kMegabyte;
constexpr int kReservedPercent = 1; // for the agent
constexpr int kMakeTimeout_ms = 30'000;
constexpr int kDevicesTried = 64; // others take free ones at the same time
constexpr DiskSize kTrialSize{8 * kMegabyte, 64};

class Descriptor
{
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    Descriptor(Descriptor &&other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    ~Descriptor()
    {
        if (m_fd >= 0)
            close(m_fd);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    explicit operator bool() const { return m_fd >= 0; }
    int get() const { return m_fd; }

private:
    int m_fd;
};

Failure imageFailure(const char *what, const fs::path &path)
{
    const int why = errno;
    const bool may_pass =
        why == ENOSPC || why == EDQUOT || why == ENOMEM || why == EBUSY || why == EMFILE;
    return failure(may_pass ? v1::Error::RESOURCE_EXHAUSTED : v1::Error::INTERNAL, "DISK_NOT_MADE",
                   std::string("Cannot ") + what + " " + path.string() + ": " + std::strerror(why) +
                       ". Check the space and the rights of the data folder.",
                   path.string());
}

// What the file system needs for itself comes on top.
std::uint64_t imageBytes(const DiskSize &size)
{
    const std::uint64_t bytes =
        size.bytes + size.files * kInodeBytes + kJournalBytes + size.bytes / 25 + 2 * kMegabyte;
    return (bytes + kMegabyte - 1) / kMegabyte * kMegabyte;
}

Result<void> formatImage(const fs::path &file, const DiskSize &size)
{
    const Descriptor made(open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!made || ftruncate(made.get(), off_t(imageBytes(size))) != 0)
        return imageFailure("make", file);
    SpawnRequest request;
    request.arguments = {findProgram("mkfs.ext4").string()};
    if (request.arguments[0].empty())
        return failure(v1::Error::FAILED_PRECONDITION, "PROGRAM_MISSING",
                       "mkfs.ext4 is not installed (package e2fsprogs).");
    for (const std::string &one :
         {std::string("-q"), std::string("-F"), std::string("-b"), std::string("4096"),
          std::string("-N"), std::to_string(size.files), std::string("-m"),
          std::to_string(kReservedPercent), std::string("-J"),
          "size=" + std::to_string(kJournalBytes / kMegabyte), std::string("-O"),
          std::string("^resize_inode"), std::string("-E"),
          std::string("lazy_itable_init=1,lazy_journal_init=1,nodiscard"), file.string()})
        request.arguments.push_back(one);
    const auto output = runProgram(request, kMakeTimeout_ms);
    if (!output)
        return Failure(output.error());
    if (!output->ok())
        return failure(
            output->err.find("No space") != std::string::npos ? v1::Error::RESOURCE_EXHAUSTED
                                                              : v1::Error::INTERNAL,
            "DISK_NOT_MADE",
            "mkfs.ext4 " + describeExit(output->wait_status) + ": " + inOneLine(output->err));
    return {};
}

// Only what is not a hole.
bool copySparse(int from, int to)
{
    struct stat info {
    };
    if (fstat(from, &info) != 0 || ftruncate(to, info.st_size) != 0)
        return false;
    std::vector<char> buffer(kMegabyte);
    off_t start = 0;
    while ((start = lseek(from, start, SEEK_DATA)) >= 0) {
        const off_t end = lseek(from, start, SEEK_HOLE);
        while (start < end) {
            const auto wanted = std::min<std::size_t>(buffer.size(), std::size_t(end - start));
            const ssize_t count = pread(from, buffer.data(), wanted, start);
            const ssize_t written =
                count <= 0 ? -1 : pwrite(to, buffer.data(), std::size_t(count), start);
            if (written <= 0) // a short one is followed by one that says why
                return false;
            start += written;
        }
    }
    return errno == ENXIO; // nothing but a hole follows
}

Result<fs::path> blankImage(const DiskSize &size, const fs::path &blanks)
{
    fs::path blank = blanks / ("blank-" + std::to_string(size.bytes) + "-" +
                               std::to_string(size.files) + ".img");
    std::error_code error;
    if (fs::exists(blank, error))
        return blank;
    fs::create_directories(blanks, error);
    const fs::path fresh = blank.string() + ".new";
    const auto made = formatImage(fresh, size);
    if (made)
        fs::rename(fresh, blank, error);
    if (made && !error)
        return blank;
    errno = error.value();
    const Failure why = made ? imageFailure("make", blank) : Failure(made.error());
    fs::remove(fresh, error);
    return why;
}

// The file's lock belongs to the open file, which the device keeps as long as it is shown anywhere.
Result<Descriptor> attachDevice(int file, std::string &name)
{
    const Descriptor control(open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    if (!control)
        return imageFailure("open", "/dev/loop-control");
    loop_config config{};
    config.fd = std::uint32_t(file);
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    for (int tried = 0; tried < kDevicesTried; ++tried) {
        const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
        if (number < 0)
            return imageFailure("find a free loop device by", "/dev/loop-control");
        name = "/dev/loop" + std::to_string(number);
        Descriptor device(open(name.c_str(), O_RDWR | O_CLOEXEC));
        if (!device)
            return imageFailure("open", name);
        if (ioctl(device.get(), LOOP_CONFIGURE, &config) == 0)
            return device;
        if (errno != EBUSY)
            return imageFailure("use", name);
    }
    errno = EBUSY;
    return imageFailure("use", name);
}

bool fillsUp(const fs::path &folder)
{
    const Descriptor file(open((folder / "full").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const std::vector<char> block(kMegabyte, 'x');
    for (std::uint64_t written = 0; file && written < 2 * kTrialSize.bytes; written += kMegabyte)
        if (write(file.get(), block.data(), block.size()) != ssize_t(block.size()))
            return true;
    return false;
}

} // namespace

Result<void> makeDiskImage(const fs::path &file, const DiskSize &size, const fs::path &blanks)
{
    const auto blank = blankImage(size, blanks);
    if (!blank)
        return Failure(blank.error());
    const fs::path fresh = file.string() + ".new";
    const Descriptor from(open(blank->c_str(), O_RDONLY | O_CLOEXEC));
    const Descriptor to(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (from && to && copySparse(from.get(), to.get()) && rename(fresh.c_str(), file.c_str()) == 0)
        return {};
    const Failure why = imageFailure("make", file);
    unlink(fresh.c_str());
    return why;
}

Result<void> showDiskImage(const fs::path &file, const fs::path &folder, std::uint32_t agent)
{
    const Descriptor image(open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!image)
        return imageFailure("open", file);
    if (flock(image.get(), LOCK_EX | LOCK_NB) != 0)
        return failure(v1::Error::FAILED_PRECONDITION, "DISK_IN_USE",
                       "Its disk " + file.string() +
                           " is still in use by what ran before. It is tried again.",
                       file.string());
    std::string name;
    const auto device = attachDevice(image.get(), name);
    if (!device)
        return Failure(device.error());
    const std::string options = "noinit_itable,resuid=" + std::to_string(agent);
    if (mount(name.c_str(), folder.c_str(), "ext4", MS_NOSUID | MS_NODEV | MS_NOATIME,
              options.c_str()) != 0)
        return imageFailure("mount", file);
    rmdir((folder / "lost+found").c_str());
    return {};
}

// What was written there goes to the machine's disk when the last one lets go, which takes as long
// as it takes: a thread of its own waits for that, while the folder is free at once.
void hideDiskImage(const fs::path &folder)
{
    Descriptor last(open(folder.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (umount2(folder.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH) == 0)
        std::thread([held = std::move(last)] {}).detach();
}

std::optional<DiskRoom> diskRoom(const fs::path &folder)
{
    struct statvfs info {
    };
    if (statvfs(folder.c_str(), &info) != 0)
        return std::nullopt;
    return DiskRoom{info.f_blocks * info.f_frsize, info.f_bavail * info.f_frsize, info.f_files,
                    info.f_favail};
}

Result<void> tryDiskImage(const fs::path &folder)
{
    const fs::path file = folder / "trial.img";
    const fs::path place = folder / "trial";
    std::error_code error;
    fs::create_directories(place, error);
    auto result = makeDiskImage(file, kTrialSize, folder / "blanks");
    if (result)
        result = showDiskImage(file, place, 0);
    if (result && !fillsUp(place))
        result = failure(v1::Error::INTERNAL, "DISK_NOT_HELD",
                         "The kernel let a full file system be written to.");
    hideDiskImage(place);
    fs::remove_all(folder, error);
    return result;
}

} // namespace slipway::sys
