// What a host takes from an agent: facts about the agent's own order, in range and in bounds. An
// agent can be taken over by its program, so nothing else of what it says goes on. Pure.
#pragma once

#include "slipway/v1/machine.pb.h"

#include <optional>
#include <string>

namespace slipway::host
{

inline constexpr std::size_t kTextBytesMax = 1024;
inline constexpr int kWarningsMax = 16;

// State, words and counts of it; nothing when an agent cannot be in such a state. Who it is, what
// leads to it and what isolates it, the host adds.
std::optional<v1::InstanceStatus> believedStatus(const v1::InstanceStatus &said,
                                                 std::int64_t now_ms);
// Nothing when agents have no such thing to tell.
std::optional<v1::Happening> believedHappening(const v1::Happening &said, std::int64_t now_ms);
// What the instance uses; how much it is used only the edge knows.
v1::MetricSample believedSample(const v1::MetricSample &said, std::uint64_t memory_limit_bytes,
                                std::int64_t now_ms);
v1::LogLine believedLine(const v1::LogLine &said, const std::string &instance, std::int64_t now_us);

} // namespace slipway::host
