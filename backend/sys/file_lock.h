// One controller per data folder: an exclusive lock that the kernel drops when its holder dies.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>

namespace slipway::sys
{

class FileLock
{
public:
    // Fails at once when another process has it: DATA_FOLDER_IN_USE, whose subject is its pid.
    static Result<FileLock> take(const std::filesystem::path &file);
    FileLock(FileLock &&other) noexcept;
    FileLock &operator=(FileLock &&other) noexcept;
    ~FileLock();
    void release();
    // Whether `file` is still what is locked: removed, or made anew, it holds nobody off.
    bool holds(const std::filesystem::path &file) const;

private:
    static Result<FileLock> takeOnce(const std::filesystem::path &file);
    explicit FileLock(int fd) : m_fd(fd) {}
    int m_fd = -1;
};

} // namespace slipway::sys
