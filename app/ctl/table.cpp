#include "app/ctl/table.h"

#include "app/ctl/terminal_border.h"
#include "backend/sys/terminal.h"
#include "backend/sys/text.h"

#include <algorithm>
#include <cstdlib>

namespace slipway::ctl
{

namespace
{

std::string_view code(Tone tone)
{
    switch (tone) {
    case Tone::Good:
        return kGood;
    case Tone::Warning:
        return kWarning;
    case Tone::Bad:
        return kBad;
    case Tone::Faint:
        return kFaint;
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
    if (!colours || tone == Tone::Plain)
        return text;
    return std::string(code(tone)) + text + std::string(kPlain);
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
        cell.text = sys::visible(cell.text);
    row.resize(m_titles.size(), Cell(""));
    m_rows.push_back(std::move(row));
}

void Table::print(std::ostream &out, bool colours) const
{
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < m_titles.size(); ++column) {
        widths.push_back(sys::columnsOf(m_titles[column].text));
        for (const auto &row : m_rows)
            widths.back() = std::max(widths.back(), sys::columnsOf(row[column].text));
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
        const std::string fill(widths[column] - sys::columnsOf(row[column].text), ' ');
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
