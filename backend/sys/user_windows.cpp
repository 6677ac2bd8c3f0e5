#include "backend/sys/user.h"

#include <windows.h>

namespace slipway::sys
{

std::string userName()
{
    char name[257] = {};
    DWORD size = sizeof name;
    return GetUserNameA(name, &size) ? name : "unknown";
}

} // namespace slipway::sys
