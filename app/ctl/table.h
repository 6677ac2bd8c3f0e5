#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace slipway::ctl
{

enum class Tone { Plain, Good, Warning, Bad, Faint };

struct Cell {
    Cell(std::string cell_text, Tone cell_tone = Tone::Plain)
        : text(std::move(cell_text)), tone(cell_tone)
    {
    }
    Cell(const char *cell_text) : text(cell_text) {}
    std::string text;
    Tone tone = Tone::Plain;
};

// Aligned columns for people. Titles starting with '>' align to the right.
class Table
{
public:
    explicit Table(std::vector<std::string> titles);
    void add(std::vector<Cell> row);
    bool empty() const { return m_rows.empty(); }
    void print(std::ostream &out, bool colours) const;

private:
    void printRow(std::ostream &out, const std::vector<Cell> &row,
                  const std::vector<std::size_t> &widths, bool colours) const;

    std::vector<Cell> m_titles;
    std::vector<bool> m_right;
    std::vector<std::vector<Cell>> m_rows;
};

// Colour for a person at a terminal who did not say NO_COLOR.
bool coloursWanted();
std::string coloured(const std::string &text, Tone tone, bool colours);

} // namespace slipway::ctl
