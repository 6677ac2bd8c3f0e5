// Inside of the store: the open database. Not for other rooms.
#pragma once

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

    void put(const v1::Change &change);
    void keepEvent(const v1::Event &event);
    void keepOperation(const v1::Operation &operation);
    void remove(const v1::Removed &removed);
    void setValue(const std::string &key, const std::string &bytes);
    std::optional<std::string> value(const std::string &key);

    std::filesystem::path file;
    SQLite::Database database;
    std::map<const char *, SQLite::Statement> statements; // before the database in destruction
};

} // namespace slipway::store
