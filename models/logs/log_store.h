// A million log lines in little memory: texts lie in chunks of bytes, a line is an offset. The
// oldest chunk goes when there are too many. Lines are numbered for ever; a number never changes
// its line.
#pragma once

#include "slipway/v1/resources.pb.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace slipway::models
{

struct LogEntry {
    std::int64_t time_us = 0;
    v1::LogLine::Stream stream = v1::LogLine::STREAM_UNSPECIFIED;
    std::string_view instance; // valid until the next append
    std::string_view text;
};

class LogStore
{
public:
    explicit LogStore(std::uint64_t lines_max) : m_lines_max(lines_max) {}

    void append(const v1::LogLine &line);
    void clear();
    std::uint64_t first() const { return m_first; } // number of the oldest line kept
    std::uint64_t end() const { return m_end; }     // one past the newest
    LogEntry at(std::uint64_t number) const;        // first() <= number < end()

private:
    static constexpr std::size_t kChunkLines = 4096;

    struct Line {
        std::int64_t time_us;
        std::uint32_t offset;
        std::uint32_t length;
        std::uint16_t instance;
        std::uint8_t stream;
    };
    struct Chunk {
        std::string bytes;
        std::vector<Line> lines;
    };

    std::uint16_t instanceNumber(const std::string &name);

    std::uint64_t m_lines_max;
    std::uint64_t m_first = 0;
    std::uint64_t m_end = 0;
    std::deque<Chunk> m_chunks; // all but the last are full
    std::vector<std::string> m_instances;
    std::unordered_map<std::string, std::uint16_t> m_instance_numbers;
};

} // namespace slipway::models
