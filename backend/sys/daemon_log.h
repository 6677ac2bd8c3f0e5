// The log of a daemon that is started again and again, and what its latest life said last.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace slipway::sys
{

class DaemonLog
{
public:
    explicit DaemonLog(std::filesystem::path file);
    // For a life that begins: a descriptor to be passed to spawn() and closed with closeFile(); -1
    // when the file cannot be opened, then the life says nothing.
    int beginLife();
    // The last line of the present life, clipped and without control characters; empty: none.
    std::string lastWords() const;

private:
    std::filesystem::path m_file;
    std::uintmax_t m_life_begins = 0; // bytes of earlier ones
};

} // namespace slipway::sys
