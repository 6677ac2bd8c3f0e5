// How the readers of this room word a problem.
#pragma once

#include "backend/packages/problems.h"

namespace slipway::packages
{

v1::Problem makeProblem(v1::Severity severity, std::string_view rule, std::string_view file,
                        Location place, std::string_view message, std::string_view hint = {});

} // namespace slipway::packages
