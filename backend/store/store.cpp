#include "backend/store/store_impl.h"

#include "backend/store/schema.h"

#include <algorithm>
#include <sqlite3.h>

namespace slipway::store
{

namespace
{

constexpr int kBusyTimeout_ms = 2000;
constexpr int kSettingsKind = 100; // beside Removed::Kind: settings are never removed
constexpr const char *kRevisionKey = "revision";

struct EntityKey {
    int kind = 0;
    std::string parent;
    std::string id;
};

EntityKey keyOf(const v1::Change &change)
{
    switch (change.body_case()) {
    case v1::Change::kService:
        return {v1::Removed::SERVICE, {}, change.service().name()};
    case v1::Change::kDeployment:
        return {v1::Removed::DEPLOYMENT, {}, change.deployment().id()};
    case v1::Change::kInstance:
        return {v1::Removed::INSTANCE, change.instance().deployment_id(), change.instance().name()};
    case v1::Change::kHost:
        return {v1::Removed::HOST, {}, change.host().id()};
    case v1::Change::kPackage:
        return {v1::Removed::PACKAGE, {}, change.package().digest()};
    case v1::Change::kOperation:
        return {v1::Removed::OPERATION, {}, change.operation().id()};
    case v1::Change::kSettings:
        return {kSettingsKind, {}, {}};
    default:
        return {};
    }
}

void bindBytes(SQLite::Statement &statement, int index, const std::string &bytes)
{
    statement.bind(index, bytes.data(), int(bytes.size()));
}

std::string bytesOf(const SQLite::Column &column)
{
    return {static_cast<const char *>(column.getBlob()), std::size_t(column.getBytes())};
}

} // namespace

Store::Impl::Impl(const std::filesystem::path &path)
    : file(path),
      database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeout_ms)
{
}

SQLite::Statement &Store::Impl::prepared(const char *sql)
{
    auto found = statements.find(sql);
    if (found == statements.end())
        found = statements.try_emplace(sql, database, sql).first;
    found->second.tryReset();
    found->second.clearBindings();
    return found->second;
}

Failure Store::Impl::failed(const char *doing, const std::exception &error) const
{
    return failure(v1::Error::UNAVAILABLE, "STORE_FAILED",
                   std::string("Cannot ") + doing + " the store " + file.string() + ": " +
                       error.what() + ". Look at the free space and the health of its disk.",
                   file.string());
}

void Store::Impl::put(const v1::Change &change)
{
    const EntityKey key = keyOf(change);
    SQLite::Statement &statement =
        prepared("INSERT INTO entity VALUES(?, ?, ?, ?, ?) ON CONFLICT(kind, parent, id) "
                 "DO UPDATE SET revision = excluded.revision, bytes = excluded.bytes");
    statement.bind(1, key.kind);
    statement.bind(2, key.parent);
    statement.bind(3, key.id);
    statement.bind(4, std::int64_t(change.revision()));
    bindBytes(statement, 5, change.SerializeAsString());
    statement.exec();
}

void Store::Impl::keepEvent(const v1::Event &event)
{
    SQLite::Statement &statement =
        prepared("INSERT OR REPLACE INTO event VALUES(?, ?, ?, ?, ?, ?, ?)");
    statement.bind(1, std::int64_t(event.id()));
    statement.bind(2, std::int64_t(event.time_ms()));
    statement.bind(3, event.service());
    statement.bind(4, event.deployment_id());
    statement.bind(5, event.instance());
    statement.bind(6, std::int64_t(event.revision()));
    bindBytes(statement, 7, event.SerializeAsString());
    statement.exec();
}

void Store::Impl::keepOperation(const v1::Operation &operation)
{
    SQLite::Statement &statement = prepared("INSERT OR REPLACE INTO operation VALUES(?, ?, ?, ?)");
    statement.bind(1, operation.id());
    statement.bind(2, operation.service());
    statement.bind(3, std::int64_t(operation.start_time_ms()));
    bindBytes(statement, 4, operation.SerializeAsString());
    statement.exec();
}

