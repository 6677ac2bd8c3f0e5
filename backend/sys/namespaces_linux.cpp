#include "backend/sys/namespaces.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace slipway::sys
{

bool namespacesSwitchedOff()
{
    static constexpr const char *kKinds[] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};
    return std::any_of(std::begin(kKinds), std::end(kKinds), [](const std::string kind) {
        long limit = 1;
        std::ifstream file("/proc/sys/user/max_" + kind + "_namespaces");
        return file >> limit && limit == 0;
    });
}

} // namespace slipway::sys
