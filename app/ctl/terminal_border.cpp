#include "app/ctl/terminal_border.h"

#include "backend/sys/text.h"

#include <algorithm>

namespace slipway::ctl
{

namespace
{

constexpr std::size_t kLineBytesMax = 1024 * 1024; // handed on before its end
constexpr std::string_view kKept = "\t\n";

// The length of a sequence of our own at the start of the text; 0: there is none.
std::size_t ownSequence(std::string_view text)
{
    for (const std::string_view own : kOwnSequences)
        if (text.starts_with(own))
            return own.size();
    return 0;
}

} // namespace

TerminalBorder::TerminalBorder(std::ostream &behind) : std::ostream(nullptr), m_lines(behind)
{
    rdbuf(&m_lines);
}

TerminalBorder::~TerminalBorder()
{
    m_lines.sync();
}

TerminalBorder::Lines::int_type TerminalBorder::Lines::overflow(int_type letter)
{
    if (traits_type::eq_int_type(letter, traits_type::eof()))
        return traits_type::not_eof(letter);
    const char byte = traits_type::to_char_type(letter);
    return xsputn(&byte, 1) == 1 ? letter : traits_type::eof();
}

std::streamsize TerminalBorder::Lines::xsputn(const char *text, std::streamsize size)
{
    m_line.append(text, std::size_t(size));
    if (m_line.size() > kLineBytesMax || m_line.ends_with('\n'))
        handOn();
    return m_behind ? size : 0;
}

int TerminalBorder::Lines::sync()
{
    handOn();
    m_behind.flush();
    return m_behind ? 0 : -1;
}

void TerminalBorder::Lines::handOn()
{
    std::string_view rest = m_line;
    while (!rest.empty()) {
        if (const std::size_t own = ownSequence(rest); own > 0) {
            m_behind << rest.substr(0, own);
            rest.remove_prefix(own);
            continue;
        }
        const std::size_t next = rest.find_first_of("\033\r", 1);
        m_behind << sys::visible(rest.substr(0, next), kKept);
        rest.remove_prefix(std::min(next, rest.size()));
    }
    m_line.clear();
}

} // namespace slipway::ctl
