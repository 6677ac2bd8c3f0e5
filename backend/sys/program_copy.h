// Copies of programs that lost their right to run.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>

namespace slipway::sys
{

// Replaces `to` by a copy of `from` that may be run, also where modes of files cannot be changed.
Result<void> copyProgram(const std::filesystem::path &from, const std::filesystem::path &to);

} // namespace slipway::sys
