#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::sys
{

enum class Stream { Out, Error };

// Whether a person looks at it.
bool isTerminal(Stream stream);
// Rows of the terminal; 0: none, or unknown.
int terminalRows();
// How many columns a terminal gives it: none to marks that join a letter, two to wide ones.
std::size_t columnsOf(std::string_view utf8);

// The command that opens an address in the person's browser.
std::vector<std::string> browserCommand(const std::string &address);

} // namespace slipway::sys
