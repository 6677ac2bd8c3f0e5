// Whether a store and the data folder that it lies in belong together. A store that is gone, empty
// or another fabric's must never be taken for a first start: what lies beside it would count as
// nobody's.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/paths.h"

#include <optional>
#include <string>

namespace slipway::fabric
{

// Before the store is opened; reads only. `first_start` is the operator's word that a new fabric
// shall begin here although something lies here. Errors: STORE_MISSING, STORE_EMPTY, and
// STORE_PRESENT for that word beside a store.
Result<void> checkStoreIsThere(const sys::Paths &paths, bool first_start);
// With the operator's word: moves what is left of an earlier store aside, and deletes nothing.
Result<void> setStoreAside(const sys::Paths &paths);

// The fabric's id as the folder has it; nothing: it never had one, or from before ids were kept.
std::optional<std::string> markedFabricId(const sys::Paths &paths);
// After the store was read: STORE_OF_ANOTHER_FABRIC, or STORE_EMPTY for a store without a fabric
// beside the remains of one.
Result<void> checkFabricId(const sys::Paths &paths, const std::string &fabric_id);
Result<void> markFabricId(const sys::Paths &paths, const std::string &fabric_id);

// The newest of the store's snapshots; nothing: there is none.
std::optional<std::filesystem::path> newestSnapshot(const sys::Paths &paths);

} // namespace slipway::fabric
