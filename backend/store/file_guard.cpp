#include "backend/store/file_guard.h"

namespace slipway::store
{

namespace
{

[[noreturn]] void lost(const std::filesystem::path &file, const char *how)
{
    throw StoreLost(file.string() + " was " + how);
}

void expectSameFile(const std::filesystem::path &file, const sys::FileIdentity &then)
{
    const auto now = sys::identityOf(file);
    if (!now)
        lost(file, "removed");
    if (!now->isSameFile(then))
        lost(file, "replaced by another file");
}

} // namespace

FileGuard::FileGuard(std::filesystem::path file)
    : m_file(std::move(file)), m_log(m_file.string() + "-wal")
{
}

void FileGuard::record(std::int64_t data_version)
{
    if (m_file_then)
        expectSameFile(m_file, *m_file_then);
    if (m_log_then)
        expectSameFile(m_log, *m_log_then);
    m_file_then = sys::identityOf(m_file);
    m_log_then = sys::identityOf(m_log);
    if (!m_file_then)
        lost(m_file, "removed");
    m_data_version = data_version;
}

void FileGuard::check(std::int64_t data_version) const
{
    expectSameFile(m_file, *m_file_then);
    const auto file = sys::identityOf(m_file);
    if (file->size_bytes < m_file_then->size_bytes)
        lost(m_file, "cut short");
    if (*file != *m_file_then)
        lost(m_file, "written by somebody else");
    if (!m_log_then)
        return;
    expectSameFile(m_log, *m_log_then);
    const auto log = sys::identityOf(m_log);
    if (log->size_bytes < m_log_then->size_bytes)
        lost(m_log, "cut short");
    if (*log != *m_log_then && data_version == m_data_version)
        lost(m_log, "written by somebody else");
}

} // namespace slipway::store
