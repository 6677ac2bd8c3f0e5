#include "backend/store/copying.h"

#include "backend/sys/durable_file.h"
#include "backend/sys/random.h"

#include <sqlite3.h>

namespace slipway::store
{

namespace fs = std::filesystem;

namespace
{

// Whose store it is, and how far it came.
struct Content {
    std::string fabric_id;
    std::uint64_t revision = 0;
};

Content contentOf(SQLite::Database &database)
{
    Content content;
    SQLite::Statement newest(database, "SELECT bytes FROM value WHERE key = 'revision'");
    if (newest.executeStep())
        content.revision = std::strtoull(newest.getColumn(0).getString().c_str(), nullptr, 10);
    SQLite::Statement settings(database, "SELECT bytes FROM entity WHERE kind = 100");
    v1::Change change;
    if (settings.executeStep() &&
        change.ParseFromArray(settings.getColumn(0).getBlob(), settings.getColumn(0).getBytes()))
        content.fabric_id = change.settings().fabric_id();
    return content;
}

void expectContent(SQLite::Database &copy, const Expected &expected)
{
    if (copy.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0)
        throw std::runtime_error("the copy holds nothing");
    if (expected.fabric_id.empty())
        return;
    const Content content = contentOf(copy);
    if (content.fabric_id != expected.fabric_id)
        throw std::runtime_error("it is not the store of fabric " + expected.fabric_id);
    if (content.revision < expected.revision)
        throw std::runtime_error("it ends at revision " + std::to_string(content.revision) +
                                 ", before revision " + std::to_string(expected.revision));
}

void expectSound(SQLite::Database &copy, const Expected &expected)
{
    copy.exec("PRAGMA journal_mode = DELETE"); // no log beside it
    const std::string verdict = copy.execAndGet("PRAGMA quick_check(1)").getString();
    if (verdict != "ok")
        throw std::runtime_error("the copy is not sound (" + verdict + ")");
    expectContent(copy, expected);
}

} // namespace

Failure backupFailed(const fs::path &to, const std::string &why)
{
    return failure(v1::Error::UNAVAILABLE, "BACKUP_FAILED",
                   "Cannot copy the store to " + to.string() + ": " + why +
                       ". Look at the free space and the rights there.",
                   to.string());
}

Copying::Impl::Impl(SQLite::Database &from, const fs::path &path)
    : to(path), beside(path.string() + ".new-" + sys::randomHex(8))
{
    copy.emplace(beside.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kPatience_ms);
    backup.emplace(*copy, from);
}

Copying::Impl::~Impl()
{
    backup.reset();
    copy.reset();
    std::error_code ignored;
    fs::remove(beside, ignored);
    fs::remove(beside.string() + "-journal", ignored);
}

Copying::Copying(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Copying::~Copying() = default;

Result<std::unique_ptr<Copying>> Copying::begin(SQLite::Database &from, const fs::path &to)
try {
    std::error_code error;
    if (fs::exists(fs::symlink_status(to, error)))
        return failure(v1::Error::ALREADY_EXISTS, "BACKUP_FILE_EXISTS",
                       to.string() + " exists already and is left as it is. Name another file.",
                       to.string());
    return std::unique_ptr<Copying>(new Copying(std::make_unique<Impl>(from, to)));
} catch (const std::exception &error) {
    return backupFailed(to, error.what());
}

// What somebody locks is waited for; a step that did nothing is no copy.
Result<bool> Copying::step(int pages)
try {
    const int result = m_impl->backup->executeStep(pages);
    if (result != SQLITE_OK && result != SQLITE_DONE)
        throw std::runtime_error(std::string("the store could not be read (") +
                                 sqlite3_errstr(result) + "): somebody holds it");
    if (result == SQLITE_DONE)
        m_impl->backup.reset();
    return result != SQLITE_DONE;
} catch (const std::exception &error) {
    return backupFailed(m_impl->to, error.what());
}

Result<std::uint64_t> Copying::finish(const Expected &expected)
try {
    expectSound(*m_impl->copy, expected);
    m_impl->copy.reset();
    std::error_code error;
    fs::permissions(m_impl->beside, fs::perms::owner_read | fs::perms::owner_write, error);
    const auto size = fs::file_size(m_impl->beside, error);
    const auto kept = sys::syncFile(m_impl->beside).and_then([&] {
        return sys::moveDurably(m_impl->beside, m_impl->to);
    });
    return kept ? Result<std::uint64_t>(size) : Failure(kept.error());
} catch (const std::exception &error) {
    return backupFailed(m_impl->to, error.what());
}

} // namespace slipway::store
