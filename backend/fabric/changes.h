// Changes as watchers see them: filtered by service, cut into messages under 1 MiB.
#pragma once

#include "backend/core/core.h"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::fabric
{

inline constexpr std::size_t kResponseBytesMax = 900 * 1024; // the contract says under 1 MiB

// Whether a watcher of `service` (empty: of all) wants it. Removals pass always: what they belonged
// to is gone, and removing something unknown is harmless.
bool concerns(const v1::Change &change, const std::string &service);

// The present state as changes, events left out.
std::vector<v1::Change> entitiesOf(const core::State &state, const std::string &service);

// At least one message, so that an empty fabric has a snapshot too; the last one is marked.
std::vector<v1::WatchResponse> snapshotResponses(std::vector<v1::Change> entities,
                                                 std::uint64_t revision,
                                                 const std::string &fabric_id);
// None when nothing concerns the watcher. All but the last carry `from_revision`, because a reader
// that has only them must not resume behind them.
std::vector<v1::WatchResponse> changeResponses(const std::vector<v1::Change> &changes,
                                               const std::string &service,
                                               std::uint64_t from_revision,
                                               std::uint64_t to_revision);

} // namespace slipway::fabric
