#include "backend/host/output_lines.h"

#include <fcntl.h>
#include <unistd.h>

namespace slipway::host
{

namespace
{
constexpr std::size_t kLineBytesMax = 4096;
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

void OutputLines::read()
{
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
        m_last_line.swap(m_partial);
        m_partial.clear();
        if (m_on_line)
            m_on_line(m_last_line);
    }
}

} // namespace slipway::host
