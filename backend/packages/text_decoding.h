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

// UTF-8 and UTF-16 by byte order mark, else UTF-8; ISO-8859-1 when the XML declaration says so. A
// declaration that contradicts the bytes is an error, as XML 1.0 section 4.3.3 wants it.
DecodedText decodeXmlText(std::string_view bytes);

// False for overlong forms, surrogates, and everything else that is no UTF-8.
bool isUtf8(std::string_view text);

} // namespace slipway::packages
