#include "backend/sys/user.h"

#include <cerrno>
#include <windows.h>

namespace slipway::sys
{

std::string userName()
{
    char name[257] = {};
    DWORD size = sizeof name;
    return GetUserNameA(name, &size) ? name : "unknown";
}

bool hasAccount(std::uint32_t)
{
    return false; // users have no numbers here
}

bool isUserMapped(std::uint32_t)
{
    return false;
}

int tryUser(const std::filesystem::path &, std::uint32_t, Root)
{
    return ENOSYS;
}

} // namespace slipway::sys