void Store::Impl::remove(const v1::Removed &removed)
{
    SQLite::Statement &statement =
        prepared("DELETE FROM entity WHERE kind = ? AND parent = ? AND id = ?");
    statement.bind(1, int(removed.kind()));
    statement.bind(2, removed.parent_id());
    statement.bind(3, removed.id());
    statement.exec();
}

void Store::Impl::setValue(const std::string &key, const std::string &bytes)
{
    SQLite::Statement &statement = prepared("INSERT OR REPLACE INTO value VALUES(?, ?)");
    statement.bind(1, key);
    bindBytes(statement, 2, bytes);
    statement.exec();
}

std::optional<std::string> Store::Impl::value(const std::string &key)
{
    SQLite::Statement &statement = prepared("SELECT bytes FROM value WHERE key = ?");
    statement.bind(1, key);
    std::optional<std::string> found;
    if (statement.executeStep())
        found = bytesOf(statement.getColumn(0));
    statement.reset();
    return found;
}

Store::Store(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path &file)
{
    if (const auto header = checkFileHeader(file); !header)
        return Failure(header.error());
    try {
        auto impl = std::make_unique<Impl>(file);
        sqlite3 *handle = impl->database.getHandle();
        // A refused file stays as it is: closing it must not move its write-ahead log into it.
        sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        if (const auto checked = checkDatabase(impl->database, file); !checked)
            return Failure(checked.error());
        sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
        impl->database.exec("PRAGMA journal_mode = WAL");
        impl->database.exec("PRAGMA synchronous = FULL");
        impl->database.exec("PRAGMA fullfsync = 1");
        migrate(impl->database);
        return std::unique_ptr<Store>(new Store(std::move(impl)));
    } catch (const std::exception &error) {
        return failure(v1::Error::UNAVAILABLE, "STORE_NOT_OPENED",
                       "Cannot open the store " + file.string() + ": " + error.what() + ".",
                       file.string());
    }
}

Result<void> Store::commit(const std::vector<v1::Change> &changes,
                           const std::function<void()> &written)
try {
    if (changes.empty())
        return {};
    SQLite::Transaction transaction(m_impl->database, SQLite::TransactionBehavior::IMMEDIATE);
    std::uint64_t revision = 0;
    for (const v1::Change &change : changes) {
        revision = std::max(revision, change.revision());
        if (change.has_event())
            m_impl->keepEvent(change.event());
        else if (change.has_removed())
            m_impl->remove(change.removed());
        else if (change.body_case() != v1::Change::BODY_NOT_SET)
            m_impl->put(change);
        if (change.has_operation())
            m_impl->keepOperation(change.operation());
    }
    m_impl->setValue(kRevisionKey, std::to_string(revision));
    if (written)
        written();
    transaction.commit();
    return {};
} catch (const std::exception &error) {
    return m_impl->failed("write to", error);
}

Result<Loaded> Store::load()
try {
    Loaded loaded;
    SQLite::Statement &rows =
        m_impl->prepared("SELECT bytes FROM entity ORDER BY kind, parent, id");
    while (rows.executeStep()) {
        v1::Change change;
        const SQLite::Column bytes = rows.getColumn(0);
        if (!change.ParseFromArray(bytes.getBlob(), bytes.getBytes()))
            throw std::runtime_error("an entity cannot be read");
        loaded.revision = std::max(loaded.revision, change.revision());
        loaded.changes.push_back(std::move(change));
    }
    SQLite::Statement &newest = m_impl->prepared("SELECT ifnull(max(id), 0) FROM event");
    if (newest.executeStep())
        loaded.next_event_id = std::uint64_t(newest.getColumn(0).getInt64()) + 1;
    newest.reset();
    if (const auto revision = m_impl->value(kRevisionKey))
        loaded.revision = std::max<std::uint64_t>(loaded.revision, std::stoull(*revision));
    return loaded;
} catch (const std::exception &error) {
    return m_impl->failed("read", error);
}

Result<std::optional<std::string>> Store::value(const std::string &key)
try {
    return m_impl->value(key);
} catch (const std::exception &error) {
    return m_impl->failed("read", error);
}

Result<void> Store::setValue(const std::string &key, const std::string &value)
try {
    m_impl->setValue(key, value);
    return {};
} catch (const std::exception &error) {
    return m_impl->failed("write to", error);
}

} // namespace slipway::store
