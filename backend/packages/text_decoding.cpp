#include "backend/packages/text_decoding.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace slipway::packages
{

static void appendUtf8(std::string &text, std::uint32_t code)
{
    const auto tail = [&](int shift) {
        text += static_cast<char>(0x80 | ((code >> shift) & 0x3f));
    };
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xc0 | (code >> 6));
        tail(0);
    } else if (code < 0x10000) {
        text += static_cast<char>(0xe0 | (code >> 12));
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xf0 | (code >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

// The length of the sequence that starts at `at`, 0 when it is no UTF-8.
static std::size_t sequenceLength(std::string_view text, std::size_t at)
{
    const auto byte = [&](std::size_t index) {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0u;
    };
    const unsigned first = byte(at);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xc2 ? 0
                               : first < 0xe0 ? 2
                               : first < 0xf0 ? 3
                               : first < 0xf5 ? 4
                                              : 0;
    for (std::size_t index = 1; index < length; ++index)
        if ((byte(at + index) & 0xc0) != 0x80)
            return 0;
    const unsigned second = byte(at + 1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
    return overlong || beyond ? 0 : length;
}

bool isUtf8(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = sequenceLength(text, at);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

static DecodedText fromUtf16(std::string_view bytes, bool big_endian)
{
    if (bytes.size() % 2)
        return {{}, "it is UTF-16 and ends in the middle of a character"};
    const auto unit = [&](std::size_t at) {
        const auto high = static_cast<unsigned char>(bytes[at + (big_endian ? 0 : 1)]);
        const auto low = static_cast<unsigned char>(bytes[at + (big_endian ? 1 : 0)]);
        return static_cast<std::uint32_t>(high << 8 | low);
    };
    DecodedText decoded;
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        std::uint32_t code = unit(at);
        if (code >= 0xd800 && code < 0xe000) {
            const std::uint32_t low = at + 3 < bytes.size() ? unit(at + 2) : 0;
            if (code >= 0xdc00 || low < 0xdc00 || low >= 0xe000)
                return {{}, "it is UTF-16 with half of a surrogate pair"};
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            at += 2;
        }
        appendUtf8(decoded.text, code);
    }
    return decoded;
}

// The encoding that the XML declaration names, in lower case; empty without one.
static std::string declaredEncoding(std::string_view text)
{
    if (text.substr(0, 5) != "<?xml")
        return {};
    const auto declaration = text.substr(0, std::min(text.find("?>"), std::size_t{256}));
    const auto key = declaration.find("encoding");
    const auto open = declaration.find_first_of("\"'", key);
    if (key == std::string_view::npos || open == std::string_view::npos)
        return {};
    const auto close = declaration.find(declaration[open], open + 1);
    if (close == std::string_view::npos)
        return {};
    std::string name(declaration.substr(open + 1, close - open - 1));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return name;
}

static std::string contradiction(const std::string &declared, const char *real)
{
    return "its XML declaration says encoding=\"" + declared + "\", but it is stored as " + real +
           "; save it as UTF-8";
}

static DecodedText fromBytes(std::string_view bytes, bool has_mark)
{
    const std::string declared = declaredEncoding(bytes);
    const bool latin = declared == "iso-8859-1" || declared == "windows-1252";
    if (latin && !has_mark) {
        DecodedText decoded;
        for (const char letter : bytes)
            appendUtf8(decoded.text, static_cast<unsigned char>(letter));
        return decoded;
    }
    if (!declared.empty() && declared != "utf-8" && declared != "us-ascii")
        return {{}, contradiction(declared, "UTF-8")};
    if (!isUtf8(bytes))
        return {{}, "it is not UTF-8 and has no byte order mark; save it as UTF-8"};
    return {std::string(bytes), {}};
}

DecodedText decodeXmlText(std::string_view bytes)
{
    using namespace std::string_view_literals;
    if (bytes.substr(0, 3) == "\xef\xbb\xbf"sv)
        return fromBytes(bytes.substr(3), true);
    const bool big_endian = bytes.substr(0, 2) == "\xfe\xff"sv;
    if (!big_endian && bytes.substr(0, 2) != "\xff\xfe"sv)
        return fromBytes(bytes, false);
    DecodedText decoded = fromUtf16(bytes.substr(2), big_endian);
    const std::string declared = declaredEncoding(decoded.text);
    if (!declared.empty() && declared.rfind("utf-16", 0) != 0)
        return {{}, contradiction(declared, "UTF-16")};
    return decoded;
}

} // namespace slipway::packages
