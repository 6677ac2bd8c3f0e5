// The borders that names, paths and addresses of services cross on their way to HAProxy: one
// function each. What cannot cross unchanged is refused (nothing is returned), never changed
// silently.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::edge
{

bool hasControls(std::string_view text); // bytes below 0x20, and 0x7f

// One word of a command on the Runtime API.
std::optional<std::string> commandWord(std::string_view text);
// One word of the configuration file.
std::optional<std::string> configWord(std::string_view text);
// A probe's path: in a map file, in a command and in the request's first line. It begins with a
// slash and holds nothing that a request's target may not hold.
bool isProbePath(std::string_view path);
// One word of the keeper's own file: every byte comes back.
std::string stateWord(std::string_view text);
std::optional<std::string> parseStateWord(std::string_view word);

} // namespace slipway::edge
