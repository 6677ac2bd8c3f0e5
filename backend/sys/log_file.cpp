#include "backend/sys/log_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kTextBytesMax = 16 * 1024;
constexpr std::uint64_t kSegmentBytesMin = 64 * 1024;
constexpr std::uint64_t kSegmentsPerLog = 8;
constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr std::string_view kSuffix = ".log";

using Segment = std::pair<std::uint64_t, fs::path>; // position of its first byte, file

std::optional<std::uint64_t> startOf(const fs::path &file)
{
    const std::string name = file.filename().string();
    if (!name.ends_with(kSuffix))
        return std::nullopt;
    std::uint64_t start = 0;
    const char *end = name.data() + name.size() - kSuffix.size();
    const auto parsed = std::from_chars(name.data(), end, start);
    return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(start) : std::nullopt;
}

std::vector<Segment> segmentsOf(const fs::path &folder)
{
    std::vector<Segment> found;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (const auto start = startOf(entry->path()))
            found.emplace_back(*start, entry->path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::uint64_t sizeOf(const fs::path &file)
{
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    return error ? 0 : std::uint64_t(size);
}

fs::path segmentFile(const fs::path &folder, std::uint64_t start)
{
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "%020llu", static_cast<unsigned long long>(start));
    return folder / (std::string(name.data()) + std::string(kSuffix));
}

std::string_view streamName(v1::LogLine::Stream stream)
{
    switch (stream) {
    case v1::LogLine::ERR:
        return "err";
    case v1::LogLine::AGENT:
        return "agent";
    default:
        return "out";
    }
}

v1::LogLine::Stream streamNamed(std::string_view name)
{
    if (name == "err")
        return v1::LogLine::ERR;
    return name == "agent" ? v1::LogLine::AGENT : v1::LogLine::OUT;
}

// False for a line that no writer of ours made; its text is then shown as it is.
bool parseLine(std::string_view text, v1::LogLine &line)
{
    std::int64_t time_us = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), time_us);
    const std::size_t time_end = std::size_t(parsed.ptr - text.data());
    const std::size_t stream_end = text.find(' ', time_end + 1);
    if (parsed.ec != std::errc() || time_end >= text.size() || stream_end == std::string_view::npos)
        return false;
    line.set_time_us(time_us);
    line.set_stream(streamNamed(text.substr(time_end + 1, stream_end - time_end - 1)));
    line.set_text(std::string(text.substr(stream_end + 1)));
    return true;
}

// A text that was cut may end inside a character; a message that holds half of one is refused by
// its reader, and with it the rest of the log.
std::string withoutTornEnd(std::string text)
{
    constexpr std::size_t kContinuationsMax = 3;
    std::size_t continuations = 0;
    while (continuations < std::min(text.size(), kContinuationsMax) &&
           (static_cast<unsigned char>(text[text.size() - 1 - continuations]) & 0xC0) == 0x80)
        ++continuations;
    if (continuations == text.size())
        return {}; // nothing but the end of one
    const auto first = static_cast<unsigned char>(text[text.size() - 1 - continuations]);
    const std::size_t wanted = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    if (continuations < wanted)
        text.resize(text.size() - 1 - continuations);
    return text;
}

std::string formatted(const v1::LogLine &line)
{
    std::string text = withoutTornEnd(line.text().substr(0, kTextBytesMax));
    std::replace_if(
        text.begin(), text.end(), [](char letter) { return letter == '\n' || letter == '\r'; },
        ' ');
    return std::to_string(line.time_us()) + " " + std::string(streamName(line.stream())) + " " +
           text + "\n";
}

// A writer that was killed may have left half a line.
bool endsMidLine(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary | std::ios::ate);
    if (!stream || stream.tellg() <= 0)
        return false;
    stream.seekg(-1, std::ios::end);
    return stream.get() != '\n';
}

// Counts line ends backwards from the file's end; the position behind the wanted one, or -1 with
// `lines` reduced by what was found.
std::int64_t backwards(const fs::path &file, std::uint64_t &lines)
{
    std::ifstream stream(file, std::ios::binary);
    std::string block;
    for (std::uint64_t end = sizeOf(file); end > 0;) {
        const std::uint64_t size = std::min<std::uint64_t>(end, kBlockBytes);
        block.resize(size);
        stream.seekg(std::streamoff(end - size));
        if (!stream.read(block.data(), std::streamsize(size)))
            return -1;
        for (std::size_t at = block.size(); at-- > 0;) {
            if (block[at] == '\n' && lines-- == 0)
                return std::int64_t(end - size + at + 1);
        }
        end -= size;
    }
    return -1;
}

} // namespace

