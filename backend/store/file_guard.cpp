#include "backend/store/file_guard.h"

#include <spdlog/spdlog.h>

namespace slipway::store
{

namespace
{

[[noreturn]] void lost(const std::filesystem::path &file, const char *how)
{
    throw StoreLost(file.string() + " was " + how);
}

// As the file is now; looked at once, since the next look may find nothing.
sys::FileIdentity sameFile(const std::filesystem::path &file, const sys::FileIdentity &then)
{
    const auto now = sys::identityOf(file);
    if (!now)
        lost(file, "removed");
    if (!now->isSameFile(then))
        lost(file, "replaced by another file");
    return *now;
}

} // namespace

FileGuard::FileGuard(std::filesystem::path file, std::function<std::string()> header)
    : m_file(std::move(file)), m_log(m_file.string() + "-wal"), m_header(std::move(header))
{
}

void FileGuard::record()
{
    if (m_file_then)
        m_file_then = sameFile(m_file, *m_file_then);
    else
        m_file_then = sys::identityOf(m_file);
    if (!m_file_then)
        lost(m_file, "removed");
    m_log_then = m_log_then ? sameFile(m_log, *m_log_then) : sys::identityOf(m_log);
    m_header_then = m_header();
}

void FileGuard::checkNames() const
{
    if (sameFile(m_file, *m_file_then).size_bytes < m_file_then->size_bytes)
        lost(m_file, "cut short");
    if (m_log_then && sameFile(m_log, *m_log_then).size_bytes < m_log_then->size_bytes)
        lost(m_log, "cut short");
}

void FileGuard::checkContent()
{
    checkFile();
    if (m_log_then && sameFile(m_log, *m_log_then) != *m_log_then)
        lost(m_log, "written by somebody else");
}

void FileGuard::checkFile()
{
    const sys::FileIdentity now = sameFile(m_file, *m_file_then);
    if (now == *m_file_then)
        return;
    if (now.size_bytes != m_file_then->size_bytes || m_header() != m_header_then)
        lost(m_file, "written by somebody else");
    spdlog::warn("Somebody set the time of {}; its content is what it was.", m_file.string());
    m_file_then = now;
}

} // namespace slipway::store
