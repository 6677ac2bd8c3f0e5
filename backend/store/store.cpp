#include "backend/store/store_impl.h"

#include "backend/store/schema.h"
#include "backend/sys/reserved_space.h"

#include <algorithm>
#include <cstdlib>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

namespace slipway::store
{

namespace
{

constexpr int kBusyTimeout_ms = 2000;
constexpr int kSettingsKind = 100; // beside Removed::Kind: settings are never removed
constexpr const char *kRevisionKey = "revision";
constexpr int kChunkBytes = 2 * 1024 * 1024;
constexpr std::uint64_t kLogBytesAhead = 16 * 1024 * 1024;
constexpr int kDeletedMax = 20'000; // words of deletion; what they spoke of went long before

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

// Space that is the store's before anybody fills the disk: the log is written over and over in
// place, and the database grows by whole chunks. So a full disk stops nobody who heals.
void takeSpaceAhead(SQLite::Database &database, const std::filesystem::path &file)
{
    int chunk_bytes = kChunkBytes;
    sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_CHUNK_SIZE, &chunk_bytes);
    if (!sys::reserveSpace(file.string() + "-wal", kLogBytesAhead))
        spdlog::warn("No space could be taken ahead for {}-wal: a full disk stops the fabric.",
                     file.string());
}

// SQLite would follow a link and keep the log beside what it leads to, out of the guard's sight.
Result<void> refuseLink(const std::filesystem::path &file)
{
    std::error_code error;
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(file, error)))
        return {};
    return failure(v1::Error::FAILED_PRECONDITION, "STORE_IS_LINK",
                   file.string() +
                       " is a symbolic link. Nothing was changed. Put the file itself there, or "
                       "name the folder that it lies in with --data.",
                   file.string());
}

// 0 for a row that holds no number.
std::uint64_t parsedRevision(const std::string &text)
{
    return std::strtoull(text.c_str(), nullptr, 10);
}

std::uint64_t newestRevision(const std::vector<v1::Change> &changes)
{
    std::uint64_t revision = 0;
    for (const v1::Change &change : changes)
        revision = std::max(revision, change.revision());
    return revision;
}

} // namespace

Store::Impl::Impl(const std::filesystem::path &path)
    : file(path),
      database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeout_ms),
      guard(path, [this] { return fileHeader(database); })
{
}

std::int64_t Store::Impl::dataVersion()
{
    return prepared("PRAGMA data_version").number();
}

void Store::Impl::write(const std::function<void()> &work)
{
    expectOurs();
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    expectOurs(); // nobody else can write from now on
    try {
        work();
        transaction.commit();
    } catch (...) {
        counted.reset();
        guard.record(); // on a full disk half of it may have come into the log: that was us
        throw;
    }
    guard.record();
}

// Names and sizes first: of a file that was cut nothing can be read, its version neither.
void Store::Impl::expectOurs()
{
    guard.checkNames();
    std::int64_t version = 0;
    try {
        version = dataVersion();
    } catch (const SQLite::Exception &) {
        guard.checkContent();
        throw;
    }
    if (version != data_version)
        explainVersion(version);
    guard.checkContent();
}

// SQLite raises it also when it drops its own cache after an error (its pager_reset): a commit of
// somebody else stands in the log or the file.
void Store::Impl::explainVersion(std::int64_t version)
{
    try {
        guard.checkContent();
    } catch (const StoreLost &) {
        throw StoreChanged(file.string() + " was changed by another program");
    }
    data_version = version;
}

// What was read while the file was another one would be taken for its content.
void Store::Impl::forgetPages()
{
    sqlite3_db_release_memory(database.getHandle());
}

void Store::Impl::remember()
{
    data_version = dataVersion();
    guard.record();
}

Store::Impl::Counts &Store::Impl::counts()
{
    if (!counted)
        counted = {prepared("SELECT count(*) FROM operation INDEXED BY operation_by_time").number(),
                   prepared("SELECT ifnull(sum(length(reply)), 0) FROM request").number()};
    return *counted;
}

Query Store::Impl::prepared(const char *sql)
{
    auto found = statements.find(sql);
    if (found == statements.end())
        found = statements.try_emplace(sql, database, sql).first;
    return Query(found->second);
}

