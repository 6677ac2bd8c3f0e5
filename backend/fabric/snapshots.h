// Copies of the store beside it: every hour, before each change of its schema, and on demand.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/paths.h"

#include <cstdint>
#include <optional>

namespace slipway::fabric
{

inline constexpr std::int64_t kSnapshotEvery_ms = 3600LL * 1000;

// A path for a new one, made now; its folder is made as needed.
Result<std::filesystem::path> newSnapshotFile(const sys::Paths &paths, const std::string &kind,
                                              std::int64_t now_ms);
// The newest one that bears its time in its name; nothing: there is none.
std::optional<std::filesystem::path> newestSnapshot(const sys::Paths &paths);
// When it was made; 0: there is none.
std::int64_t newestSnapshotTime(const sys::Paths &paths);
// Keeps the newest `kept` hourly ones and the last one of each of 7 days, and the newest three of
// those before a change of the schema. What bears another name is somebody's own and stays.
void pruneSnapshots(const sys::Paths &paths, std::uint32_t kept);

} // namespace slipway::fabric
