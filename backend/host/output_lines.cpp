#include "backend/host/output_lines.h"

#include "backend/host/refusal.h"

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace slipway::host
{

namespace
{
constexpr std::size_t kLineBytesMax = 4096;
constexpr std::size_t kLastWordsMax_bytes = 8192; // a trace of calls may follow the reason
} // namespace

OutputLines::OutputLines(asio::io_context &io, OnLine on_line)
    : m_read_end(io), m_on_line(std::move(on_line))
{
}

int OutputLines::open()
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    m_read_end.assign(ends[0]);
    m_write_end = ends[1];
    read();
    return m_write_end;
}

void OutputLines::closeWriteEnd()
{
    if (m_write_end >= 0)
        close(m_write_end);
    m_write_end = -1;
}

void OutputLines::stop()
{
    closeWriteEnd();
    m_on_line = nullptr;
    std::error_code ignored;
    m_read_end.close(ignored);
}

std::string OutputLines::tellingLine() const
{
    return m_last_words.empty() ? std::string() : host::tellingLine(m_last_words);
}

void OutputLines::goOn()
{
    m_held = false;
    if (std::exchange(m_waits, false) && m_read_end.is_open())
        read();
}

void OutputLines::read()
{
    if (m_held) {
        m_waits = true;
        return;
    }
    m_read_end.async_read_some(
        asio::buffer(m_buffer),
        [self = shared_from_this()](std::error_code error, std::size_t count) {
            if (error)
                return;
            self->take(count);
            if (self->m_read_end.is_open())
                self->read();
        });
}

void OutputLines::take(std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) {
        const char letter = m_buffer[i];
        if (letter != '\n' && m_partial.size() < kLineBytesMax) {
            m_partial += letter;
            continue;
        }
        const std::string line = std::exchange(m_partial, {});
        keep(line);
        if (m_on_line)
            m_on_line(line);
    }
}

// Whole lines, the latest ones.
void OutputLines::keep(const std::string &line)
{
    m_last_words += line + '\n';
    if (m_last_words.size() <= kLastWordsMax_bytes)
        return;
    const std::size_t cut = m_last_words.find('\n', m_last_words.size() - kLastWordsMax_bytes);
    m_last_words.erase(0, cut + 1);
}

} // namespace slipway::host
