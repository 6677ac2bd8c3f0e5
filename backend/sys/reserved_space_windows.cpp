#include "backend/sys/reserved_space.h"

namespace slipway::sys
{

bool reserveSpace(const std::filesystem::path &, std::uint64_t)
{
    return false;
}

} // namespace slipway::sys
