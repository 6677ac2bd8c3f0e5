#include "backend/sys/user.h"

#include <pwd.h>
#include <unistd.h>
#include <vector>

namespace slipway::sys
{

std::string userName()
{
    static constexpr std::size_t kEntryBytes = 16 * 1024;
    std::vector<char> buffer(kEntryBytes);
    passwd entry{};
    passwd *found = nullptr;
    if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found)
        return found->pw_name;
    return std::to_string(geteuid());
}

} // namespace slipway::sys
