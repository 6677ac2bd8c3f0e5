#include "backend/packages/work_folder.h"

#include "backend/sys/random.h"

namespace slipway::packages
{

namespace fs = std::filesystem;

Failure fileFailure(const fs::path &path, const std::string &what)
{
    return failure(v1::Error::INTERNAL, "FILE_ERROR",
                   "Cannot " + what + " " + path.string() +
                       "; check the disk's free space and the folder's permissions.",
                   path.string());
}

Result<WorkFolder> WorkFolder::make(const fs::path &parent, const std::string &prefix)
{
    std::error_code error;
    fs::create_directories(parent, error);
    const fs::path path = parent / (prefix + sys::randomHex(16));
    if (error || !fs::create_directory(path, error))
        return fileFailure(path, "make the folder");
    fs::permissions(path, fs::perms::owner_all, error);
    return WorkFolder(path);
}

WorkFolder::WorkFolder(WorkFolder &&other) noexcept : m_path(std::move(other.m_path))
{
    other.m_path.clear();
}

WorkFolder::~WorkFolder()
{
    std::error_code ignored;
    if (!m_path.empty())
        fs::remove_all(m_path, ignored);
}

Failure OutputFile::error() const
{
    return fileFailure(m_path, "write");
}

Result<void> OutputFile::open(const fs::path &path)
{
    m_path = path;
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    m_out.open(path, std::ios::binary | std::ios::trunc);
    if (failed || !m_out)
        return error();
    return {};
}

Result<void> OutputFile::write(std::string_view bytes)
{
    m_out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!m_out)
        return error();
    return {};
}

Result<void> OutputFile::close(bool executable)
{
    m_out.close();
    if (!m_out)
        return error();
    using fs::perms;
    const perms readable =
        perms::owner_read | perms::owner_write | perms::group_read | perms::others_read;
    const perms runnable = perms::owner_exec | perms::group_exec | perms::others_exec;
    std::error_code failed;
    fs::permissions(m_path, executable ? readable | runnable : readable, failed);
    if (failed)
        return error();
    return {};
}

Result<std::string> readSmallFile(const fs::path &path, std::uint64_t limit_bytes)
{
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (error || size > limit_bytes)
        return fileFailure(path, error ? "read" : "take the oversized");
    std::ifstream in(path, std::ios::binary);
    std::string bytes(size, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(size));
    if (!in && size)
        return fileFailure(path, "read");
    return bytes;
}

Result<void> renamePath(const fs::path &from, const fs::path &to)
{
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    fs::rename(from, to, error);
    if (error)
        return fileFailure(to, "rename a finished file to");
    return {};
}

} // namespace slipway::packages
