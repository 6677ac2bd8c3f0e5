#include "backend/store/schema.h"

#include "backend/store/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <array>
#include <sqlite3.h>
#include <string>

namespace slipway::store
{

namespace
{

constexpr int kApplicationId = 0x534c5057; // "SLPW"
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr sqlite3_int64 kHeaderBytes = 100;
constexpr std::uintmax_t kFullCheckBytesMax =
    256 * 1024 * 1024; // a larger one would delay the start

// Index n brings version n to n + 1. Never change one that was released: add another.
constexpr std::array<const char *, kSchemaVersion> kMigrations = {
    R"(
CREATE TABLE migration(version INTEGER PRIMARY KEY, program TEXT NOT NULL, time TEXT NOT NULL);
CREATE TABLE entity(kind INTEGER NOT NULL, parent TEXT NOT NULL, id TEXT NOT NULL,
                    revision INTEGER NOT NULL, bytes BLOB NOT NULL,
                    PRIMARY KEY(kind, parent, id)) WITHOUT ROWID;
CREATE TABLE event(id INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, service TEXT NOT NULL,
                   deployment TEXT NOT NULL, instance TEXT NOT NULL, revision INTEGER NOT NULL,
                   bytes BLOB NOT NULL);
CREATE INDEX event_of_service ON event(service, id);
CREATE INDEX event_of_instance ON event(deployment, instance, id);
CREATE TABLE operation(id TEXT PRIMARY KEY, service TEXT NOT NULL, start_ms INTEGER NOT NULL,
                       bytes BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX operation_by_time ON operation(start_ms);
CREATE INDEX operation_of_service ON operation(service, start_ms);
CREATE TABLE metric(time_ms INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE value(key TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
)",
    // A row per deployment, so that those of a deleted one can go. Batches of before belong to none
    // and grow old.
    R"(
CREATE TABLE sample(time_ms INTEGER NOT NULL, deployment TEXT NOT NULL, bytes BLOB NOT NULL,
                    PRIMARY KEY(time_ms, deployment)) WITHOUT ROWID;
INSERT INTO sample SELECT time_ms, '', bytes FROM metric;
DROP TABLE metric;
ALTER TABLE sample RENAME TO metric;
)",
    // What was deleted, so that its files may go; what was answered, so that a retry is harmless.
    R"(
CREATE TABLE deleted(kind INTEGER NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL,
                     PRIMARY KEY(kind, id)) WITHOUT ROWID;
CREATE INDEX deleted_by_revision ON deleted(revision);
CREATE TABLE request(id TEXT PRIMARY KEY, time_ms INTEGER NOT NULL, digest BLOB NOT NULL,
                     reply BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX request_by_time ON request(time_ms);
)"};

Failure notOurs(const std::filesystem::path &file)
{
    return failure(v1::Error::FAILED_PRECONDITION, "STORE_NOT_OURS",
                   file.string() + " is not a store of Slipway. Nothing in it was changed; move it "
                                   "away or choose another --data folder.",
                   file.string());
}

} // namespace

Failure damaged(const std::filesystem::path &file, const std::string &how)
{
    return failure(v1::Error::FAILED_PRECONDITION, "STORE_DAMAGED",
                   "The store " + file.string() + " is damaged (" + how +
                       "). Nothing in it was changed. Put a snapshot back with \"slipwayctl fabric "
                       "restore FILE\", or move it away and begin anew with --first-start.",
                   file.string());
}

// A disk that refuses damages nothing: nobody shall throw the store away for it.
Failure unusable(const std::filesystem::path &file, const std::exception &error)
{
    const auto *refusal = dynamic_cast<const SQLite::Exception *>(&error);
    const int code = refusal ? refusal->getErrorCode() & 0xff : SQLITE_IOERR;
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR)
        return damaged(file, error.what());
    return failure(v1::Error::UNAVAILABLE, "STORE_OUT_OF_REACH",
                   "The store " + file.string() + " cannot be read or written now (" +
                       error.what() +
                       "). Nothing in it was changed. Look at its disk (room, rights, the "
                       "machine's own messages) and start again.",
                   file.string());
}

namespace
{

Failure tooNew(const std::filesystem::path &file, int version)
{
    return failure(v1::Error::FAILED_PRECONDITION, "STORE_TOO_NEW",
                   "The store " + file.string() + " has schema " + std::to_string(version) +
                       "; this program knows schemas up to " + std::to_string(kSchemaVersion) +
                       ". Nothing in it was changed; use a newer Slipway.",
                   file.string());
}

int pragma(SQLite::Database &database, const char *name)
{
    return database.execAndGet(std::string("PRAGMA ") + name).getInt();
}

void runMigration(SQLite::Database &database, int version)
{
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(kMigrations[std::size_t(version)]);
    SQLite::Statement note(database, "INSERT INTO migration VALUES(?, ?, datetime('now'))");
    note.bind(1, version + 1);
    note.bind(2, SLIPWAY_VERSION);
    note.exec();
    database.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
    database.exec("PRAGMA user_version = " + std::to_string(version + 1));
    transaction.commit();
}

} // namespace

std::string fileHeader(SQLite::Database &database)
{
    sqlite3_file *file = nullptr;
    sqlite3_int64 size = 0;
    if (sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) !=
            SQLITE_OK ||
        !file || !file->pMethods || file->pMethods->xFileSize(file, &size) != SQLITE_OK)
        throw std::runtime_error("the beginning of its file cannot be read");
    std::string header(std::size_t(std::min(size, kHeaderBytes)), '\0');
    if (!header.empty() &&
        file->pMethods->xRead(file, header.data(), int(header.size()), 0) != SQLITE_OK)
        throw std::runtime_error("the beginning of its file cannot be read");
    return header;
}

Result<void> checkFileHeader(SQLite::Database &database, const std::filesystem::path &file)
try {
    const std::string header = fileHeader(database);
    if (!header.empty() && !header.starts_with(kMagic))
        return damaged(file, "it does not begin like a database");
    return {};
} catch (const std::exception &error) {
    return unusable(file, error);
}

Result<void> checkDatabase(SQLite::Database &database, const std::filesystem::path &file)
try {
    const int version = pragma(database, "user_version");
    const int tables = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
    if (tables == 0 && version == 0)
        return {}; // new, or its first migration never came to its end
    if (pragma(database, "application_id") != kApplicationId)
        return notOurs(file);
    if (version > kSchemaVersion)
        return tooNew(file, version);
    if (std::filesystem::file_size(file) > kFullCheckBytesMax)
        return {};
    const std::string verdict = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (verdict != "ok")
        return damaged(file, verdict);
    return {};
} catch (const std::exception &error) {
    return unusable(file, error);
}

int versionToChange(SQLite::Database &database)
{
    const int version = pragma(database, "user_version");
    return version < kSchemaVersion ? version : 0;
}

void migrate(SQLite::Database &database)
{
    for (int version = pragma(database, "user_version"); version < kSchemaVersion; ++version)
        runMigration(database, version);
}

} // namespace slipway::store
