// Versions of the store's tables, and the checks before a file is touched.
#pragma once

#include "backend/proto/result.h"

#include <exception>
#include <filesystem>

namespace SQLite
{
class Database;
}

namespace slipway::store
{

// The beginning of the open file, read by SQLite itself: a descriptor of our own would, when it is
// closed, drop all locks that this process holds on it. Empty for an empty file.
std::string fileHeader(SQLite::Database &database);
// Refuses what is no SQLite file at all, before anything is done with it.
Result<void> checkFileHeader(SQLite::Database &database, const std::filesystem::path &file);
// Refuses a foreign, damaged or newer database; only reads.
Result<void> checkDatabase(SQLite::Database &database, const std::filesystem::path &file);
Failure damaged(const std::filesystem::path &file, const std::string &how); // STORE_DAMAGED
// What SQLite threw: STORE_DAMAGED, or STORE_OUT_OF_REACH when only its disk refuses.
Failure unusable(const std::filesystem::path &file, const std::exception &error);
// The version of a store with content that migrate() would change; 0: nothing is to be changed.
int versionToChange(SQLite::Database &database);
// Runs the missing migrations, each in one transaction. May throw SQLite::Exception.
void migrate(SQLite::Database &database);

} // namespace slipway::store
