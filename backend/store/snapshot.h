// Copies of a store, and what a store's file holds when nobody has it open, or somebody else.
#pragma once

#include "backend/store/store.h"

namespace SQLite
{
class Database;
}

namespace slipway::store
{

// Whose store a copy must be, and how new at least; what is read by its name may be another's.
struct Expected {
    std::string fabric_id; // empty: anybody's
    std::uint64_t revision = 0;
};

// A copy on its way, for whoever cannot stop for all of it at once: whole on the disk under its
// name after finish(), else not there at all.
class Copying
{
public:
    // The database outlives the last step(), and is not written to until then.
    static Result<std::unique_ptr<Copying>> begin(SQLite::Database &from,
                                                  const std::filesystem::path &to);
    ~Copying();
    // At most so many pages, all when it is negative; whether there are more. Where `from` is used.
    Result<bool> step(int pages);
    // Checks it and gives it its name; any thread. Returns its size.
    Result<std::uint64_t> finish(const Expected &expected);

    struct Impl; // this room's own
private:
    explicit Copying(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

// A consistent copy of a store's file, also while it is written to: whole on the disk under its
// name, checked, or not there at all. Any thread. Returns its size. ALREADY_EXISTS
// BACKUP_FILE_EXISTS; UNAVAILABLE BACKUP_FAILED, e.g. for a full disk, a store that somebody holds
// locked, or one that is not the expected one.
Result<std::uint64_t> copyStore(const std::filesystem::path &from, const std::filesystem::path &to,
                                const Expected &expected = {});

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
