#include "backend/sys/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace slipway::sys
{

bool isTerminal(Stream stream)
{
    return isatty(stream == Stream::Out ? STDOUT_FILENO : STDERR_FILENO) == 1;
}

int terminalRows()
{
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

} // namespace slipway::sys
