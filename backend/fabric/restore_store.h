// Putting a copy of a store back, while no fabric runs on its folder.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/paths.h"

#include <cstdint>

namespace slipway::fabric
{

struct Restored {
    std::string fabric_id;
    std::uint64_t revision = 0;
    std::filesystem::path aside; // where the replaced store lies now; empty: there was none
};

// Checks the copy first; the present store is kept beside it. Errors: DATA_FOLDER_IN_USE while a
// fabric runs there, BACKUP_DAMAGED, STORE_OF_ANOTHER_FABRIC, and what files may say. Whatever it
// says and whenever it is killed: nothing is lost, and a fabric starts only with a whole store.
Result<Restored> restoreStore(const sys::Paths &paths, const std::filesystem::path &copy);

} // namespace slipway::fabric
