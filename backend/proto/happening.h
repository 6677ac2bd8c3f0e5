// What a daemon or the fabric itself saw, for the timeline.
#pragma once

#include "slipway/v1/machine.pb.h"

#include <string>

namespace slipway
{

// Its time is that of whoever takes it in.
inline v1::Happening makeHappening(v1::Severity severity, const std::string &kind,
                                   const std::string &message, const std::string &cause,
                                   const std::string &reaction)
{
    v1::Happening happening;
    happening.set_severity(severity);
    happening.set_kind(kind);
    happening.set_message(message);
    happening.set_cause(cause);
    happening.set_reaction(reaction);
    return happening;
}

} // namespace slipway
