#include "backend/store/snapshot.h"

#include "backend/store/copying.h"
#include "backend/store/schema.h"
#include "backend/store/store_impl.h"

namespace slipway::store
{

namespace fs = std::filesystem;

namespace
{

constexpr int kProblemsMax = 50; // of one kind

v1::Problem problem(const std::string &rule, const fs::path &file, const std::string &message,
                    const std::string &hint)
{
    v1::Problem made;
    made.set_severity(v1::ERROR);
    made.set_rule(rule);
    made.set_file(file.string());
    made.set_message(message);
    made.set_hint(hint);
    return made;
}

// Walks the tables of a database that is only read.
class Examiner
{
public:
    explicit Examiner(const fs::path &file)
        : m_file(file), m_database(file.string(), SQLite::OPEN_READONLY, kPatience_ms)
    {
    }

    SQLite::Database &database() { return m_database; }

    Examined examine()
    {
        checkPages();
        const int version = m_database.execAndGet("PRAGMA user_version").getInt();
        readEntities();
        countBad<v1::Event>("event", "bytes");
        countBad<v1::Operation>("operation", "bytes");
        countBad<v1::MetricBatch>("metric", "bytes");
        if (version >= 3)
            countBad<v1::CommandReply>("request", "reply");
        return std::move(m_found);
    }

private:
    static constexpr const char *kRestore =
        "Put a snapshot back with \"slipwayctl fabric restore\"; the fabric's data folder has them "
        "in snapshots/.";

    void checkPages()
    {
        SQLite::Statement rows(m_database,
                               "PRAGMA integrity_check(" + std::to_string(kProblemsMax) + ")");
        while (rows.executeStep())
            if (const std::string verdict = rows.getColumn(0).getString(); verdict != "ok")
                m_found.problems.push_back(problem("STORE_DAMAGED", m_file, verdict, kRestore));
    }

    void readEntities()
    {
        SQLite::Statement rows(m_database, "SELECT bytes, kind, id FROM entity");
        while (rows.executeStep()) {
            ++m_found.rows;
            v1::Change change;
            const SQLite::Column bytes = rows.getColumn(0);
            if (!change.ParseFromArray(bytes.getBlob(), bytes.getBytes())) {
                m_found.problems.push_back(
                    problem("ROW_UNREADABLE", m_file,
                            "The entity \"" + rows.getColumn(2).getString() + "\" of kind " +
                                std::to_string(rows.getColumn(1).getInt()) + " cannot be read.",
                            kRestore));
                continue;
            }
            if (change.has_settings())
                m_found.fabric_id = change.settings().fabric_id();
            m_found.loaded.revision = std::max(m_found.loaded.revision, change.revision());
            m_found.loaded.changes.push_back(std::move(change));
        }
    }

    template <typename Message> void countBad(const std::string &table, const std::string &column)
    {
        SQLite::Statement rows(m_database, "SELECT " + column + " FROM " + table);
        std::uint64_t bad = 0;
        while (rows.executeStep()) {
            ++m_found.rows;
            Message message;
            const SQLite::Column bytes = rows.getColumn(0);
            bad += message.ParseFromArray(bytes.getBlob(), bytes.getBytes()) ? 0 : 1;
        }
        if (bad > 0)
            m_found.problems.push_back(problem("ROW_UNREADABLE", m_file,
                                               std::to_string(bad) + " rows of the table \"" +
                                                   table + "\" cannot be read.",
                                               kRestore));
    }

    fs::path m_file;
    SQLite::Database m_database;
    Examined m_found;
};

} // namespace

Result<std::uint64_t> copyStore(const fs::path &from, const fs::path &to, const Expected &expected)
try {
    SQLite::Database source(from.string(), SQLite::OPEN_READONLY, kPatience_ms);
    const auto copying = Copying::begin(source, to);
    if (!copying)
        return Failure(copying.error());
    // All pages in one read transaction, which holds no writer up.
    if (const auto copied = (*copying)->step(-1); !copied)
        return Failure(copied.error());
    return (*copying)->finish(expected);
} catch (const std::exception &error) {
    return backupFailed(to, error.what());
}

Result<std::unique_ptr<Copying>> Store::beginCopy(const fs::path &to)
{
    return Copying::begin(m_impl->database, to);
}

Result<Examined> examineStore(const fs::path &file)
try {
    std::error_code error;
    if (!fs::is_regular_file(file, error) || fs::file_size(file, error) == 0)
        return failure(v1::Error::NOT_FOUND, "STORE_MISSING",
                       "There is no store at " + file.string() + ", or it is empty.",
                       file.string());
    Examiner examiner(file);
    if (const auto header = checkFileHeader(examiner.database(), file); !header)
        return Failure(header.error());
    if (const auto checked = checkDatabase(examiner.database(), file); !checked)
        return Failure(checked.error());
    return examiner.examine();
} catch (const std::exception &error) {
    return unusable(file, error);
}

} // namespace slipway::store
