#include "backend/sys/text.h"

#include <algorithm>

namespace slipway::sys
{

namespace
{

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool isContinuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

// Length of a sequence by its first byte; 0 when no character starts so.
std::size_t sequenceLength(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

// Overlong forms, surrogates and code points over U+10FFFF betray themselves in the second byte.
bool secondByteFits(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xE0:
        return second >= 0xA0;
    case 0xED:
        return second < 0xA0;
    case 0xF0:
        return second >= 0x90;
    case 0xF4:
        return second < 0x90;
    default:
        return true;
    }
}

bool startsWithCharacter(std::string_view bytes, std::size_t length)
{
    if (length == 0 || length > bytes.size())
        return false;
    if (length > 1 &&
        !secondByteFits(static_cast<unsigned char>(bytes[0]), static_cast<unsigned char>(bytes[1])))
        return false;
    return std::all_of(bytes.begin() + 1, bytes.begin() + std::ptrdiff_t(length),
                       [](char byte) { return isContinuation(static_cast<unsigned char>(byte)); });
}

// The character at the start of valid UTF-8.
char32_t characterAt(std::string_view text)
{
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = sequenceLength(first);
    char32_t character = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i)
        character = character << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
    return character;
}

struct Range {
    char32_t first;
    char32_t last;
};

// Without a shape: Unicode's controls, ends of lines, marks of direction, invisible operators,
// annotations, tags, and blanks without a width. The joiners of scripts and of emoji stay.
constexpr Range kShapeless[] = {{0x00, 0x1F},     {0x7F, 0x9F},      {0x61C, 0x61C},
                                {0x180E, 0x180E}, {0x200B, 0x200B},  {0x200E, 0x200F},
                                {0x2028, 0x202E}, {0x2060, 0x206F},  {0xFEFF, 0xFEFF},
                                {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};

bool isShapeless(char32_t character)
{
    return std::any_of(std::begin(kShapeless), std::end(kShapeless), [character](Range range) {
        return character >= range.first && character <= range.last;
    });
}

std::string unit(char32_t value)
{
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text = "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        text += kDigits[value >> shift & 15];
    return text;
}

// In UTF-16, as JSON has it.
std::string writtenOut(char32_t character)
{
    if (character <= 0xFFFF)
        return unit(character);
    const char32_t rest = character - 0x10000;
    return unit(0xD800 + (rest >> 10)) + unit(0xDC00 + (rest & 0x3FF));
}

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

void clip(std::string &text, std::size_t bytes_max)
{
    if (text.size() <= bytes_max)
        return;
    std::size_t end = bytes_max - std::min(bytes_max, kEllipsis.size());
    while (end > 0 && isContinuation(static_cast<unsigned char>(text[end])))
        --end;
    text.resize(end);
    text += kEllipsis;
}

} // namespace

std::string toUtf8(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t length = sequenceLength(static_cast<unsigned char>(bytes[0]));
        const bool valid = startsWithCharacter(bytes, length);
        text += valid ? bytes.substr(0, length) : kReplacement;
        bytes.remove_prefix(valid ? length : 1);
    }
    return text;
}

std::string visible(std::string_view bytes, std::string_view kept)
{
    const std::string valid = toUtf8(bytes);
    std::string text;
    text.reserve(valid.size());
    for (std::string_view rest = valid; !rest.empty();) {
        const std::size_t length = sequenceLength(static_cast<unsigned char>(rest[0]));
        const char32_t character = characterAt(rest);
        if (!isShapeless(character) || kept.find(rest[0]) != std::string_view::npos)
            text += rest.substr(0, length);
        else
            text += writtenOut(character);
        rest.remove_prefix(length);
    }
    return text;
}

// What cannot fit is not looked at: writing out only makes it longer.
std::string visible(std::string_view bytes, std::size_t bytes_max)
{
    std::string text = visible(bytes.substr(0, bytes_max + 1));
    clip(text, bytes_max);
    return text;
}

std::string inOneLine(std::string_view lines)
{
    constexpr std::string_view kBlank = " \t\r";
    std::string result;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        std::string_view line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
        line.remove_suffix(line.size() - (line.find_last_not_of(kBlank) + 1));
        if (!line.empty())
            result.append(result.empty() ? "" : "; ").append(line);
    }
    return result;
}

std::string clause(std::string sentence)
{
    while (sentence.ends_with('.') || sentence.ends_with('\n'))
        sentence.pop_back();
    return sentence;
}

} // namespace slipway::sys
