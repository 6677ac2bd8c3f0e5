#include "backend/core/addresses.h"

#include <set>

namespace slipway::core
{
namespace
{

constexpr int kPairs = 127;

const v1::PublicEndpoint *findBound(const v1::Slot &slot, const v1::Endpoint &endpoint)
{
    for (const v1::PublicEndpoint &old : slot.endpoints()) {
        if (old.port() == endpoint.port() && old.protocol() == endpoint.protocol())
            return &old;
    }
    return nullptr;
}

} // namespace

std::optional<AddressPair> freeAddresses(const State &state)
{
    const std::string &prefix = state.settings.address_prefix();
    if (prefix.empty())
        return std::nullopt;
    std::set<std::string> taken;
    for (const auto &[name, service] : state.services)
        taken.insert(service.production().address());
    for (int pair = 0; pair < kPairs; ++pair) {
        AddressPair addresses{prefix + "." + std::to_string(2 * pair + 1),
                              prefix + "." + std::to_string(2 * pair + 2)};
        if (!taken.contains(addresses.production))
            return addresses;
    }
    return std::nullopt;
}

void setEndpoints(v1::Slot &slot, const v1::ServiceDefinition &definition)
{
    v1::Slot renewed = slot;
    renewed.clear_endpoints();
    for (const v1::RoleDefinition &role : definition.roles()) {
        for (const v1::Endpoint &endpoint : role.endpoints()) {
            if (endpoint.kind() != v1::Endpoint::INPUT)
                continue;
            v1::PublicEndpoint &open = *renewed.add_endpoints();
            open.set_name(endpoint.name());
            open.set_role(role.name());
            open.set_protocol(endpoint.protocol());
            open.set_port(endpoint.port());
            if (const v1::PublicEndpoint *old = findBound(slot, endpoint)) {
                open.set_bound_port(old->bound_port());
                open.set_reason(old->reason());
            }
        }
    }
    slot = renewed;
}

} // namespace slipway::core
