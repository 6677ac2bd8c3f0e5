#include "backend/sys/own_socket.h"

namespace slipway::sys
{

void removeOwnSocket(const std::filesystem::path &socket)
{
    std::error_code ignored;
    if (std::filesystem::is_socket(socket, ignored))
        std::filesystem::remove(socket, ignored);
}

} // namespace slipway::sys
