// A disk that is full, for the files of this process alone.
#pragma once

#include <csignal>
#include <cstdint>
#include <sys/resource.h>

namespace slipway
{

// While it lives, no file of this process grows beyond `bytes`: writing fails in the middle, as on
// a full disk.
class FullDisk
{
public:
    explicit FullDisk(std::uint64_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        rlimit full = m_before;
        full.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &full);
    }
    ~FullDisk() { setrlimit(RLIMIT_FSIZE, &m_before); }
    FullDisk(const FullDisk &) = delete;
    FullDisk &operator=(const FullDisk &) = delete;

private:
    rlimit m_before{};
};

} // namespace slipway
