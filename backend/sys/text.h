// Text that came from somewhere else.
#pragma once

#include <string>
#include <string_view>

namespace slipway::sys
{

// Replaces what is not UTF-8 by U+FFFD: a message with other bytes in a string field is refused by
// its reader.
std::string toUtf8(std::string_view bytes);

} // namespace slipway::sys
