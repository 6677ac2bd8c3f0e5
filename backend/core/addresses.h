// Slots have addresses for life, two a service, out of the /24 that the fabric took.
#pragma once

#include "backend/core/core.h"

#include <optional>

namespace slipway::core
{

struct AddressPair {
    std::string production;
    std::string staging;
};

// The lowest free pair (.1 and .2, .3 and .4, ...); nothing when all 127 are taken.
std::optional<AddressPair> freeAddresses(const State &state);

// The public endpoints of a definition at a slot. Bound ports are the slot's: they stay where the
// same port and protocol come again.
void setEndpoints(v1::Slot &slot, const v1::ServiceDefinition &definition);

} // namespace slipway::core
