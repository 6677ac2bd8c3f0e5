// Text that came from somewhere else.
#pragma once

#include <string>
#include <string_view>

namespace slipway::sys
{

// Replaces what is not UTF-8 by U+FFFD: a message with other bytes in a string field is refused by
// its reader.
std::string toUtf8(std::string_view bytes);

// For people, whether on a terminal, in a log or in a message: one line of valid UTF-8 that steers
// nothing. What has no shape of its own (control characters of both sets, line ends, and the marks
// that turn the direction of writing or hide what follows) is written out as JSON does it:
// "\u000a",
// "\u202e". Applied twice it changes nothing more. `kept` lists control characters that stay.
std::string visible(std::string_view bytes, std::string_view kept = {});
// What a program wrote in lines, as a part of a sentence: "first; second".
std::string inOneLine(std::string_view lines);
// A sentence to go on with: without its full stop.
std::string clause(std::string sentence);
// At most so many bytes; a longer text ends with "…".
std::string visible(std::string_view bytes, std::size_t bytes_max);

} // namespace slipway::sys
