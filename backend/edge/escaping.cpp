#include "backend/edge/escaping.h"

#include <algorithm>

namespace slipway::edge
{

namespace
{

constexpr std::size_t kWordBytesMax = 1024; // a command has 16 KiB, a line of the file 2 KiB
constexpr char kHex[] = "0123456789abcdef";

bool isControl(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool canCross(std::string_view text)
{
    return !text.empty() && text.size() <= kWordBytesMax && !hasControls(text);
}

int hexDigit(char c)
{
    const std::size_t digit = std::string_view(kHex, 16).find(c);
    return digit == std::string_view::npos ? -1 : int(digit);
}

bool isPlain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./").find(c) != std::string_view::npos;
}

} // namespace

bool hasControls(std::string_view text)
{
    return std::any_of(text.begin(), text.end(), isControl);
}

std::optional<std::string> commandWord(std::string_view text)
{
    if (!canCross(text))
        return {};
    std::string word;
    for (const char c : text) {
        if (std::string_view(" \\;<").find(c) != std::string_view::npos)
            word += '\\';
        word += c;
    }
    return word;
}

std::optional<std::string> configWord(std::string_view text)
{
    if (!canCross(text))
        return {};
    std::string word = "'";
    for (const char c : text)
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

bool isProbePath(std::string_view path)
{
    return path.starts_with('/') && path.size() <= kWordBytesMax &&
           std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string stateWord(std::string_view text)
{
    std::string word = "="; // an empty text is a word too
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (isPlain(c))
            word += c;
        else
            word += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
    return word;
}

std::optional<std::string> parseStateWord(std::string_view word)
{
    if (!word.starts_with('='))
        return {};
    std::string text;
    for (std::size_t at = 1; at < word.size(); ++at) {
        if (word[at] != '%') {
            text += word[at];
            continue;
        }
        if (at + 2 >= word.size() || hexDigit(word[at + 1]) < 0 || hexDigit(word[at + 2]) < 0)
            return {};
        text += char(hexDigit(word[at + 1]) * 16 + hexDigit(word[at + 2]));
        at += 2;
    }
    return text;
}

} // namespace slipway::edge
