// How a program writes its own log.
#pragma once

#include <memory>
#include <spdlog/formatter.h>

namespace slipway::sys
{

// One message is one line, whatever it quotes: nothing in it can look like the next one.
std::unique_ptr<spdlog::formatter> oneLineFormatter();

} // namespace slipway::sys
