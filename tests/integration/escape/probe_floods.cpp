// Attempts to take more than a share: processes, descriptors, memory, space, words.
#include "probe.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace probe
{

namespace
{

constexpr std::size_t kProcessesMax = 6'000; // more than any level allows
constexpr int kDescriptorsMax = 200'000;
constexpr std::size_t kMegabyte = 1024 * 1024;
constexpr std::size_t kSharedMax_mb = 512;

std::string forkBomb()
{
    std::vector<pid_t> made;
    int why = 0;
    while (made.size() < kProcessesMax && why == 0) {
        const pid_t child = fork();
        if (child == 0) {
            pause();
            _exit(0);
        }
        if (child < 0)
            why = errno;
        else
            made.push_back(child);
    }
    for (const pid_t child : made)
        kill(child, SIGKILL);
    while (waitpid(-1, nullptr, 0) > 0) {
    }
    errno = why;
    return why == 0 ? "made 6000 processes" : "";
}

std::string descriptors()
{
    for (int made = 0; made < kDescriptorsMax; ++made)
        if (open("/dev/null", O_RDONLY) < 0)
            return {};
    return "opened 200000 files";
}

std::string fills(const std::string &path, std::size_t most_mb, bool keep = false)
{
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0)
        return {};
    const std::string block(kMegabyte, 'x');
    std::size_t written = 0;
    int why = 0;
    while (written < most_mb && why == 0) {
        if (write(fd, block.data(), block.size()) < 1)
            why = errno;
        ++written;
    }
    close(fd);
    if (!keep)
        unlink(path.c_str());
    errno = why;
    return why == 0 ? "filled " + path : "";
}

std::string fillTemporary()
{
    return fills("/tmp/flood", kSharedMax_mb);
}

std::string fillShared()
{
    return fills("/dev/shm/flood", kSharedMax_mb);
}

std::string fillDevices()
{
    return fills("/dev/flood", kSharedMax_mb);
}

std::string inodes()
{
    for (int made = 0; made < 300'000; ++made) {
        const std::string path = "/tmp/n" + std::to_string(made);
        const int fd = open(path.c_str(), O_WRONLY | O_CREAT, 0644);
        if (fd < 0) {
            const int why = errno;
            for (int i = 0; i < made; ++i)
                unlink(("/tmp/n" + std::to_string(i)).c_str());
            errno = why;
            return {};
        }
        close(fd);
    }
    return "made 300000 files";
}

std::string lockMemory()
{
    void *memory =
        mmap(nullptr, 64 * kMegabyte, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mlock(memory, 64 * kMegabyte) == 0 ? "locked 64 MB" : "";
}

// Must end by the kernel's hand, and alone.
std::string memory()
{
    for (std::size_t held = 0; held < 8'000; ++held) {
        auto *block = static_cast<char *>(std::malloc(kMegabyte));
        if (!block)
            return {};
        std::memset(block, 1, kMegabyte);
    }
    return "held 8000 MB";
}

std::string onOwnDisk(const std::string &name)
{
    const char *home = std::getenv("HOME");
    return std::string(home ? home : "/local") + "/" + name;
}

// File after file, as no file may be larger than the disk; they stay.
std::string fillDisk()
{
    signal(SIGXFSZ, SIG_IGN);
    for (int number = 0; number < 100; ++number)
        if (fills(onOwnDisk("flood" + std::to_string(number)), 100, true).empty() && errno != EFBIG)
            return {};
    return "wrote 10000 MB";
}

std::string fillWithFiles()
{
    for (int made = 0; made < 400'000; ++made) {
        const std::string path = onOwnDisk("n" + std::to_string(made));
        const int fd = open(path.c_str(), O_WRONLY | O_CREAT, 0644);
        if (fd < 0)
            return {};
        close(fd);
    }
    return "made 400000 files";
}

std::string fillLog()
{
    const std::string line(1'000, 'x');
    for (int i = 0; i < 100'000; ++i)
        puts(line.c_str());
    errno = ENOSPC; // kept within its own limit
    return {};
}

} // namespace

std::vector<Attempt> fillAttempts()
{
    return {{"fill-disk", fillDisk}, {"fill-files", fillWithFiles}, {"fill-log", fillLog}};
}

std::vector<Attempt> floodAttempts()
{
    return {{"flood-processes", forkBomb},       {"flood-descriptors", descriptors},
            {"flood-tmp", fillTemporary},        {"flood-shm", fillShared},
            {"flood-dev", fillDevices},          {"flood-inodes", inodes},
            {"flood-locked-memory", lockMemory}, {"flood-memory", memory}};
}

std::vector<Attempt> attempts()
{
    std::vector<Attempt> all = agentAttempts();
    for (const auto &more :
         {kernelAttempts(), fileAttempts(), moreAttempts(), sharedAttempts(), floodAttempts()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

} // namespace probe
