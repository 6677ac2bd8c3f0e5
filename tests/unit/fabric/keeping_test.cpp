// What keeps a fabric's store whole and small: repeated requests, snapshots, backups put back,
// checks, floods of events and the end of the history.
#include "backend/fabric/data_check.h"
#include "backend/fabric/data_folder.h"
#include "backend/fabric/event_limiter.h"
#include "backend/fabric/parts.h"
#include "backend/fabric/restore_store.h"
#include "backend/fabric/snapshots.h"
#include "backend/store/snapshot.h"
#include "backend/sys/file_time.h"

#include <QTemporaryDir>
#include <QTest>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fstream>
#include <future>
#include <set>
#include <unistd.h>

using namespace slipway;
using namespace slipway::fabric;
namespace fs = std::filesystem;

namespace
{

constexpr std::int64_t kHour_ms = 3600LL * 1000;
const std::atomic<bool> kNeverStop = false;

template <typename T, typename Call> Result<T> waitFor(Call call)
{
    std::promise<Result<T>> promise;
    call([&promise](Result<T> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
}

Result<v1::CommandReply> execute(Fabric &fabric, const v1::Command &command)
{
    return waitFor<v1::CommandReply>([&](auto done) { fabric.execute(command, done); });
}

v1::Command createService(const std::string &name, const std::string &request_id)
{
    v1::Command command;
    command.set_request_id(request_id);
    command.mutable_create_service()->set_name(name);
    return command;
}

template <typename T> std::string reasonOf(const Result<T> &result)
{
    return result ? std::string() : result.error().reason();
}

v1::Change eventOf(const std::string &kind, const std::string &instance)
{
    v1::Change change;
    change.mutable_event()->set_kind(kind);
    change.mutable_event()->set_instance(instance);
    change.mutable_event()->set_message(kind + " of " + instance);
    return change;
}

std::set<std::string> rulesOf(const v1::CheckStoreReply &reply)
{
    std::set<std::string> rules;
    for (const v1::Problem &problem : reply.problems())
        rules.insert(problem.rule());
    return rules;
}

} // namespace

class KeepingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_home = std::make_unique<QTemporaryDir>(); }
    void repeatedRequestsAnswerTheSame();
    void idsThatAreUsedForSomethingElseAreRefused();
    void sizesAreLimited();
    void aBackupIsPutBack();
    void aBackupSavesALostStore();
    void wrongBackupsAreRefused();
    void snapshotsAreKeptByCount();
    void aCheckFindsWhatIsWrong();
    void floodsAreCounted();
    void theHistoryEnds();
    void anOlderSchemaIsKept();
    void backupsStayOutOfItsFolder();
    void checksShareTheirAnswer();

private:
    FabricOptions options() const
    {
        const fs::path home = m_home->path().toStdString();
        FabricOptions result;
        result.paths = {home / "data", home / "run"};
        result.socket = result.paths.fabricSocket();
        result.engine = "none";
        return result;
    }
    void start()
    {
        auto opened = openFabric(options());
        QVERIFY2(opened, opened ? "" : opened.error().message().c_str());
        m_fabric = std::move(*opened);
    }
    void end()
    {
        std::promise<void> promise;
        m_fabric->shutdown(false, [&promise] { promise.set_value(); });
        promise.get_future().wait();
        m_fabric.reset();
    }
    Result<v1::BackupReply> backup(const fs::path &file)
    {
        v1::BackupRequest request;
        request.set_file(file.string());
        return waitFor<v1::BackupReply>([&](auto done) { m_fabric->backup(request, done); });
    }

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<Fabric> m_fabric;
};

void KeepingTest::repeatedRequestsAnswerTheSame()
{
    start();
    const v1::Command command = createService("shop", "id-1");
    // Both in one turn, and once more afterwards.
    std::promise<Result<v1::CommandReply>> at_once;
    m_fabric->execute(command, [&](Result<v1::CommandReply> reply) { at_once.set_value(reply); });
    const auto second = execute(*m_fabric, command);
    const auto first = at_once.get_future().get();
    QVERIFY(first && second);
    QVERIFY(!first->operation().id().empty());
    QVERIFY(!first->preview().empty());
    QCOMPARE(second->SerializeAsString(), first->SerializeAsString());
    QVERIFY(execute(*m_fabric, createService("other", "id-2")));
    QCOMPARE(execute(*m_fabric, command)->SerializeAsString(), first->SerializeAsString());
    end();
    start();
    v1::Command again = command;
    again.set_actor("by another way");
    QCOMPARE(execute(*m_fabric, again)->SerializeAsString(), first->SerializeAsString());
    // What it made is gone meanwhile: the answer stays, and nothing happens.
    v1::Command gone;
    gone.mutable_delete_service()->set_name("shop");
    QVERIFY(execute(*m_fabric, gone));
    QCOMPARE(execute(*m_fabric, command)->SerializeAsString(), first->SerializeAsString());
    QVERIFY(execute(*m_fabric, createService("shop", "id-3")));
    end();
}

