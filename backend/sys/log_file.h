// An instance's log on disk, written by its host and read by the fabric. Lines lie in numbered
// segment files; a position counts bytes since the first line ever written, so a reader can resume
// after a rotation.
#pragma once

#include "backend/proto/result.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

namespace slipway::sys
{

// One text line each: "<microseconds since the epoch> <out|err|agent> <text>\n".
class LogFileWriter
{
public:
    // Continues an existing log. The oldest segment goes when the whole exceeds limit_bytes.
    LogFileWriter(std::filesystem::path folder, std::uint64_t limit_bytes);
    void
    append(const v1::LogLine &line); // text is cut at 16 KiB; line ends inside it become blanks
    // False when lines were lost: the disk is full, say. Writing goes on as soon as it can.
    bool flush();

private:
    void openSegment();
    void dropOldSegments();

    std::filesystem::path m_folder;
    std::uint64_t m_limit_bytes;
    std::uint64_t m_segment_start = 0;
    std::uint64_t m_position = 0;
    std::ofstream m_file;
};

class LogFileReader
{
public:
    explicit LogFileReader(std::filesystem::path folder);
    // Lines that start at or after `position`, at most max_lines; each carries the position after
    // itself.
    std::vector<v1::LogLine> read(std::uint64_t position, std::size_t max_lines) const;
    std::uint64_t begin() const; // oldest position still kept
    std::uint64_t end() const;
    // Where the last `lines` lines begin.
    std::uint64_t tail(std::uint32_t lines) const;

private:
    std::vector<std::pair<std::uint64_t, std::filesystem::path>> segments() const;
    std::filesystem::path m_folder;
};

} // namespace slipway::sys
