#include "backend/agent/line_splitter.h"

#include <algorithm>

namespace slipway::agent
{

void LineSplitter::feed(std::string_view bytes)
{
    while (!bytes.empty()) {
        const std::size_t room = kLineBytesMax - m_line.size();
        const std::size_t end = bytes.find('\n');
        if (end != std::string_view::npos && end <= room) {
            m_line += bytes.substr(0, end);
            bytes.remove_prefix(end + 1);
            emit();
            continue;
        }
        m_line += bytes.substr(0, room);
        bytes.remove_prefix(std::min(room, bytes.size()));
        if (m_line.size() == kLineBytesMax && !bytes.empty())
            emit();
    }
}

void LineSplitter::finish()
{
    if (!m_line.empty())
        emit();
}

void LineSplitter::emit()
{
    if (!m_line.empty() && m_line.back() == '\r')
        m_line.pop_back();
    m_on_line(toUtf8(m_line));
    m_line.clear();
}

} // namespace slipway::agent
