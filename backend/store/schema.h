// Versions of the store's tables, and the checks before a file is touched.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>

namespace SQLite
{
class Database;
}

namespace slipway::store
{

// Refuses what is no SQLite file at all, without opening it. A missing or empty file is fine.
Result<void> checkFileHeader(const std::filesystem::path &file);
// Refuses a foreign, damaged or newer database; only reads.
Result<void> checkDatabase(SQLite::Database &database, const std::filesystem::path &file);
Failure damaged(const std::filesystem::path &file, const std::string &how); // STORE_DAMAGED
// The version of a store with content that migrate() would change; 0: nothing is to be changed.
int versionToChange(SQLite::Database &database);
// Runs the missing migrations, each in one transaction. May throw SQLite::Exception.
void migrate(SQLite::Database &database);

} // namespace slipway::store
