// Whether unpacked content is still what was unpacked.
#pragma once

#include "backend/proto/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>

namespace slipway::packages
{

struct ContentDigest {
    std::string hex;         // over every name, right to run, and byte
    std::uint64_t bytes = 0; // that were read
};

// Reads everything below `folder`. FILE_ERROR for what cannot be read, or when `stopped` says so.
Result<ContentDigest> contentDigest(const std::filesystem::path &folder,
                                    const std::function<bool()> &stopped = {});

} // namespace slipway::packages