Failure Store::Impl::failed(const char *doing, const std::exception &error) const
{
    if (dynamic_cast<const StoreLost *>(&error))
        return failure(
            v1::Error::FAILED_PRECONDITION, "STORE_REPLACED",
            std::string(error.what()) +
                " while the fabric runs; nothing is taken until it is back. Put it back "
                "in its place, or, when it lies there unharmed, stop the fabric and "
                "start it again; or, unless it was cut short, save what the fabric still "
                "holds with \"slipwayctl fabric backup FILE\", stop the fabric and put that file "
                "back with "
                "\"slipwayctl fabric restore FILE\".",
            file.string());
    if (dynamic_cast<const StoreChanged *>(&error))
        return failure(v1::Error::FAILED_PRECONDITION, "STORE_CHANGED",
                       std::string(error.what()) +
                           " while the fabric runs; nothing is taken any more, for one of both "
                           "would overwrite the other. End that program. Then stop the fabric and "
                           "start it again: it begins with what the file holds now; or put a "
                           "snapshot back before with \"slipwayctl fabric restore FILE\".",
                       file.string());
    return failure(v1::Error::UNAVAILABLE, "STORE_FAILED",
                   std::string("Cannot ") + doing + " the store " + file.string() + ": " +
                       error.what() + ". Look at the free space and the health of its disk.",
                   file.string());
}

void Store::Impl::put(const v1::Change &change)
{
    const EntityKey key = keyOf(change);
    Query statement =
        prepared("INSERT INTO entity VALUES(?, ?, ?, ?, ?) ON CONFLICT(kind, parent, id) "
                 "DO UPDATE SET revision = excluded.revision, bytes = excluded.bytes");
    statement.bind(1, key.kind);
    statement.bind(2, key.parent);
    statement.bind(3, key.id);
    statement.bind(4, std::int64_t(change.revision()));
    statement.bindBytes(5, change.SerializeAsString());
    statement.exec();
    if (!change.has_package())
        return;
    Query back = prepared("DELETE FROM deleted WHERE kind = ? AND id = ?");
    back.bind(1, key.kind);
    back.bind(2, key.id);
    back.exec();
}

void Store::Impl::keepEvent(const v1::Event &event)
{
    Query statement = prepared("INSERT OR REPLACE INTO event VALUES(?, ?, ?, ?, ?, ?, ?)");
    statement.bind(1, std::int64_t(event.id()));
    statement.bind(2, std::int64_t(event.time_ms()));
    statement.bind(3, event.service());
    statement.bind(4, event.deployment_id());
    statement.bind(5, event.instance());
    statement.bind(6, std::int64_t(event.revision()));
    statement.bindBytes(7, event.SerializeAsString());
    statement.exec();
}

void Store::Impl::keepOperation(const v1::Operation &operation)
{
    const auto carryOut = [&](const char *sql) {
        Query query = prepared(sql);
        query.bind(1, operation.id());
        query.bind(2, operation.service());
        query.bind(3, std::int64_t(operation.start_time_ms()));
        query.bindBytes(4, operation.SerializeAsString());
        return query.exec();
    };
    if (carryOut("INSERT OR IGNORE INTO operation VALUES(?1, ?2, ?3, ?4)") == 1)
        ++counts().operations;
    else
        carryOut("UPDATE operation SET service = ?2, start_ms = ?3, bytes = ?4 WHERE id = ?1");
}

// With the entity goes the right to its files: the word that it was deleted is written with it.
void Store::Impl::remove(const v1::Removed &removed, std::uint64_t revision)
{
    Query statement = prepared("DELETE FROM entity WHERE kind = ? AND parent = ? AND id = ?");
    statement.bind(1, int(removed.kind()));
    statement.bind(2, removed.parent_id());
    statement.bind(3, removed.id());
    statement.exec();
    if (removed.kind() != v1::Removed::PACKAGE && removed.kind() != v1::Removed::DEPLOYMENT)
        return;
    Query word = prepared("INSERT OR REPLACE INTO deleted VALUES(?, ?, ?)");
    word.bind(1, int(removed.kind()));
    word.bind(2, removed.id());
    word.bind(3, std::int64_t(revision));
    word.exec();
    Query prune = prepared("DELETE FROM deleted WHERE revision < (SELECT revision FROM deleted "
                           "ORDER BY revision DESC LIMIT 1 OFFSET ?)");
    prune.bind(1, kDeletedMax);
    prune.exec();
}

