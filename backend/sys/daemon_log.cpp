#include "backend/sys/daemon_log.h"

#include "backend/sys/append_file.h"
#include "backend/sys/text.h"

#include <algorithm>
#include <fstream>
#include <string_view>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

// Without "[2026-11-28 02:20:01.123] [error] ": the same reason is the same text each time.
std::string_view withoutStamp(std::string_view line)
{
    for (int part = 0; part < 2; ++part) {
        const std::size_t end = line.find("] ");
        const bool stamped = line.size() > 1 && line[0] == '[' && end != line.npos &&
                             (part == 1 || (line[1] >= '0' && line[1] <= '9'));
        if (!stamped)
            break;
        line.remove_prefix(end + 2);
    }
    return line;
}

} // namespace

DaemonLog::DaemonLog(fs::path file) : m_file(std::move(file)) {}

int DaemonLog::beginLife()
{
    std::error_code error;
    fs::create_directories(m_file.parent_path(), error);
    const int fd = openForAppend(m_file);
    const std::uintmax_t size = fs::file_size(m_file, error);
    m_life_begins = error ? 0 : size;
    return fd;
}

std::string DaemonLog::lastWords() const
{
    constexpr std::uintmax_t kTail_bytes = 2000;
    constexpr std::size_t kShown_bytes = 600;
    std::error_code error;
    const std::uintmax_t size = fs::file_size(m_file, error);
    if (error || size <= m_life_begins)
        return {};
    std::ifstream file(m_file, std::ios::binary);
    file.seekg(std::streamoff(std::max(m_life_begins, size - std::min(size, kTail_bytes))));
    std::string last;
    for (std::string line; std::getline(file, line);)
        if (!line.empty())
            last = line;
    return visible(withoutStamp(last), kShown_bytes);
}

} // namespace slipway::sys
