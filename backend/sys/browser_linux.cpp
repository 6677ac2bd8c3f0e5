#include "backend/sys/terminal.h"

namespace slipway::sys
{

std::vector<std::string> browserCommand(const std::string &address)
{
    return {"xdg-open", address};
}

} // namespace slipway::sys
