#pragma once

#include <filesystem>

namespace slipway::sys
{

// Removes a socket of this user's, to make way for another one; leaves everything else alone.
void removeOwnSocket(const std::filesystem::path &socket);

} // namespace slipway::sys
