// Whatever somebody does to the store's files while it is open: nothing is acknowledged that the
// next start would not read, and nobody else's file is touched.
#include "backend/store/store.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>

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
    void leavesAnothersFilesAlone();
    void bearsASecondReader();
    void keepsTheWordOfDeletion();
    void keepsAnswers();

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
    row("overwritten in place",
        [](const fs::path &db, const fs::path &) { writeFile(db, contentOf(db)); });
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
    QVERIFY(!m_store->answered("id-1")->has_value()); // a day is over
    QVERIFY(m_store->answered("id-2")->has_value());
}

QTEST_APPLESS_MAIN(StoreGuardTest)
#include "store_guard_test.moc"
