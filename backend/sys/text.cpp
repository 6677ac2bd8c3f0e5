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

} // namespace slipway::sys
