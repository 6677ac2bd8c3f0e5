// Inside of the store: the open database. Not for other rooms.
#pragma once

#include "backend/store/file_guard.h"
#include "backend/store/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <map>

namespace slipway::store
{

struct Store::Impl {
    explicit Impl(const std::filesystem::path &file);

    // A prepared statement, reset and ready to bind; compiled once.
    SQLite::Statement &prepared(const char *sql);
    Failure failed(const char *doing, const std::exception &error) const;

    // Every write: in one transaction, into the file that the next start will read, or not at all.
    // Throws StoreLost when that file is another one by now.
    void write(const std::function<void()> &work);
    void expectOurs() { guard.check(dataVersion()); }
    std::int64_t dataVersion();

    void keep(const v1::Change &change);
    void put(const v1::Change &change);
    void keepEvent(const v1::Event &event);
    void keepOperation(const v1::Operation &operation);
    void remove(const v1::Removed &removed, std::uint64_t revision);
    void keepRequest(const AnsweredRequest &request);
    void forgetOldRequests(std::int64_t now_ms);
    // The place where the history was cut, as the last of its events; nothing: it was never.
    std::optional<v1::Event> historyEnd();
    void setValue(const std::string &key, const std::string &bytes);
    std::optional<std::string> value(const std::string &key);

    std::filesystem::path file;
    SQLite::Database database;
    FileGuard guard;
    std::map<const char *, SQLite::Statement> statements; // before the database in destruction
};

} // namespace slipway::store
