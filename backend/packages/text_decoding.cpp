#include "backend/packages/text_decoding.h"

#include "backend/proto/utf8.h"

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

// Windows-1252 differs from ISO-8859-1 in 0x80 to 0x9f only; five of these mean nothing there.
static std::uint32_t fromSingleByte(unsigned char byte, bool windows)
{
    static constexpr std::uint16_t kWindows[32] = {
        0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};
    return windows && byte >= 0x80 && byte < 0xa0 ? kWindows[byte - 0x80] : byte;
}

static DecodedText fromBytes(std::string_view bytes, bool has_mark)
{
    const std::string declared = declaredEncoding(bytes);
    const bool windows = declared == "windows-1252";
    if ((windows || declared == "iso-8859-1") && !has_mark) {
        DecodedText decoded;
        for (const char letter : bytes)
            appendUtf8(decoded.text, fromSingleByte(static_cast<unsigned char>(letter), windows));
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
    if (bytes.substr(0, 4) == "\xff\xfe\0\0"sv || bytes.substr(0, 4) == "\0\0\xfe\xff"sv ||
        bytes.substr(0, 4) == "<\0\0\0"sv || bytes.substr(0, 4) == "\0\0\0<"sv)
        return {{}, "it is stored as UTF-32; save it as UTF-8"};
    const bool has_mark = bytes.substr(0, 2) == "\xfe\xff"sv || bytes.substr(0, 2) == "\xff\xfe"sv;
    const bool big_endian = bytes.substr(0, 2) == "\xfe\xff"sv || bytes.substr(0, 2) == "\0<"sv;
    const bool little_endian = bytes.substr(0, 2) == "\xff\xfe"sv || bytes.substr(0, 2) == "<\0"sv;
    if (!big_endian && !little_endian)
        return fromBytes(bytes, false);
    DecodedText decoded = fromUtf16(bytes.substr(has_mark ? 2 : 0), big_endian);
    const std::string declared = declaredEncoding(decoded.text);
    if (!declared.empty() && declared.rfind("utf-16", 0) != 0)
        return {{}, contradiction(declared, "UTF-16")};
    return decoded;
}

} // namespace slipway::packages
