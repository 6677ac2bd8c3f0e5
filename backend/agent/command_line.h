// Reading the command lines that people wrote for Windows.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::agent
{

using Environment = std::map<std::string, std::string>;

// Splits by the quoting rules of Windows' own C runtime: blanks separate, double quotes hold
// together, and back slashes are special only before a double quote. Redirections (`> log.txt`,
// `2>>x`) are left out: the agent captures all output itself.
std::vector<std::string> splitCommandLine(std::string_view line);

// Replaces %NAME% by the variable's value, whatever the case of its name; unknown ones stay.
std::string expandVariables(std::string_view text, const Environment &environment);

std::string lowered(std::string_view text);
// "..\startup.js" -> "../startup.js".
std::string forwardSlashes(std::string text);

// Whether an argument is written like a relative or rooted path, so that its back slashes separate
// folders. A pattern like "\d+" is none.
bool looksLikeWindowsPath(std::string_view argument);

} // namespace slipway::agent
