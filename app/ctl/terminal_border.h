// What slipwayctl says passes here on its way to a terminal, or to whoever reads it there later.
#pragma once

#include <array>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace slipway::ctl
{

// All that slipwayctl ever tells a terminal to do: colours, an empty screen, and a line once more.
inline constexpr std::string_view kGood = "\033[32m";
inline constexpr std::string_view kWarning = "\033[33m";
inline constexpr std::string_view kBad = "\033[31m";
inline constexpr std::string_view kFaint = "\033[2m";
inline constexpr std::string_view kPlain = "\033[0m";
inline constexpr std::string_view kEmptyScreen = "\033[H\033[2J";
inline constexpr std::string_view kLineAgain = "\r\033[K";
inline constexpr std::array kOwnSequences = {kGood,  kWarning,     kBad,      kFaint,
                                             kPlain, kEmptyScreen, kLineAgain};

// Hands lines on to another stream. But for line ends, tabs and the few sequences that slipwayctl
// itself makes, nothing that steers a terminal gets through: it is written out (sys::visible), as
// JSON writes it, so that a document stays one and keeps its content. Texts from elsewhere are made
// printable() before they become part of a line; this holds for those that were forgotten, too.
class TerminalBorder : public std::ostream
{
public:
    explicit TerminalBorder(std::ostream &behind);
    ~TerminalBorder() override;

private:
    class Lines final : public std::streambuf
    {
    public:
        explicit Lines(std::ostream &behind) : m_behind(behind) {}
        int sync() override;

    protected:
        int_type overflow(int_type letter) override;
        std::streamsize xsputn(const char *text, std::streamsize size) override;

    private:
        void handOn();

        std::ostream &m_behind;
        std::string m_line; // not handed on yet
    };

    Lines m_lines;
};

} // namespace slipway::ctl
