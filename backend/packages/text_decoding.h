// Bytes of an XML file -> UTF-8 text.
#pragma once

#include <string>
#include <string_view>

namespace slipway::packages
{

struct DecodedText {
    std::string text;  // UTF-8 without byte order mark
    std::string error; // in words; empty: fine
};

// UTF-8 and UTF-16 by byte order mark or by their first character, else UTF-8; ISO-8859-1 and
// Windows-1252 when the XML declaration says so. A declaration that contradicts the bytes is an
// error, as XML 1.0 section 4.3.3 wants it; so is every other encoding.
DecodedText decodeXmlText(std::string_view bytes);

} // namespace slipway::packages
