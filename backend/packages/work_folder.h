// Files while they are made: a folder that removes itself, and writing that is on the disk.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>
#include <fstream>

namespace slipway::packages
{

// A new empty folder "<parent>/<prefix><random>", removed with all its contents at the end.
class WorkFolder
{
public:
    static Result<WorkFolder> make(const std::filesystem::path &parent, const std::string &prefix);
    ~WorkFolder();
    WorkFolder(WorkFolder &&other) noexcept;
    WorkFolder &operator=(WorkFolder &&) = delete;

    const std::filesystem::path &path() const { return m_path; }
    void keep() { m_path.clear(); } // it has been renamed

private:
    explicit WorkFolder(std::filesystem::path path) : m_path(std::move(path)) {}
    std::filesystem::path m_path;
};

// A file being written; its folders are made as needed.
class OutputFile
{
public:
    Result<void> open(const std::filesystem::path &path);
    Result<void> write(std::string_view bytes);
    Result<void> close(bool executable);
    bool isOpen() const { return m_out.is_open(); }

private:
    Failure error() const;
    std::filesystem::path m_path;
    std::ofstream m_out;
};

Failure fileFailure(const std::filesystem::path &path, const std::string &what);
Result<std::string> readSmallFile(const std::filesystem::path &path, std::uint64_t limit_bytes);
Result<void> renamePath(const std::filesystem::path &from, const std::filesystem::path &to);

// Returns when everything written below `folder` would survive a power loss.
Result<void> syncTree(const std::filesystem::path &folder);

} // namespace slipway::packages