void Store::Impl::setValue(const std::string &key, const std::string &bytes)
{
    Query statement = prepared("INSERT OR REPLACE INTO value VALUES(?, ?)");
    statement.bind(1, key);
    statement.bindBytes(2, bytes);
    statement.exec();
}

std::optional<std::string> Store::Impl::value(const std::string &key)
{
    Query statement = prepared("SELECT bytes FROM value WHERE key = ?");
    statement.bind(1, key);
    std::optional<std::string> found;
    if (statement.next())
        found = statement.bytes(0);
    return found;
}

void Store::Impl::keep(const v1::Change &change)
{
    if (change.has_event())
        keepEvent(change.event());
    else if (change.has_removed())
        remove(change.removed(), change.revision());
    else if (change.body_case() != v1::Change::BODY_NOT_SET)
        put(change);
    if (change.has_operation())
        keepOperation(change.operation());
}

Store::Store(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

// SQLite finds its write-ahead log by name when it closes: what lies there now may be another's.
Store::~Store()
{
    if (!stillOurs())
        sqlite3_db_config(m_impl->database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                          nullptr);
}

Result<std::unique_ptr<Store>>
Store::open(const std::filesystem::path &file,
            const std::function<Result<void>(int version)> &before_step)
{
    if (const auto plain = refuseLink(file); !plain)
        return Failure(plain.error());
    try {
        auto impl = std::make_unique<Impl>(file);
        sqlite3 *handle = impl->database.getHandle();
        // A refused file stays as it is: closing it must not move its write-ahead log into it.
        sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        if (const auto header = checkFileHeader(impl->database, file); !header)
            return Failure(header.error());
        if (const auto checked = checkDatabase(impl->database, file); !checked)
            return Failure(checked.error());
        const int old_version = versionToChange(impl->database);
        if (before_step && old_version != 0)
            if (const auto ready = before_step(old_version); !ready)
                return Failure(ready.error());
        sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
        impl->database.exec("PRAGMA journal_mode = WAL");
        impl->database.exec("PRAGMA synchronous = FULL");
        impl->database.exec("PRAGMA fullfsync = 1");
        migrate(impl->database);
        takeSpaceAhead(impl->database, file);
        impl->remember();
        return std::unique_ptr<Store>(new Store(std::move(impl)));
    } catch (const std::exception &error) {
        return failure(v1::Error::UNAVAILABLE, "STORE_NOT_OPENED",
                       "Cannot open the store " + file.string() + ": " + error.what() + ".",
                       file.string());
    }
}

Result<void> Store::commit(const std::vector<v1::Change> &changes,
                           const std::function<void()> &written,
                           const std::vector<AnsweredRequest> &answered)
try {
    if (changes.empty() && answered.empty())
        return {};
    m_impl->write([&] {
        for (const v1::Change &change : changes)
            m_impl->keep(change);
        if (!changes.empty())
            m_impl->setValue(kRevisionKey, std::to_string(newestRevision(changes)));
        for (const AnsweredRequest &request : answered)
            m_impl->keepRequest(request);
        if (written)
            written();
    });
    return {};
} catch (const std::exception &error) {
    return m_impl->failed("write to", error);
}

Result<void> Store::stillOurs()
try {
    m_impl->expectOurs();
    return {};
} catch (const std::exception &error) {
    return m_impl->failed("look after", error);
}

Result<Loaded> Store::load()
try {
    m_impl->expectOurs();
    m_impl->forgetPages();
    Loaded loaded;
    Query rows = m_impl->prepared("SELECT bytes FROM entity ORDER BY kind, parent, id");
    while (rows.next()) {
        v1::Change change;
        const SQLite::Column bytes = rows.column(0);
        if (!change.ParseFromArray(bytes.getBlob(), bytes.getBytes()))
            return damaged(m_impl->file, "a row of its entities cannot be read");
        loaded.revision = std::max(loaded.revision, change.revision());
        loaded.changes.push_back(std::move(change));
    }
    loaded.next_event_id = m_impl->newestEventId() + 1;
    if (const auto revision = m_impl->value(kRevisionKey))
        loaded.revision = std::max(loaded.revision, parsedRevision(*revision));
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
    m_impl->write([&] { m_impl->setValue(key, value); });
    return {};
} catch (const std::exception &error) {
    return m_impl->failed("write to", error);
}

} // namespace slipway::store
