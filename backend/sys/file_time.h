// A point in time as part of a file's name: sorts by time, and has no character that is special.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::sys
{

std::string fileTime(std::int64_t wall_ms); // "20261127T193331Z"
bool isFileTime(const std::string &text);
std::optional<std::int64_t> fileTimeMs(const std::string &text); // nothing: it is none

} // namespace slipway::sys
