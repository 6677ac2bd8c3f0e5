// A copy of an open database on its way into one file. Inside of the store; others see what
// snapshot.h says of it.
#pragma once

#include "backend/store/snapshot.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>

namespace slipway::store
{

inline constexpr int kPatience_ms = 5000; // with whoever holds a lock

Failure backupFailed(const std::filesystem::path &to, const std::string &why); // BACKUP_FAILED

struct Copying::Impl {
    Impl(SQLite::Database &from, const std::filesystem::path &to);
    ~Impl();

    std::filesystem::path to;
    std::filesystem::path beside; // until it is whole
    std::optional<SQLite::Database> copy;
    std::optional<SQLite::Backup> backup; // before the copy in destruction
};

} // namespace slipway::store
