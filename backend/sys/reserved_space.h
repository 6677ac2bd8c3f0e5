// Space on a disk that is taken before it is needed.
#pragma once

#include <cstdint>
#include <filesystem>

namespace slipway::sys
{

// Takes space for the first `bytes` of a file, whose length and content stay: what is written there
// later needs no free space. False where the file system cannot, or has no room.
[[nodiscard]] bool reserveSpace(const std::filesystem::path &file, std::uint64_t bytes);

} // namespace slipway::sys
