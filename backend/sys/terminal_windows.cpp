#include "backend/sys/terminal.h"

#include <io.h>
#include <windows.h>

namespace slipway::sys
{

bool isTerminal(Stream stream)
{
    return _isatty(stream == Stream::Out ? 1 : 2) != 0;
}

int terminalRows()
{
    CONSOLE_SCREEN_BUFFER_INFO info{};
    if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info))
        return 0;
    return info.srWindow.Bottom - info.srWindow.Top + 1;
}

std::size_t columnsOf(std::string_view utf8)
{
    std::size_t columns = 0;
    for (const char byte : utf8)
        columns += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
    return columns;
}

std::vector<std::string> browserCommand(const std::string &address)
{
    return {"explorer", address};
}

} // namespace slipway::sys
