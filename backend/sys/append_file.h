// The log file of a daemon that outlives its starter: nobody's terminal, nobody's pipe.
#pragma once

#include <filesystem>

namespace slipway::sys
{

// A descriptor for appending (close-on-exec, 0600), to be passed to spawn() and closed with
// closeFile(); -1 when the file cannot be opened.
int openForAppend(const std::filesystem::path &file);
void closeFile(int fd);

} // namespace slipway::sys
