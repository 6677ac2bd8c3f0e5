// Inside of the store: the open database. Not for other rooms.
#pragma once

#include "backend/store/file_guard.h"
#include "backend/store/query.h"
#include "backend/store/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <map>

namespace slipway::store
{

// Somebody else committed to the open store: what this process holds is not what the file says.
struct StoreChanged : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Store::Impl {
    // What would take a walk over everything each time.
    struct Counts {
        std::int64_t operations = 0;  // rows
        std::int64_t reply_bytes = 0; // of the requests that are kept
    };

    explicit Impl(const std::filesystem::path &file);

    // A prepared statement, reset and ready to bind; compiled once.
    Query prepared(const char *sql);
    Failure failed(const char *doing, const std::exception &error) const;

    // Every write: in one transaction, into the file that the next start will read, or not at all.
    // Throws as expectOurs() does.
    void write(const std::function<void()> &work);
    // Nobody but this connection writes. Throws StoreLost when the file is another one by now, and
    // StoreChanged when somebody else committed something to it.
    void expectOurs();
    void explainVersion(std::int64_t version);
    std::int64_t dataVersion();
    Counts &counts();
    void remember(); // what is ours, when the store was opened
    void forgetPages();

    void keep(const v1::Change &change);
    void put(const v1::Change &change);
    void keepEvent(const v1::Event &event);
    void keepOperation(const v1::Operation &operation);
    void remove(const v1::Removed &removed, std::uint64_t revision);
    void keepRequest(const AnsweredRequest &request);
    // The place where the history was cut, as the last of its events; nothing: it was never.
    std::optional<v1::Event> historyEnd();
    // Also of those that were forgotten: ids are never used twice.
    std::uint64_t newestEventId();
    void setValue(const std::string &key, const std::string &bytes);
    std::optional<std::string> value(const std::string &key);

    std::filesystem::path file;
    SQLite::Database database;
    FileGuard guard;
    std::int64_t data_version = 0;                        // only the commits of others raise it
    std::optional<Counts> counted;                        // nothing: to be counted
    std::map<const char *, SQLite::Statement> statements; // before the database in destruction
};

} // namespace slipway::store
