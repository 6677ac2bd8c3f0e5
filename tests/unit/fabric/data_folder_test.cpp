// A data folder whose store is gone, empty, damaged or another's: refused with what to do, and
// nothing in it is touched. What is deleted goes to the trash, by the store's word alone.
#include "backend/core/core.h"
#include "backend/fabric/data_folder.h"
#include "backend/fabric/parts.h"
#include "backend/fabric/restore_store.h"
#include "backend/fabric/snapshots.h"
#include "backend/store/store.h"
#include "backend/sys/trash.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <future>

using namespace slipway;
using namespace slipway::fabric;
namespace fs = std::filesystem;

namespace
{

constexpr std::int64_t kDay_ms = 24LL * 3600 * 1000;

template <typename T, typename Call> Result<T> waitFor(Call call)
{
    std::promise<Result<T>> promise;
    call([&promise](Result<T> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
}

void end(Fabric &fabric)
{
    std::promise<void> promise;
    fabric.shutdown(false, [&promise] { promise.set_value(); });
    promise.get_future().wait();
}

void writeFile(const fs::path &file, const std::string &bytes)
{
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// Every name below a folder with its size.
std::map<std::string, std::uintmax_t> inventory(const fs::path &folder)
{
    std::map<std::string, std::uintmax_t> found;
    for (const auto &entry : fs::recursive_directory_iterator(folder))
        found[entry.path().string()] = entry.is_regular_file() ? entry.file_size() : 0;
    return found;
}

std::string digestOf(char digit)
{
    return "sha256:" + std::string(64, digit);
}

} // namespace

class DataFolderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void startsFirstOnlyWhereNothingLies();
    void refusesAStoreThatIsGone_data();
    void refusesAStoreThatIsGone();
    void beginsAnewByTheOperatorsWord();
    void refusesTheStoreOfAnotherFabric();
    void namesTheNewestSnapshot();
    void deletesByTheStoresWordAlone();
    void refusesCommandsWithoutItsStore();
    void theEndSavesALostStore();
    void emptiesTheTrashAfterAWeek();
    void theTrashGivesWayOnAFullDisk();
    void leavesNothingOfWhatCannotBeMoved();
    void startsOnlyWithAWholeStore();

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
    fs::path packageFolder(char digit) const
    {
        return options().paths.packages() / std::string(64, digit);
    }
    void writePackage(char digit, bool unregistered) const;
    // A fabric that ran and ended, with a package and a log beside its store.
    std::string earlierLife() const;

    std::unique_ptr<QTemporaryDir> m_home;
};

void DataFolderTest::init()
{
    m_home = std::make_unique<QTemporaryDir>();
}

void DataFolderTest::writePackage(char digit, bool unregistered) const
{
    v1::Package package;
    package.set_digest(digestOf(digit));
    writeFile(packageFolder(digit) / "package.pb", package.SerializeAsString());
    writeFile(packageFolder(digit) / "content/Web/approot/index.html", "hello");
    if (unregistered)
        writeFile(packageFolder(digit) / "unregistered", "");
}

std::string DataFolderTest::earlierLife() const
{
    auto fabric = openFabric(options());
    if (!fabric)
        return {};
    const auto status = waitFor<v1::FabricStatus>([&](auto done) { (*fabric)->status(done); });
    end(**fabric);
    writePackage('a', false);
    return status->fabric_id();
}

void DataFolderTest::startsFirstOnlyWhereNothingLies()
{
    const std::string id = earlierLife();
    QCOMPARE(id.size(), std::size_t(8));
    QCOMPARE(markedFabricId(options().paths).value_or(""), id);
    auto again = openFabric(options());
    QVERIFY(again);
    end(**again);
    fs::remove(options().paths.fabricIdFile()); // of before the mark was made
    again = openFabric(options());
    QVERIFY(again);
    QCOMPARE(markedFabricId(options().paths).value_or(""), id);
}

void DataFolderTest::refusesAStoreThatIsGone_data()
{
    QTest::addColumn<QByteArray>("what");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("missing") << QByteArray("missing") << QByteArray("STORE_MISSING");
    QTest::newRow("0 bytes") << QByteArray("empty") << QByteArray("STORE_EMPTY");
    QTest::newRow("no tables") << QByteArray("tables") << QByteArray("STORE_EMPTY");
    QTest::newRow("half a page") << QByteArray("half") << QByteArray("STORE_DAMAGED");
    QTest::newRow("zeros") << QByteArray("zeros") << QByteArray("STORE_DAMAGED");
}

void DataFolderTest::refusesAStoreThatIsGone()
{
    QFETCH(QByteArray, what);
    QFETCH(QByteArray, reason);
    earlierLife();
    const fs::path store = options().paths.storeFile();
    if (what == "missing")
        fs::remove(store);
    else if (what == "half")
        fs::resize_file(store, 2000);
    else
        fs::resize_file(store, 0);
    if (what == "zeros")
        fs::resize_file(store, 40960);
    if (what == "tables") { // made anew by an older program, or by a tool
        fs::remove(store);
        QVERIFY(store::Store::open(store));
    }
    const auto before = inventory(options().paths.packages());
    const auto refused = openFabric(options());
    QVERIFY(!refused);
    QCOMPARE(refused.error().reason(), reason.toStdString());
    QVERIFY(refused.error().message().find(store.string()) != std::string::npos);
    QVERIFY(refused.error().message().find("--first-start") != std::string::npos);
    QVERIFY(inventory(options().paths.packages()) == before);
    if (what == "missing")
        QVERIFY(!fs::exists(store));
}

void DataFolderTest::beginsAnewByTheOperatorsWord()
{
    const std::string id = earlierLife();
    FabricOptions anew = options();
    anew.first_start = true;
    QCOMPARE(openFabric(anew).error().reason(), std::string("STORE_PRESENT"));
    fs::resize_file(options().paths.storeFile(), 0);
    const auto before = inventory(options().paths.packages());
    auto fabric = openFabric(anew);
    QVERIFY2(fabric, fabric ? "" : fabric.error().message().c_str());
    const auto status = waitFor<v1::FabricStatus>([&](auto done) { (*fabric)->status(done); });
    QVERIFY(status->fabric_id() != id);
    end(**fabric);
    QVERIFY(inventory(options().paths.packages()) == before);
    auto again = openFabric(options()); // what nobody knows is left alone for good
    QVERIFY(again);
    end(**again);
    QVERIFY(inventory(options().paths.packages()) == before);
}

void DataFolderTest::refusesTheStoreOfAnotherFabric()
{
    earlierLife();
    FabricOptions other = options();
    other.paths.data = fs::path(m_home->path().toStdString()) / "other";
    auto fabric = openFabric(other);
    QVERIFY(fabric);
    end(**fabric);
    fs::copy_file(other.paths.storeFile(), options().paths.storeFile(),
                  fs::copy_options::overwrite_existing);
    const auto before = inventory(options().paths.packages());
    QCOMPARE(openFabric(options()).error().reason(), std::string("STORE_OF_ANOTHER_FABRIC"));
    QVERIFY(inventory(options().paths.packages()) == before);
}

void DataFolderTest::namesTheNewestSnapshot()
{
    earlierLife();
    fs::remove(options().paths.storeFile());
    const fs::path snapshots = options().paths.snapshots();
    const fs::path newest = snapshots / "hourly-20261127T120000Z.db";
    writeFile(newest, "2");
    writeFile(snapshots / "manual-20261127T110000Z.db", "1");
    writeFile(snapshots / "mine.db", "3");
    fs::last_write_time(newest,
                        fs::last_write_time(newest) - std::chrono::hours(1)); // it was moved
    const auto refused = openFabric(options());
    QVERIFY(!refused);
    QVERIFY(refused.error().message().find(newest.string()) != std::string::npos);
}

void DataFolderTest::deletesByTheStoresWordAlone()
{
    earlierLife();
    {
        const auto store = store::Store::open(options().paths.storeFile());
        QVERIFY(store);
        const std::uint64_t revision = (*store)->load()->revision + 1;
        v1::Change removal; // 'b' was deleted when nobody could follow
        removal.set_revision(revision);
        removal.mutable_removed()->set_kind(v1::Removed::PACKAGE);
        removal.mutable_removed()->set_id(digestOf('b'));
        v1::Change ended = removal; // while its host was dead
        ended.mutable_removed()->set_kind(v1::Removed::DEPLOYMENT);
        ended.mutable_removed()->set_id(std::string(32, 'e'));
        QVERIFY((*store)->commit({removal, ended}));
    }
    writePackage('b', false);
    writePackage('c', true); // its upload was never acknowledged
    writeFile(options().paths.logs() / std::string(32, 'd') / "Web_IN_0" / "log", "a line");
    const fs::path unknown_disk = options().paths.instanceDisk(std::string(32, 'd'), "Web_IN_0");
    writeFile(unknown_disk / "precious", "x");
    const fs::path deleted_disk = options().paths.instanceDisk(std::string(32, 'e'), "Web_IN_0");
    writeFile(deleted_disk / "old", "x");
    auto fabric = openFabric(options());
    QVERIFY(fabric);
    QTRY_VERIFY(!fs::exists(packageFolder('b')));
    QTRY_VERIFY(!fs::exists(packageFolder('c')));
    QTRY_VERIFY(!fs::exists(deleted_disk));
    end(**fabric);
    QVERIFY(fs::exists(unknown_disk / "precious"));
    QVERIFY(fs::exists(packageFolder('a') / "package.pb")); // nobody's: left alone
    QVERIFY(fs::exists(options().paths.logs() / std::string(32, 'd') / "Web_IN_0" / "log"));
    const sys::Trash trash(options().paths.trash());
    QCOMPARE(trash.content(false).things, std::size_t(3));
    int found = 0;
    for (const auto &[name, size] : inventory(options().paths.trash()))
        found += name.ends_with(std::string(64, 'b') + "/content/Web/approot/index.html") ? 1 : 0;
    QCOMPARE(found, 1);
}

void DataFolderTest::refusesCommandsWithoutItsStore()
{
    auto fabric = openFabric(options());
    QVERIFY(fabric);
    const auto create = [&](const std::string &name) {
        v1::Command command;
        command.mutable_create_service()->set_name(name);
        return waitFor<v1::CommandReply>([&](auto done) { (*fabric)->execute(command, done); });
    };
    QVERIFY(create("before"));
    const fs::path store = options().paths.storeFile();
    fs::rename(store, store.string() + ".away");
    QCOMPARE(create("lost").error().reason(), std::string("STORE_REPLACED"));
    QCOMPARE(create("lost").error().reason(), std::string("STORE_REPLACED"));
    fs::rename(store.string() + ".away", store);
    int tries = 0;
    bool taken = false;
    QTRY_VERIFY(taken = taken || create("after-" + std::to_string(++tries)).has_value());
    const auto events =
        waitFor<v1::EventsReply>([&](auto done) { (*fabric)->listEvents({}, done); });
    const auto told = [](const v1::Event &event) { return event.kind() == "StoreWasLost"; };
    QVERIFY(std::any_of(events->events().begin(), events->events().end(), told));
    end(**fabric);
    auto again = openFabric(options());
    QVERIFY(again);
    end(**again);
}

void DataFolderTest::theEndSavesALostStore()
{
    v1::Command command;
    command.mutable_create_service()->set_name("kept");
    const auto create = [&](Fabric &fabric) {
        return waitFor<v1::CommandReply>([&](auto done) { fabric.execute(command, done); });
    };
    auto fabric = openFabric(options());
    QVERIFY(fabric);
    QVERIFY(create(**fabric));
    const fs::path store = options().paths.storeFile();
    fs::remove(store);
    fs::remove(store.string() + "-wal");
    end(**fabric);
    fabric->reset();
    const auto newest = newestSnapshot(options().paths);
    QVERIFY(newest);
    QVERIFY2(newest->filename().string().starts_with("saved-at-the-end-"), newest->c_str());
    QVERIFY(restoreStore(options().paths, *newest));
    auto again = openFabric(options());
    QVERIFY(again);
    QCOMPARE(create(**again).error().reason(), std::string("SERVICE_EXISTS"));
    end(**again);
}

void DataFolderTest::emptiesTheTrashAfterAWeek()
{
    const fs::path folder = fs::path(m_home->path().toStdString()) / "trash";
    const fs::path thing = fs::path(m_home->path().toStdString()) / "things" / "one";
    const sys::Trash trash(folder);
    const std::int64_t now_ms = 1'800'000'000'000;
    QVERIFY(trash.take(thing, "package", "why", now_ms)); // nothing there
    QVERIFY(!fs::exists(folder));
    writeFile(thing / "a" / "b", "12345");
    QVERIFY(trash.take(thing, "package", "It was deleted.", now_ms));
    QVERIFY(!fs::exists(thing));
    QCOMPARE(trash.content(false).things, std::size_t(1));
    writeFile(folder / "somebody's own", "x");
    trash.expire(now_ms + 7 * kDay_ms - 1000, {});
    QCOMPARE(trash.content(false).things, std::size_t(2));
    trash.expire(now_ms + 7 * kDay_ms + 1000, {"one"}); // it is still used
    QCOMPARE(trash.content(false).things, std::size_t(2));
    trash.expire(now_ms + 7 * kDay_ms + 1000, {"another"});
    QCOMPARE(trash.content(false).things, std::size_t(1));
    QVERIFY(fs::exists(folder / "somebody's own"));
}

void DataFolderTest::theTrashGivesWayOnAFullDisk()
{
    const fs::path home = m_home->path().toStdString();
    std::uint64_t disk_bytes = 13'000;
    const sys::Trash trash(home / "trash", [&](const fs::path &folder) {
        const auto things = std::distance(fs::directory_iterator(folder), {});
        return disk_bytes - std::uint64_t(things) * 1000;
    });
    const std::atomic<bool> never = false;
    for (int i = 0; i < 8; ++i) {
        const std::string name = "thing-" + std::to_string(i);
        writeFile(home / name / "file", std::string(10'000, 'x'));
        QVERIFY(trash.take(home / name, "package", "why", 1'800'000'000'000 + i * kDay_ms));
    }
    const auto holds = [&](int i) {
        for (const auto &[name, size] : inventory(home / "trash"))
            if (name.ends_with("thing-" + std::to_string(i)))
                return true;
        return false;
    };
    QCOMPARE(trash.giveWay({.free_bytes_min = 5000}, {}, never).things, std::size_t(0));
    const auto gone = trash.giveWay({.free_bytes_min = 7000}, {"thing-0"}, never);
    QCOMPARE(gone.things, std::size_t(2)); // the oldest that nobody uses, no more than is needed
    QVERIFY(gone.bytes > 20'000);
    QVERIFY(holds(0) && !holds(1) && !holds(2) && holds(3));
    disk_bytes = 1'000'000;
    QVERIFY(trash.giveWay({.bytes_max = 35'000}, {}, never).things >= 2);
    QVERIFY(holds(7));
    QVERIFY(trash.content(false).bytes <= 35'000);
    const std::atomic<bool> stop = true;
    QCOMPARE(trash.giveWay({.bytes_max = 0}, {}, stop).things, std::size_t(0));
}

void DataFolderTest::leavesNothingOfWhatCannotBeMoved()
{
    const sys::Trash trash(fs::path(m_home->path().toStdString()) / "trash");
    QVERIFY(!trash.take("/proc/self/status", "logs", "why", 1'800'000'000'000)); // another disk
    QCOMPARE(trash.content(false).things, std::size_t(0));
}

// However far it came before it was killed: a store without its log is no store.
void DataFolderTest::startsOnlyWithAWholeStore()
{
    earlierLife();
    const sys::Paths paths = options().paths;
    const fs::path store = paths.storeFile();
    writeFile(store.string() + "-wal", "its log");
    const auto aside = setStoreAside(paths, "replaced", Mark::Stays);
    QVERIFY(aside);
    QCOMPARE(aside->moved.size(), std::size_t(2));
    QCOMPARE(aside->moved.front().first, store);
    QCOMPARE(aside->store, aside->moved.front().second);
    QVERIFY(fs::exists(aside->store.string() + "-wal")); // as SQLite would find it
    QCOMPARE(openFabric(options()).error().reason(), std::string("STORE_MISSING"));
    fs::rename(aside->store.string() + "-wal", store.string() + "-wal"); // killed in between
    QCOMPARE(openFabric(options()).error().reason(), std::string("STORE_MISSING"));
    fs::rename(store.string() + "-wal", aside->store.string() + "-wal");
    QVERIFY(aside->putBack());
    QVERIFY(fs::exists(store) && fs::exists(store.string() + "-wal"));
    fs::remove(store.string() + "-wal");
    auto again = openFabric(options());
    QVERIFY(again);
    end(**again);
}

QTEST_APPLESS_MAIN(DataFolderTest)
#include "data_folder_test.moc"
