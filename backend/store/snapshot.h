// Copies of a store, and what a store's file holds when nobody has it open, or somebody else.
#pragma once

#include "backend/store/store.h"

namespace slipway::store
{

// A consistent copy of a store's file, also while it is written to: whole on the disk under its
// name, checked, or not there at all. Any thread. Returns its size. ALREADY_EXISTS
// BACKUP_FILE_EXISTS; UNAVAILABLE BACKUP_FAILED, e.g. for a full disk.
Result<std::uint64_t> copyStore(const std::filesystem::path &from, const std::filesystem::path &to);

struct Examined {
    Loaded loaded;                     // what could be read
    std::string fabric_id;             // empty: there is no fabric in it
    std::uint64_t rows = 0;            // of all tables
    std::vector<v1::Problem> problems; // with rule, message and hint
};

// Reads every page and every row; changes nothing, not even the schema. Errors: those of
// Store::open() for a file that cannot be read at all.
Result<Examined> examineStore(const std::filesystem::path &file);

} // namespace slipway::store
