#include "models/logs/log_store.h"

namespace slipway::models
{

std::uint16_t LogStore::instanceNumber(const std::string &name)
{
    const auto known = m_instance_numbers.find(name);
    if (known != m_instance_numbers.end()) {
        return known->second;
    }
    if (m_instances.size() >= UINT16_MAX) {
        return 0;
    }
    const auto number = static_cast<std::uint16_t>(m_instances.size());
    m_instances.push_back(name);
    m_instance_numbers.emplace(name, number);
    return number;
}

void LogStore::append(const v1::LogLine &line)
{
    if (m_chunks.empty() || m_chunks.back().lines.size() == kChunkLines) {
        m_chunks.emplace_back();
        m_chunks.back().lines.reserve(kChunkLines);
    }
    auto &chunk = m_chunks.back();
    chunk.lines.push_back({line.time_us(), static_cast<std::uint32_t>(chunk.bytes.size()),
                           static_cast<std::uint32_t>(line.text().size()),
                           instanceNumber(line.instance()),
                           static_cast<std::uint8_t>(line.stream())});
    chunk.bytes += line.text();
    ++m_end;
    if (m_end - m_first > m_lines_max && m_chunks.size() > 1) {
        m_first += m_chunks.front().lines.size();
        m_chunks.pop_front();
    }
}

void LogStore::clear()
{
    m_chunks.clear();
    m_first = m_end;
}

LogEntry LogStore::at(std::uint64_t number) const
{
    const auto place = number - m_first;
    const auto &chunk = m_chunks[place / kChunkLines];
    const auto &line = chunk.lines[place % kChunkLines];
    return {line.time_us, static_cast<v1::LogLine::Stream>(line.stream), m_instances[line.instance],
            std::string_view(chunk.bytes).substr(line.offset, line.length)};
}

} // namespace slipway::models
