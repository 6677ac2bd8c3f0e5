// A command as the fabric takes it: with what makes its repetition harmless.
#pragma once

#include "slipway/v1/commands.pb.h"

#include <string>
#include <vector>

namespace slipway::fabric
{

struct Request {
    v1::Command command;
    std::string digest;                // of the command as it came; empty: never repeated
    std::vector<v1::Problem> warnings; // of its configuration; they belong to the answer
};

// Over everything that was asked for: not over the id, nor over who the server says it was.
std::string requestDigest(const v1::Command &command);

} // namespace slipway::fabric
