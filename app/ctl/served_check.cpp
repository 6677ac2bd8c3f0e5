#include "app/ctl/served_check.h"

#include <thread>

namespace slipway::ctl
{

namespace
{

constexpr auto kPatience = std::chrono::seconds(10);
constexpr auto kInterval = std::chrono::milliseconds(50);

// Until the edge has confirmed what the state wanted at first, or has said why it cannot. A keeper
// that is just started again has its time too.
Result<void> awaitEdge(Context &context)
{
    const auto until = std::chrono::steady_clock::now() + kPatience;
    auto status = context.session().status();
    const std::uint64_t wanted = status ? status->revision() : 0;
    while (status && status->edge_problem().empty() && status->edge_revision() < wanted) {
        if (std::chrono::steady_clock::now() >= until)
            return failure(v1::Error::UNAVAILABLE, "EDGE_NOT_CONFIRMED",
                           "The load balancer has not confirmed the new addresses within " +
                               std::to_string(kPatience.count()) +
                               " s: they may not be served yet. `slipwayctl status` and `events` "
                               "say what it does; it is tried on by itself.",
                           status->fabric_id());
        std::this_thread::sleep_until(std::chrono::steady_clock::now() + kInterval);
        status = context.session().status();
    }
    return status ? checkEdge(*status) : Result<void>(Failure(status.error()));
}

Result<void> checkSlot(const v1::CloudService &service, const v1::Slot &slot)
{
    for (const v1::PublicEndpoint &endpoint : slot.endpoints())
        if (!slot.deployment_id().empty() && endpoint.bound_port() == 0 &&
            !endpoint.reason().empty())
            return failure(v1::Error::UNAVAILABLE, "ADDRESS_NOT_SERVED",
                           "Port " + std::to_string(endpoint.port()) + " of " + service.name() +
                               " is not served: " + endpoint.reason() +
                               ". It is tried again by itself.",
                           service.name());
    return {};
}

} // namespace

Result<void> checkEdge(const v1::FabricStatus &status)
{
    if (status.edge_problem().empty())
        return {};
    return failure(v1::Error::UNAVAILABLE, "EDGE_NOT_SERVING",
                   "No public address is served: " + status.edge_problem() +
                       " It is tried again by itself.",
                   status.fabric_id());
}

Result<void> checkServed(Context &context, const std::string &service)
{
    if (auto served = awaitEdge(context); !served)
        return served;
    const auto found = context.session().service(service);
    if (!found)
        return {}; // deleted meanwhile
    if (auto production = checkSlot(found->service, found->service.production()); !production)
        return production;
    return checkSlot(found->service, found->service.staging());
}

} // namespace slipway::ctl
