#include "app/ctl/table.h"

#include "app/ctl/words.h"
#include "backend/sys/terminal.h"

#include <algorithm>
#include <cstdlib>

namespace slipway::ctl
{

namespace
{

// Characters, not bytes; wide ones are counted as one.
std::size_t width(const std::string &text)
{
    return std::size_t(std::count_if(text.begin(), text.end(),
                                     [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

const char *code(Tone tone)
{
    switch (tone) {
    case Tone::Good:
        return "\033[32m";
    case Tone::Warning:
        return "\033[33m";
    case Tone::Bad:
        return "\033[31m";
    case Tone::Faint:
        return "\033[2m";
    case Tone::Plain:
        break;
    }
    return "";
}

} // namespace

bool coloursWanted()
{
    const char *refused = std::getenv("NO_COLOR");
    return sys::isTerminal(sys::Stream::Out) && !(refused && *refused);
}

std::string coloured(const std::string &text, Tone tone, bool colours)
{
    return colours && tone != Tone::Plain ? code(tone) + text + "\033[0m" : text;
}

Table::Table(std::vector<std::string> titles)
{
    for (std::string &title : titles) {
        m_right.push_back(title.starts_with('>'));
        m_titles.emplace_back(m_right.back() ? title.substr(1) : title, Tone::Faint);
    }
}

void Table::add(std::vector<Cell> row)
{
    for (Cell &cell : row)
        cell.text = printable(cell.text);
    row.resize(m_titles.size(), Cell(""));
    m_rows.push_back(std::move(row));
}

void Table::print(std::ostream &out, bool colours) const
{
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < m_titles.size(); ++column) {
        widths.push_back(width(m_titles[column].text));
        for (const auto &row : m_rows)
            widths.back() = std::max(widths.back(), width(row[column].text));
    }
    printRow(out, m_titles, widths, colours);
    for (const auto &row : m_rows)
        printRow(out, row, widths, colours);
}

void Table::printRow(std::ostream &out, const std::vector<Cell> &row,
                     const std::vector<std::size_t> &widths, bool colours) const
{
    std::string blanks; // before the next text, so that no line ends with them
    for (std::size_t column = 0; column < row.size(); ++column) {
        const std::string fill(widths[column] - width(row[column].text), ' ');
        if (m_right[column])
            blanks += fill;
        if (!row[column].text.empty()) {
            out << blanks << coloured(row[column].text, row[column].tone, colours);
            blanks.clear();
        }
        if (!m_right[column])
            blanks += fill;
        blanks += "  ";
    }
    out << '\n';
}

} // namespace slipway::ctl
