// Whether a store and the data folder that it lies in belong together. A store that is gone, empty
// or another fabric's must never be taken for a first start: what lies beside it would count as
// nobody's.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/paths.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::fabric
{

// Before the store is opened; reads only. `first_start` is the operator's word that a new fabric
// shall begin here although something lies here. Errors: STORE_MISSING, STORE_EMPTY, and
// STORE_PRESENT for that word beside a store.
Result<void> checkStoreIsThere(const sys::Paths &paths, bool first_start);
// Where a store lies that had to give way.
struct SetAside {
    std::filesystem::path store; // empty: there was none
    std::vector<std::pair<std::filesystem::path, std::filesystem::path>> moved; // from, to

    // All of it, in the other direction.
    Result<void> putBack() const;
};

enum class Mark { Stays, Goes }; // the folder's fabric.id

// By the operator's word: moves a store aside with its log and index, to "<name>.<word>-<time>",
// and deletes nothing. The database goes first and comes back last: killed in between it leaves a
// folder that no fabric starts in, not a store that lacks its log. An error leaves all as it was.
Result<SetAside> setStoreAside(const sys::Paths &paths, const std::string &word, Mark mark);

// The fabric's id as the folder has it; nothing: it never had one, or from before ids were kept.
std::optional<std::string> markedFabricId(const sys::Paths &paths);
// After the store was read: STORE_OF_ANOTHER_FABRIC, or STORE_EMPTY for a store without a fabric
// beside the remains of one.
Result<void> checkFabricId(const sys::Paths &paths, const std::string &fabric_id);
Result<void> markFabricId(const sys::Paths &paths, const std::string &fabric_id);

} // namespace slipway::fabric
