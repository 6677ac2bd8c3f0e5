// The sizes of classic cloud services (reference 3, figures of 2017), compiled in.
#pragma once

#include "slipway/v1/resources.pb.h"

#include <cstdint>
#include <string_view>

namespace slipway::core
{

struct SizeFacts {
    std::string_view name;
    std::uint32_t cores;
    std::uint64_t memory_bytes;
    std::uint64_t local_disk_gib;
    std::string_view family;
};

// nullptr: no such size. Names are compared exactly.
const SizeFacts *findSize(std::string_view name);
// Without a price: prices are the operator's and change nothing for what runs.
v1::VmSize sizeMessage(const SizeFacts &facts);

} // namespace slipway::core