LogFileWriter::LogFileWriter(fs::path folder, std::uint64_t limit_bytes)
    : m_folder(std::move(folder)), m_limit_bytes(limit_bytes)
{
    std::error_code ignored;
    fs::create_directories(m_folder, ignored);
    if (const auto existing = segmentsOf(m_folder); !existing.empty()) {
        m_segment_start = existing.back().first;
        m_position = m_segment_start + sizeOf(existing.back().second);
    }
    openSegment();
}

void LogFileWriter::openSegment()
{
    const fs::path file = segmentFile(m_folder, m_segment_start);
    const bool torn = endsMidLine(file);
    m_file = std::ofstream(file, std::ios::binary | std::ios::app);
    if (torn) {
        m_file.put('\n');
        ++m_position;
    }
}

void LogFileWriter::append(const v1::LogLine &line)
{
    const std::uint64_t segment_bytes = std::max(kSegmentBytesMin, m_limit_bytes / kSegmentsPerLog);
    if (m_position - m_segment_start >= segment_bytes && flush()) {
        m_segment_start = m_position;
        openSegment();
        dropOldSegments();
    }
    const std::string text = formatted(line);
    m_file.write(text.data(), std::streamsize(text.size()));
    m_position += text.size();
}

// On a full disk lines are lost; positions go on to mean what the file holds, and lines are written
// again as soon as there is room.
bool LogFileWriter::flush()
{
    if (m_file.flush())
        return true;
    m_file.close();
    m_position = m_segment_start + sizeOf(segmentFile(m_folder, m_segment_start));
    openSegment();
    return false;
}

void LogFileWriter::dropOldSegments()
{
    const auto existing = segmentsOf(m_folder);
    for (std::size_t i = 0; i + 1 < existing.size(); ++i) {
        if (m_position - existing[i].first <= m_limit_bytes)
            return;
        std::error_code ignored;
        fs::remove(existing[i].second, ignored);
    }
}

LogFileReader::LogFileReader(fs::path folder) : m_folder(std::move(folder)) {}

std::vector<Segment> LogFileReader::segments() const
{
    return segmentsOf(m_folder);
}

std::vector<v1::LogLine> LogFileReader::read(std::uint64_t position, std::size_t max_lines) const
{
    std::vector<v1::LogLine> lines;
    const std::string instance = m_folder.filename().string();
    for (const auto &[start, file] : segments()) {
        const std::uint64_t size = sizeOf(file);
        if (start + size <= position)
            continue;
        std::uint64_t at = std::max(start, position);
        std::ifstream stream(file, std::ios::binary);
        stream.seekg(std::streamoff(at - start));
        for (std::string text; lines.size() < max_lines && std::getline(stream, text);) {
            if (stream.eof())
                break; // half a line: its writer is at it
            at += text.size() + 1;
            text = withoutTornEnd(std::move(text)); // a writer that was killed left it so
            v1::LogLine line;
            if (!parseLine(text, line))
                line.set_text(text);
            line.set_instance(instance);
            line.set_position(at);
            lines.push_back(std::move(line));
        }
    }
    return lines;
}

std::uint64_t LogFileReader::begin() const
{
    const auto existing = segments();
    return existing.empty() ? 0 : existing.front().first;
}

std::uint64_t LogFileReader::end() const
{
    const auto existing = segments();
    return existing.empty() ? 0 : existing.back().first + sizeOf(existing.back().second);
}

std::uint64_t LogFileReader::tail(std::uint32_t lines) const
{
    const auto existing = segments();
    std::uint64_t wanted = lines;
    for (auto segment = existing.rbegin(); segment != existing.rend(); ++segment) {
        if (const std::int64_t at = backwards(segment->second, wanted); at >= 0)
            return segment->first + std::uint64_t(at);
    }
    return existing.empty() ? 0 : existing.front().first;
}

} // namespace slipway::sys
