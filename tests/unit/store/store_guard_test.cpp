// Whatever somebody does to the store's files while it is open: nothing is acknowledged that the
// next start would not read, and nobody else's file is touched.
#include "backend/store/snapshot.h"
#include "backend/store/store.h"
#include "tests/support/full_disk.h"

#include <QProcess>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fstream>
#include <sys/mount.h>

using namespace slipway;
using store::Store;
namespace fs = std::filesystem;

namespace
{

v1::Change serviceChange(std::uint64_t revision, const std::string &name)
{
    v1::Change change;
    change.set_revision(revision);
    change.mutable_service()->set_name(name);
    return change;
}

std::string contentOf(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void writeFile(const fs::path &file, const std::string &bytes)
{
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

std::string reasonOf(const Result<void> &result)
{
    return result ? std::string() : result.error().reason();
}

} // namespace

class StoreGuardTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void refusesWhenItsFilesAreNotItsOwn_data();
    void refusesWhenItsFilesAreNotItsOwn();
    void goesOnWhenItsFileIsBack();
    void goesOnWhenItsContentIsBack();
    void leavesAnothersFilesAlone();
    void bearsASecondReader();
    void keepsTheWordOfDeletion();
    void keepsAnswers();
    void keepsNoMoreAnswersThanFit();
    void goesOnAfterAFullDisk();
    void writesOnAFullDisk();
    void bearsAnotherTimeOnItsFile();
    void refusesTheCommitOfAnother();
    void keepsItsLocksWhileItIsExamined();
    void refusesALink();
    void copiesNothingThatIsLocked();
    void copiesNoOtherStore();
    void givesNoEventIdTwice();

private:
    fs::path file() const { return fs::path(m_folder->path().toStdString()) / "fabric.db"; }
    fs::path log() const { return file().string() + "-wal"; }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Store> m_store;
};

void StoreGuardTest::init()
{
    m_store.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    auto opened = Store::open(file());
    QVERIFY(opened);
    m_store = std::move(*opened);
    QVERIFY(m_store->commit({serviceChange(1, "before")}));
    QVERIFY(m_store->stillOurs());
}

void StoreGuardTest::refusesWhenItsFilesAreNotItsOwn_data()
{
    using Accident = std::function<void(const fs::path &, const fs::path &)>;
    QTest::addColumn<Accident>("accident");
    const auto row = [](const char *name, const Accident &accident) {
        QTest::newRow(name) << accident;
    };
    row("unlinked", [](const fs::path &db, const fs::path &) { fs::remove(db); });
    row("truncated", [](const fs::path &db, const fs::path &) { fs::resize_file(db, 0); });
    row("cut short", [](const fs::path &db, const fs::path &) {
        fs::resize_file(db, fs::file_size(db) - 4096);
    });
    row("replaced", [](const fs::path &db, const fs::path &) {
        fs::copy_file(db, db.string() + ".copy");
        fs::rename(db.string() + ".copy", db);
    });
    row("overwritten in place", [](const fs::path &db, const fs::path &) {
        std::string older = contentOf(db);
        --older[27]; // SQLite counts changes there
        writeFile(db, older);
    });
    row("log unlinked", [](const fs::path &, const fs::path &log) { fs::remove(log); });
    row("log truncated", [](const fs::path &, const fs::path &log) { fs::resize_file(log, 0); });
    row("log replaced", [](const fs::path &, const fs::path &log) {
        fs::copy_file(log, log.string() + ".copy");
        fs::rename(log.string() + ".copy", log);
    });
    row("log overwritten in place", [](const fs::path &, const fs::path &log) {
        writeFile(log, std::string(fs::file_size(log), '\0'));
    });
    row("folder renamed", [](const fs::path &db, const fs::path &) {
        fs::rename(db.parent_path(), db.parent_path().string() + "-away");
    });
}

void StoreGuardTest::refusesWhenItsFilesAreNotItsOwn()
{
    using Accident = std::function<void(const fs::path &, const fs::path &)>;
    QFETCH(Accident, accident);
    accident(file(), log());
    QCOMPARE(reasonOf(m_store->stillOurs()), std::string("STORE_REPLACED"));
    const auto refused = m_store->commit({serviceChange(2, "lost")});
    QCOMPARE(reasonOf(refused), std::string("STORE_REPLACED"));
    QVERIFY(refused.error().message().find("fabric restore") != std::string::npos);
    QCOMPARE(m_store->load().error().reason(), std::string("STORE_REPLACED"));
    QCOMPARE(reasonOf(m_store->setValue("a", "b")), std::string("STORE_REPLACED"));
    QCOMPARE(reasonOf(m_store->addMetrics(1, {}, 0)), std::string("STORE_REPLACED"));
    m_store.reset();
    const fs::path away = m_folder->path().toStdString() + "-away";
    fs::remove_all(away);
}

void StoreGuardTest::goesOnWhenItsFileIsBack()
{
    fs::rename(file(), file().string() + ".moved");
    QVERIFY(!m_store->commit({serviceChange(2, "lost")}));
    fs::rename(file().string() + ".moved", file());
    QVERIFY(m_store->commit({serviceChange(2, "after")}));
    m_store.reset();
    auto again = Store::open(file());
    QVERIFY(again);
    QCOMPARE((*again)->load()->changes.size(), std::size_t(2));
}

// What was read of the empty file is not taken for the content of the one that is back.
void StoreGuardTest::goesOnWhenItsContentIsBack()
{
    std::vector<v1::Change> many;
    for (int i = 2; i < 2'000; ++i)
        many.push_back(serviceChange(std::uint64_t(i), "s" + std::to_string(i)));
    QVERIFY(m_store->commit(many));
    m_store.reset(); // writes the log into the file
    m_store = std::move(*Store::open(file()));
    QVERIFY(m_store->commit({serviceChange(2'000, "in the log")})); // which knows the file's size
    const std::string content = contentOf(file());
    fs::resize_file(file(), 0);
    QVERIFY(!m_store->commit({serviceChange(2'001, "lost")}));
    QVERIFY(!m_store->load());
    if (auto copying = m_store->beginCopy(m_folder->path().toStdString() + "/copy"))
        std::ignore = (*copying)->step(1'000); // reads through the open file
    std::ignore = m_store->value("a");
    std::ignore = m_store->events({});
    writeFile(file(), content);
    QVERIFY(m_store->stillOurs());
    const auto loaded = m_store->load();
    QVERIFY(loaded);
    QCOMPARE(loaded->changes.size(), many.size() + 2);
    QVERIFY(m_store->commit({serviceChange(2'001, "after")}));
}

void StoreGuardTest::leavesAnothersFilesAlone()
{
    fs::remove(file());
    fs::remove(log());
    writeFile(file(), "another's");
    writeFile(log(), "another's log");
    QVERIFY(!m_store->commit({serviceChange(2, "lost")}));
    m_store.reset();
    QCOMPARE(contentOf(file()), std::string("another's"));
    QCOMPARE(contentOf(log()), std::string("another's log"));
}

void StoreGuardTest::bearsASecondReader()
{
    {
        auto second = Store::open(file());
        QVERIFY(second);
        QVERIFY((*second)->load());
        QVERIFY(m_store->commit({serviceChange(2, "meanwhile")}));
    }
    QVERIFY(m_store->commit({serviceChange(3, "afterwards")}));
    for (std::uint64_t revision = 4; revision < 1500; ++revision) // over several checkpoints
        QVERIFY(m_store->commit({serviceChange(revision, "s" + std::to_string(revision))}));
}

void StoreGuardTest::keepsTheWordOfDeletion()
{
    v1::Change package;
    package.set_revision(2);
    package.mutable_package()->set_digest("sha256:aa");
    QVERIFY(m_store->commit({package}));
    QVERIFY(!m_store->deletedAt(v1::Removed::PACKAGE, "sha256:aa")->has_value());
    v1::Change removal;
    removal.set_revision(3);
    removal.mutable_removed()->set_kind(v1::Removed::PACKAGE);
    removal.mutable_removed()->set_id("sha256:aa");
    QVERIFY(m_store->commit({removal}));
    QCOMPARE(m_store->deletedAt(v1::Removed::PACKAGE, "sha256:aa")->value_or(0), std::uint64_t(3));
    QVERIFY(!m_store->deletedAt(v1::Removed::DEPLOYMENT, "sha256:aa")->has_value());
    package.set_revision(4); // it is uploaded again
    QVERIFY(m_store->commit({package}));
    QVERIFY(!m_store->deletedAt(v1::Removed::PACKAGE, "sha256:aa")->has_value());
}

void StoreGuardTest::keepsAnswers()
{
    store::AnsweredRequest request{"id-1", std::string("\0digest", 7), 1000, {}};
    request.reply.set_revision(2);
    request.reply.add_preview("a sentence");
    QVERIFY(m_store->commit({serviceChange(2, "a")}, {}, {request}));
    const auto found = m_store->answered("id-1");
    QVERIFY(found && found->has_value());
    QCOMPARE((*found)->digest, request.digest);
    QCOMPARE((*found)->reply.SerializeAsString(), request.reply.SerializeAsString());
    QVERIFY(!m_store->answered("id-2")->has_value());
    request.id = "id-2";
    request.time_ms = 1000 + 25LL * 3600 * 1000;
    QVERIFY(m_store->commit({serviceChange(3, "b")}, {}, {request}));
    QVERIFY(m_store->answered("id-1")->has_value());
    QVERIFY(m_store->forgetRequests(request.time_ms));
    QVERIFY(!m_store->answered("id-1")->has_value()); // a day is over
    QVERIFY(m_store->answered("id-2")->has_value());
}

void StoreGuardTest::keepsNoMoreAnswersThanFit()
{
    store::AnsweredRequest request;
    request.reply.add_preview(std::string(1 << 20, 'x'));
    for (int i = 0; i < 90; ++i) {
        request.id = "id-" + std::to_string(i);
        request.time_ms = 1000 + i;
        QVERIFY(m_store->commit({serviceChange(2 + std::uint64_t(i), "a")}, {}, {request}));
    }
    QVERIFY(m_store->forgetRequests(2000));
    int kept = 0;
    for (int i = 0; i < 90; ++i)
        kept += m_store->answered("id-" + std::to_string(i))->has_value() ? 1 : 0;
    QVERIFY2(kept >= 60 && kept <= 64, qPrintable(QString::number(kept)));
    QVERIFY(m_store->answered("id-89")->has_value());
}

// Half of a transaction comes into the log: that was nobody else.
void StoreGuardTest::writesOnAFullDisk()
{
    const QTemporaryDir folder;
    const std::string place = folder.path().toStdString();
    if (mount("none", place.c_str(), "tmpfs", 0, "size=48m,mode=0700") != 0)
        QSKIP("A small disk of its own can be mounted by root only.");
    const auto done = qScopeGuard([&] { umount2(place.c_str(), MNT_DETACH); });
    auto store = Store::open(fs::path(place) / "fabric.db");
    QVERIFY(store);
    std::ofstream filler(place + "/filler", std::ios::binary);
    while (filler.write(std::string(4096, 'x').data(), 4096).flush())
        ;
    QVERIFY(fs::space(place).available < 4096 * 4);
    for (std::uint64_t revision = 2; revision < 2'000; ++revision) { // 20 MB through the log
        v1::Change change = serviceChange(revision, "shop");
        change.mutable_service()->set_description(std::string(10'000, 'd'));
        QVERIFY((*store)->commit({change}));
    }
    QCOMPARE((*store)->load()->revision, std::uint64_t(1'999));
}

void StoreGuardTest::goesOnAfterAFullDisk()
{
    v1::Change large = serviceChange(2, "large");
    large.mutable_service()->set_description(std::string(100'000, 'x'));
    const auto size_before = fs::file_size(log());
    {
        const FullDisk full(size_before + 10'000);
        QCOMPARE(reasonOf(m_store->commit({large})), std::string("STORE_FAILED"));
    }
    QVERIFY(fs::file_size(log()) > size_before); // else this shows nothing
    QVERIFY(m_store->stillOurs());
    QCOMPARE(m_store->load()->changes.size(), std::size_t(1));
    QVERIFY(m_store->commit({large}));
    m_store.reset();
    QCOMPARE((*Store::open(file()))->load()->changes.size(), std::size_t(2));
}

void StoreGuardTest::bearsAnotherTimeOnItsFile()
{
    fs::last_write_time(file(), fs::last_write_time(file()) - std::chrono::hours(5));
    QVERIFY(m_store->stillOurs());
    QVERIFY(m_store->commit({serviceChange(2, "after")}));
    QVERIFY(m_store->stillOurs());
}

// Whoever wrote it: the fabric's state is not the file's any more.
void StoreGuardTest::refusesTheCommitOfAnother()
{
    {
        SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
        other.exec("DELETE FROM entity");
    }
    QCOMPARE(reasonOf(m_store->stillOurs()), std::string("STORE_CHANGED"));
    const auto refused = m_store->commit({serviceChange(2, "mixed up")});
    QCOMPARE(reasonOf(refused), std::string("STORE_CHANGED"));
    QVERIFY(refused.error().message().find("start it again") != std::string::npos);
    QCOMPARE(m_store->load().error().reason(), std::string("STORE_CHANGED"));
    m_store.reset();
    QVERIFY((*Store::open(file()))->load()->changes.empty()); // the other's word, whole
}

// POSIX drops all locks of a process on a file when it closes any descriptor of it; the next one
// who looks from outside would take itself for the last, and remove the log under the store.
void StoreGuardTest::keepsItsLocksWhileItIsExamined()
{
    QVERIFY(store::examineStore(file()));
    QVERIFY(store::copyStore(file(), file().string() + ".copy"));
    QProcess other;
    other.start(QStringLiteral("sqlite3"),
                {QString::fromStdString(file().string()), QStringLiteral("SELECT 1 FROM entity")});
    if (!other.waitForStarted())
        QSKIP("sqlite3 is not installed");
    QVERIFY(other.waitForFinished());
    QCOMPARE(other.exitCode(), 0);
    QVERIFY(fs::exists(log()));
    QVERIFY(m_store->stillOurs());
    QVERIFY(m_store->commit({serviceChange(2, "after")}));
}

void StoreGuardTest::refusesALink()
{
    m_store.reset();
    const fs::path real = file().string() + ".real";
    fs::rename(file(), real);
    fs::create_symlink(real, file());
    const auto refused = Store::open(file());
    QVERIFY(!refused);
    QCOMPARE(refused.error().reason(), std::string("STORE_IS_LINK"));
}

void StoreGuardTest::copiesNothingThatIsLocked()
{
    const fs::path copy = file().string() + ".copy";
    m_store.reset();
    SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
    other.exec("PRAGMA journal_mode = DELETE");
    other.exec("BEGIN EXCLUSIVE");
    const auto copied = store::copyStore(file(), copy);
    QVERIFY(!copied);
    QCOMPARE(copied.error().reason(), std::string("BACKUP_FAILED"));
    QVERIFY(!fs::exists(copy));
}

void StoreGuardTest::copiesNoOtherStore()
{
    v1::Change settings;
    settings.set_revision(2);
    settings.mutable_settings()->set_fabric_id("12345678");
    QVERIFY(m_store->commit({settings}));
    const fs::path copy = file().string() + ".copy";
    const auto reason = [&](const store::Expected &expected) {
        const auto copied = store::copyStore(file(), copy, expected);
        return copied ? std::string() : copied.error().reason();
    };
    QCOMPARE(reason({"87654321", 1}), std::string("BACKUP_FAILED"));
    QCOMPARE(reason({"12345678", 3}), std::string("BACKUP_FAILED"));
    QVERIFY(!fs::exists(copy));
    QCOMPARE(reason({"12345678", 2}), std::string());
}

void StoreGuardTest::givesNoEventIdTwice()
{
    v1::Change event;
    event.set_revision(2);
    event.mutable_event()->set_id(7);
    event.mutable_event()->set_time_ms(1000);
    QVERIFY(m_store->commit({event}));
    QCOMPARE(m_store->load()->next_event_id, std::uint64_t(8));
    QVERIFY(m_store->forgetHistory(2000, 100, 100)); // all have grown old
    QCOMPARE(m_store->load()->next_event_id, std::uint64_t(8));
    m_store.reset();
    auto again = Store::open(file());
    QCOMPARE((*again)->load()->next_event_id, std::uint64_t(8));
}

QTEST_GUILESS_MAIN(StoreGuardTest)
#include "store_guard_test.moc"
