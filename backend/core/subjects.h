// Finding what a command is about, with errors that name it.
#pragma once

#include "backend/core/command.h"

namespace slipway::core
{

Result<const v1::CloudService *> requireService(const State &state, const std::string &name);
// The deployment of a slot; an unspecified slot means production.
Result<const v1::Deployment *> requireDeployment(const State &state, const std::string &service,
                                                 v1::SlotKind slot);
// An etag that is not 0 must be the subject's revision.
std::optional<v1::Error> refuseStale(const v1::Command &command, std::uint64_t revision,
                                     const std::string &subject);
inline v1::SlotKind slotOrProduction(v1::SlotKind slot)
{
    return slot == v1::STAGING ? v1::STAGING : v1::PRODUCTION;
}

} // namespace slipway::core
