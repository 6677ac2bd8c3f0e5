#pragma once

#include <string>

namespace slipway::sys
{

// The login name of the user this process runs as; its number where it has no name.
std::string userName();

} // namespace slipway::sys
