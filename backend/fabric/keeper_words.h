// What the fabric takes from the edge's keeper, which speaks for HAProxy and reads what visitors
// make it say: facts about the table that the keeper has, in range and in bounds. What they mean
// the core decides, which knows whom they are about. Pure.
#pragma once

#include "backend/fabric/edge_link.h"

#include <optional>

namespace slipway::fabric
{

inline constexpr std::size_t kKeeperTextBytesMax = 1024;

v1::EdgeReport believedReport(const v1::EdgeReport &said);
// What instances serve; what they use only their hosts know.
v1::EdgeMetrics believedTraffic(const v1::EdgeMetrics &said);
// About the edge itself; nothing when a keeper has no such thing to tell.
std::optional<v1::Happening> believedHappening(const v1::Happening &said, std::int64_t now_ms);

} // namespace slipway::fabric
