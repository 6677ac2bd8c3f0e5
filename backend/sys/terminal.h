#pragma once

#include <string>
#include <vector>

namespace slipway::sys
{

enum class Stream { Out, Error };

// Whether a person looks at it.
bool isTerminal(Stream stream);
// Rows of the terminal; 0: none, or unknown.
int terminalRows();

// The command that opens an address in the person's browser.
std::vector<std::string> browserCommand(const std::string &address);

} // namespace slipway::sys
