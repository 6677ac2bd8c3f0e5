#include "backend/core/subjects.h"

#include "backend/core/lookup.h"

namespace slipway::core
{

Result<const v1::CloudService *> requireService(const State &state, const std::string &name)
{
    if (const v1::CloudService *service = findService(state, name))
        return service;
    return failure(v1::Error::NOT_FOUND, "SERVICE_NOT_FOUND",
                   "There is no cloud service \"" + name + "\".", name);
}

Result<const v1::Deployment *> requireDeployment(const State &state, const std::string &service,
                                                 v1::SlotKind slot)
{
    const auto found = requireService(state, service);
    if (!found)
        return Failure(found.error());
    const v1::SlotKind kind = slotOrProduction(slot);
    const v1::Slot &place = slotOf(**found, kind);
    if (const v1::Deployment *deployment = findDeployment(state, place.deployment_id()))
        return deployment;
    const char *other = slotName(kind == v1::STAGING ? v1::PRODUCTION : v1::STAGING);
    return failure(v1::Error::FAILED_PRECONDITION, "SLOT_EMPTY",
                   "Nothing is deployed in " + std::string(slotName(kind)) + " of " + service +
                       ". Deploy a package first, or name the slot \"" + other + "\".",
                   service);
}

std::optional<v1::Error> refuseStale(const v1::Command &command, std::uint64_t revision,
                                     const std::string &subject)
{
    if (command.etag() == 0 || command.etag() == revision)
        return std::nullopt;
    return makeError(v1::Error::ABORTED, "STALE_ETAG",
                     subject + " was changed by somebody else (revision " +
                         std::to_string(revision) + ", you saw " + std::to_string(command.etag()) +
                         "). Look at it again, then repeat the command.",
                     subject);
}

} // namespace slipway::core