void KeepingTest::idsThatAreUsedForSomethingElseAreRefused()
{
    start();
    v1::Command command = createService("shop", "id-1");
    command.set_validate_only(true);
    QVERIFY(execute(*m_fabric, command)); // poisons nothing
    command.set_validate_only(false);
    QVERIFY(execute(*m_fabric, command));
    const auto reused = execute(*m_fabric, createService("other", "id-1"));
    QCOMPARE(reasonOf(reused), std::string("REQUEST_ID_REUSED"));
    QCOMPARE(reused.error().code(), v1::Error::INVALID_ARGUMENT);
    QCOMPARE(reasonOf(execute(*m_fabric, createService("a b", "id-2"))),
             std::string("INVALID_NAME"));
    QVERIFY(execute(*m_fabric, createService("ab", "id-2"))); // nothing happened under it
    for (const std::string &id : {std::string(129, 'x'), std::string("a b"), std::string("a\nb"),
                                  std::string("\xc3\xa4"), std::string("a\0b", 3)})
        QCOMPARE(reasonOf(execute(*m_fabric, createService("ac", id))),
                 std::string("REQUEST_ID_INVALID"));
    QVERIFY(execute(*m_fabric, createService("ac", std::string(128, 'x'))));
    end();
}

void KeepingTest::sizesAreLimited()
{
    start();
    v1::Command command = createService("shop", "");
    command.mutable_create_service()->set_label(std::string(300, 'x'));
    const auto refused = execute(*m_fabric, command);
    QCOMPARE(reasonOf(refused), std::string("TEXT_TOO_LONG"));
    QVERIFY(refused.error().message().find("256") != std::string::npos);
    command.mutable_create_service()->set_label("a\nb");
    QCOMPARE(reasonOf(execute(*m_fabric, command)), std::string("TEXT_UNPRINTABLE"));
    v1::Command deploy;
    deploy.mutable_deploy()->set_service("shop");
    deploy.mutable_deploy()->set_label(std::string(100'000, 'x'));
    QCOMPARE(reasonOf(execute(*m_fabric, deploy)), std::string("TEXT_TOO_LONG"));
    v1::Command reboot;
    for (int i = 0; i < 10'001; ++i)
        reboot.mutable_reboot_instances()->add_instances("x");
    QCOMPARE(reasonOf(execute(*m_fabric, reboot)), std::string("LIST_TOO_LONG"));
    v1::Command settings;
    settings.mutable_update_settings()->set_currency(std::string("E\0R", 3));
    QCOMPARE(reasonOf(execute(*m_fabric, settings)), std::string("TEXT_UNPRINTABLE"));
    end();
}

void KeepingTest::aBackupIsPutBack()
{
    start();
    QVERIFY(execute(*m_fabric, createService("before", "id-1")));
    const fs::path file = fs::path(m_home->path().toStdString()) / "copy.db";
    const auto copied = backup(file);
    QVERIFY2(copied, copied ? "" : copied.error().message().c_str());
    QCOMPARE(copied->file(), file.string());
    QCOMPARE(copied->size_bytes(), std::uint64_t(fs::file_size(file)));
    QVERIFY(!fs::exists(file.string() + "-wal"));
    QCOMPARE(reasonOf(backup(file)), std::string("BACKUP_FILE_EXISTS"));
    QCOMPARE(reasonOf(backup("relative.db")), std::string("BACKUP_PATH_RELATIVE"));
    QCOMPARE(reasonOf(backup("/proc/nowhere/copy.db")), std::string("BACKUP_FAILED"));
    QVERIFY(backup({})->file().starts_with(options().paths.snapshots().string()));
    QVERIFY(execute(*m_fabric, createService("after", "id-2")));
    QCOMPARE(reasonOf(restoreStore(options().paths, file)), std::string("DATA_FOLDER_IN_USE"));
    end();
    const auto restored = restoreStore(options().paths, file);
    QVERIFY2(restored, restored ? "" : restored.error().message().c_str());
    QVERIFY(fs::exists(restored->aside));
    start();
    QVERIFY(execute(*m_fabric, createService("after", "id-3"))); // it was not there yet
    QCOMPARE(reasonOf(execute(*m_fabric, createService("before", "id-4"))),
             std::string("SERVICE_EXISTS"));
    end();
    QCOMPARE(reasonOf(restoreStore(options().paths, restored->aside)), std::string());
}

void KeepingTest::aBackupSavesALostStore()
{
    start();
    QVERIFY(execute(*m_fabric, createService("kept", "id-1")));
    const fs::path store = options().paths.storeFile();
    fs::remove(store);
    fs::remove(store.string() + "-wal");
    QCOMPARE(reasonOf(execute(*m_fabric, createService("lost", "id-2"))),
             std::string("STORE_REPLACED"));
    const fs::path file = fs::path(m_home->path().toStdString()) / "saved.db";
    QVERIFY(backup(file));
    end();
    QCOMPARE(reasonOf(openFabric(options())), std::string("STORE_MISSING"));
    QVERIFY(restoreStore(options().paths, file));
    start();
    QCOMPARE(reasonOf(execute(*m_fabric, createService("kept", "id-3"))),
             std::string("SERVICE_EXISTS"));
    QVERIFY(execute(*m_fabric, createService("lost", "id-2")));
    end();
}

void KeepingTest::wrongBackupsAreRefused()
{
    start();
    QVERIFY(execute(*m_fabric, createService("kept", "id-1")));
    end();
    const fs::path home = m_home->path().toStdString();
    const auto refusal = [&](const fs::path &file) {
        return reasonOf(restoreStore(options().paths, file));
    };
    QCOMPARE(refusal(home / "nothing.db"), std::string("STORE_MISSING"));
    std::ofstream(home / "text.db") << std::string(5000, 'x');
    QCOMPARE(refusal(home / "text.db"), std::string("STORE_DAMAGED"));
    QVERIFY(store::Store::open(home / "empty.db"));
    QCOMPARE(refusal(home / "empty.db"), std::string("BACKUP_DAMAGED"));
    fs::copy_file(options().paths.storeFile(), home / "rows.db");
    {
        SQLite::Database database((home / "rows.db").string(), SQLite::OPEN_READWRITE);
        database.exec("UPDATE entity SET bytes = x'ff' WHERE kind = 1");
    }
    QCOMPARE(refusal(home / "rows.db"), std::string("BACKUP_DAMAGED"));
    FabricOptions other = options();
    other.paths.data = home / "other";
    {
        auto fabric = openFabric(other);
        QVERIFY(fabric);
    }
    QCOMPARE(refusal(other.paths.storeFile()), std::string("STORE_OF_ANOTHER_FABRIC"));
    if (geteuid() == 0) { // root would leave files there that its owner's fabric cannot open
        QCOMPARE(chown(options().paths.data.c_str(), 65534, 65534), 0);
        QCOMPARE(refusal(options().paths.storeFile()), std::string("FOLDER_NOT_OURS"));
        QCOMPARE(chown(options().paths.data.c_str(), 0, 0), 0);
    }
    start(); // nothing was changed
    QCOMPARE(reasonOf(execute(*m_fabric, createService("kept", "id-3"))),
             std::string("SERVICE_EXISTS"));
    end();
}

void KeepingTest::snapshotsAreKeptByCount()
{
    const sys::Paths paths = options().paths;
    const std::int64_t now_ms = 1'800'000'000'000;
    fs::create_directories(paths.snapshots());
    for (int hour = 0; hour < 24 * 20; ++hour)
        std::ofstream(*newSnapshotFile(paths, "hourly", now_ms - hour * kHour_ms)) << "x";
    for (int i = 0; i < 5; ++i)
        std::ofstream(
            *newSnapshotFile(paths, "before-schema-" + std::to_string(i), now_ms + i * kHour_ms))
            << "x";
    std::ofstream(paths.snapshots() / "mine.db") << "x";
    std::ofstream(paths.snapshots() / "manual-20260101T000000Z.db") << "x";
    pruneSnapshots(paths, 24);
    int hourly = 0;
    int schema = 0;
    for (const auto &entry : fs::directory_iterator(paths.snapshots())) {
        hourly += entry.path().filename().string().starts_with("hourly-") ? 1 : 0;
        schema += entry.path().filename().string().starts_with("before-") ? 1 : 0;
    }
    QVERIFY2(hourly >= 24 + 5 && hourly <= 24 + 7, qPrintable(QString::number(hourly)));
    QCOMPARE(schema, 3);
    QVERIFY(fs::exists(paths.snapshots() / "mine.db"));
    QVERIFY(fs::exists(paths.snapshots() / "manual-20260101T000000Z.db"));
    QVERIFY(fs::exists(paths.snapshots() / ("hourly-" + sys::fileTime(now_ms) + ".db")));
}

void KeepingTest::aCheckFindsWhatIsWrong()
{
    start();
    QVERIFY(execute(*m_fabric, createService("kept", "id-1")));
    auto online = waitFor<v1::CheckStoreReply>([&](auto done) { m_fabric->checkStore(done); });
    QVERIFY(online);
    QVERIFY(online->rows() > 5);
    QCOMPARE(rulesOf(*online), std::set<std::string>{"NO_SNAPSHOT"});
    end();
    v1::Package package;
    package.set_digest("sha256:" + std::string(64, 'a'));
    const fs::path folder = options().paths.packages() / std::string(64, 'a');
    fs::create_directories(folder / "content");
    std::ofstream(folder / "package.pb") << package.SerializeAsString();
    fs::create_directories(options().paths.logs() / std::string(32, 'd'));
    {
        SQLite::Database database(options().paths.storeFile().string(), SQLite::OPEN_READWRITE);
        database.exec("UPDATE event SET bytes = x'ff' WHERE id = 1");
        v1::Change change;
        change.mutable_instance()->set_deployment_id("nowhere");
        change.mutable_instance()->set_name("Web_IN_0");
        SQLite::Statement add(database, "INSERT INTO entity VALUES(3, 'nowhere', 'x', 1, ?)");
        const std::string bytes = change.SerializeAsString();
        add.bind(1, bytes.data(), int(bytes.size()));
        add.exec();
    }
    const auto offline = checkData(options().paths, kNeverStop);
    QVERIFY(offline);
    const std::set<std::string> rules = rulesOf(*offline);
    for (const char *rule :
         {"ROW_UNREADABLE", "REFERENCE_DANGLING", "PACKAGE_UNKNOWN", "DEPLOYMENT_UNKNOWN"})
        QVERIFY2(rules.contains(rule), rule);
    QCOMPARE(reasonOf(openFabric(options())), std::string("STORE_DAMAGED"));
    QVERIFY(fs::exists(folder));
    const std::atomic<bool> stop = true;
    QCOMPARE(reasonOf(checkData(options().paths, stop)), std::string("CHECK_STOPPED"));
    QCOMPARE(reasonOf(checkData({"/nowhere", "/nowhere"}, kNeverStop)),
             std::string("STORE_MISSING"));
}

void KeepingTest::floodsAreCounted()
{
    EventLimiter limiter;
    std::int64_t now_ms = 1'800'000'000'000;
    std::size_t kept = 0;
    for (int i = 0; i < 100'000; ++i, now_ms += i % 10 == 0 ? 1 : 0) {
        std::vector<v1::Change> changes = {eventOf("ProgramEnded", "Web_IN_0")};
        limiter.limit(changes, now_ms);
        kept += changes.size();
    }
    QVERIFY2(kept >= 30 && kept <= 32, qPrintable(QString::number(kept)));
    std::vector<v1::Change> others = {eventOf("ProgramEnded", "Web_IN_1"),
                                      eventOf("OutOfMemory", "Web_IN_0")};
    v1::Change by_operator = eventOf("ProgramEnded", "Web_IN_0");
    by_operator.mutable_event()->set_actor("ada");
    others.push_back(by_operator);
    limiter.limit(others, now_ms);
    QCOMPARE(others.size(), std::size_t(3));
    QVERIFY(limiter.takeSummaries(now_ms).empty());
    const auto summaries = limiter.takeSummaries(now_ms + 60'000);
    QCOMPARE(summaries.size(), std::size_t(1));
    QCOMPARE(summaries[0].message(),
             std::to_string(100'000 - kept) + " more like this: ProgramEnded of Web_IN_0");
    QVERIFY(limiter.takeSummaries(now_ms + 120'000).empty());
    std::vector<v1::Change> later = {eventOf("ProgramEnded", "Web_IN_0")};
    limiter.limit(later, now_ms + 120'000);
    QCOMPARE(later.size(), std::size_t(1));
    std::vector<v1::Change> huge = {eventOf("Huge", "x")};
    huge[0].mutable_event()->set_message(std::string(16 << 20, 'x'));
    limiter.limit(huge, now_ms);
    QVERIFY(huge[0].event().message().size() < 5000);
}

void KeepingTest::theHistoryEnds()
{
    const auto opened = store::Store::open(fs::path(m_home->path().toStdString()) / "history.db");
    QVERIFY(opened);
    store::Store &store = **opened;
    std::vector<v1::Change> changes;
    for (std::uint64_t id = 1; id <= 5000; ++id) {
        v1::Change event = eventOf("Tick", id % 2 ? "odd" : "even");
        event.set_revision(id);
        event.mutable_event()->set_id(id);
        event.mutable_event()->set_time_ms(std::int64_t(id) * 1000);
        changes.push_back(event);
        v1::Change operation;
        operation.set_revision(id);
        operation.mutable_operation()->set_id("operation-" + std::to_string(id));
        operation.mutable_operation()->set_start_time_ms(std::int64_t(id) * 1000);
        changes.push_back(operation);
        if (id == 1)
            continue; // goes on: the state holds it
        v1::Change over;
        over.set_revision(id);
        over.mutable_removed()->set_kind(v1::Removed::OPERATION);
        over.mutable_removed()->set_id(operation.operation().id());
        changes.push_back(over);
    }
    QVERIFY(store.commit(changes));
    v1::EventsRequest all;
    all.set_limit(1000);
    all.set_before_id(1001);
    QCOMPARE(store.events(all)->events_size(), 1000);
    QVERIFY(!*store.forgetHistory(0, 5000, 500)); // nothing is too old or too much
    QCOMPARE(store.events(all)->events_size(), 1000);
    int steps = 0;
    while (*store.forgetHistory(501'000, 5000, 100))
        ++steps; // by age
    QVERIFY(steps >= 4);
    const auto page = store.events(all);
    QCOMPARE(page->events_size(), 501);
    QCOMPARE(page->events(499).id(), std::uint64_t(501));
    QCOMPARE(page->events(500).kind(), std::string("HistoryEnds"));
    while (*store.forgetHistory(0, 1000, 500)) {
    } // by count
    all.clear_before_id();
    QCOMPARE(store.events(all)->events_size(), 1000);
    all.set_before_id(4001);
    const auto last = store.events(all);
    QCOMPARE(last->events_size(), 1);
    QCOMPARE(last->events(0).kind(), std::string("HistoryEnds"));
    all.set_before_id(last->events(0).id());
    QCOMPARE(store.events(all)->events_size(), 0);
    v1::OperationsRequest operations;
    operations.set_limit(1000);
    QCOMPARE(store.operations(operations)->operations_size(), 1000);
    operations.set_id("operation-1");
    QCOMPARE(store.operations(operations)->operations_size(), 1);
    QCOMPARE(store.load()->next_event_id, std::uint64_t(5001));
    while (*store.forgetHistory(INT64_MAX, 1000, 500)) {
    } // idle for longer than anything is kept
    QCOMPARE(store.load()->next_event_id, std::uint64_t(5001));
}

void KeepingTest::anOlderSchemaIsKept()
{
    start();
    end();
    const fs::path store = options().paths.storeFile();
    {
        SQLite::Database database(store.string(), SQLite::OPEN_READWRITE);
        database.exec("DROP TABLE deleted; DROP TABLE request; PRAGMA user_version = 2;"
                      "DELETE FROM migration WHERE version = 3");
    }
    start();
    QVERIFY(execute(*m_fabric, createService("kept", "id-1")));
    end();
    int found = 0;
    for (const auto &entry : fs::directory_iterator(options().paths.snapshots()))
        found += entry.path().filename().string().starts_with("before-schema-2-") ? 1 : 0;
    QCOMPARE(found, 1);
}

void KeepingTest::backupsStayOutOfItsFolder()
{
    start();
    const sys::Paths paths = options().paths;
    for (const fs::path &file :
         {paths.snapshots() / "hourly-20200101T000000Z.db", paths.data / "fabric.db-x",
          paths.data / ".." / "data" / "copy.db"})
        QCOMPARE(reasonOf(backup(file)), std::string("BACKUP_PATH_INSIDE"));
    QVERIFY(backup(paths.data.string() + "-beside.db"));
    end();
}

void KeepingTest::checksShareTheirAnswer()
{
    start();
    constexpr int kAskers = 5;
    std::promise<Result<v1::CheckStoreReply>> answers[kAskers];
    for (auto &answer : answers)
        m_fabric->checkStore([&answer](const auto &reply) { answer.set_value(reply); });
    std::set<std::string> different;
    for (auto &answer : answers)
        different.insert(answer.get_future().get()->SerializeAsString());
    QCOMPARE(different.size(), std::size_t(1));
    QVERIFY(waitFor<v1::CheckStoreReply>([&](auto done) { m_fabric->checkStore(done); }));
    end();
}

QTEST_APPLESS_MAIN(KeepingTest)
#include "keeping_test.moc"
