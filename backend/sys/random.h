#pragma once

#include <string>

namespace slipway::sys
{

// So many lower-case hex digits from the operating system's random source.
std::string randomHex(std::size_t digits);

} // namespace slipway::sys
