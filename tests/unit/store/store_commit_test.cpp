// What the store promises: all or nothing, on the disk when it returned, and no harm to files that
// it does not understand.
#include "backend/store/store.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <SQLiteCpp/SQLiteCpp.h>
#include <csignal>
#include <random>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

using namespace slipway;
using store::Store;

namespace
{

v1::Change serviceChange(std::uint64_t revision, const std::string &name)
{
    v1::Change change;
    change.set_revision(revision);
    change.mutable_service()->set_name(name);
    change.mutable_service()->set_revision(revision);
    return change;
}

v1::Change eventChange(std::uint64_t id, const std::string &service, const std::string &instance)
{
    v1::Change change;
    change.set_revision(id);
    change.mutable_event()->set_id(id);
    change.mutable_event()->set_service(service);
    change.mutable_event()->set_deployment_id("d-" + service);
    change.mutable_event()->set_instance(instance);
    return change;
}

v1::Change operationChange(std::uint64_t revision, const std::string &id)
{
    v1::Change change;
    change.set_revision(revision);
    change.mutable_operation()->set_id(id);
    change.mutable_operation()->set_service("shop");
    change.mutable_operation()->set_start_time_ms(std::int64_t(revision));
    return change;
}

v1::Change removal(std::uint64_t revision, v1::Removed::Kind kind, const std::string &id)
{
    v1::Change change;
    change.set_revision(revision);
    change.mutable_removed()->set_kind(kind);
    change.mutable_removed()->set_id(id);
    return change;
}

QByteArray contentOf(const std::filesystem::path &file)
{
    QFile stream(QString::fromStdString(file.string()));
    return stream.open(QIODevice::ReadOnly) ? stream.readAll() : QByteArray();
}

void writeFile(const std::filesystem::path &file, const QByteArray &bytes)
{
    QFile stream(QString::fromStdString(file.string()));
    QVERIFY(stream.open(QIODevice::WriteOnly));
    stream.write(bytes);
}

// The child: commits one service after the other and acknowledges each by a byte.
[[noreturn]] void commitForEver(const std::filesystem::path &file, int acks)
{
    auto opened = Store::open(file);
    for (std::uint64_t n = 1; opened; ++n) {
        const std::string name = "s" + std::to_string(n);
        if (!(*opened)->commit({serviceChange(2 * n, name), eventChange(n, name, {})}))
            break;
        if (write(acks, "+", 1) != 1)
            break;
    }
    _exit(1);
}

// Kills a committing child when it has acknowledged `enough` commits; how many it acknowledged.
int killAfter(const std::filesystem::path &file, int enough)
{
    int pipe_fds[2];
    if (pipe(pipe_fds) != 0)
        return -1;
    const int child = fork();
    if (child == 0)
        commitForEver(file, pipe_fds[1]);
    close(pipe_fds[1]);
    int acknowledged = 0;
    char ack;
    while (acknowledged < enough && read(pipe_fds[0], &ack, 1) == 1)
        ++acknowledged;
    kill(child, SIGKILL);
    while (read(pipe_fds[0], &ack, 1) == 1)
        ++acknowledged;
    close(pipe_fds[0]);
    waitpid(child, nullptr, 0);
    return acknowledged;
}

} // namespace

class StoreCommitTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsEntitiesAndCounters();
    void pagesEvents();
    void keepsOperationsAfterTheirEnd();
    void pagesOperationsOfOneMillisecond();
    void keepsMetricsFor24Hours();
    void forgetsMetricsOfOneDeployment();
    void bringsOldMetricsAlong();
    void refusesNewerSchema();
    void refusesForeignAndDamagedFiles();
    void keepsEveryAcknowledgedCommitOfAKilledProcess();

private:
    std::filesystem::path file(const QTemporaryDir &folder) const
    {
        return std::filesystem::path(folder.path().toStdString()) / "fabric.db";
    }
};

void StoreCommitTest::keepsEntitiesAndCounters()
{
    const QTemporaryDir folder;
    {
        auto opened = Store::open(file(folder));
        QVERIFY(opened);
        QVERIFY((*opened)->commit({serviceChange(1, "a"), serviceChange(1, "b")}));
        QVERIFY((*opened)->commit({serviceChange(2, "a"), eventChange(7, "a", {})}));
        QVERIFY((*opened)->commit({removal(9, v1::Removed::SERVICE, "b")}));
    }
    auto opened = Store::open(file(folder));
    QVERIFY(opened);
    const auto loaded = (*opened)->load();
    QVERIFY(loaded);
    QCOMPARE(loaded->changes.size(), 1U);
    QCOMPARE(loaded->changes[0].service().name(), std::string("a"));
    QCOMPARE(loaded->changes[0].revision(), 2U);
    QCOMPARE(loaded->revision, 9U); // of the removal
    QCOMPARE(loaded->next_event_id, 8U);
}

void StoreCommitTest::pagesEvents()
{
    const QTemporaryDir folder;
    auto opened = Store::open(file(folder));
    QVERIFY(opened);
    std::vector<v1::Change> changes;
    for (std::uint64_t id = 1; id <= 30; ++id)
        changes.push_back(
            eventChange(id, id % 2 ? "odd" : "even", id % 3 ? "Web_IN_0" : "Web_IN_1"));
    QVERIFY((*opened)->commit(changes));
    v1::EventsRequest request;
    request.set_limit(4);
    request.set_service("odd");
    auto page = (*opened)->events(request);
    QVERIFY(page);
    QCOMPARE(page->events_size(), 4);
    QCOMPARE(page->events(0).id(), 29U);
    request.set_before_id(page->events(3).id());
    page = (*opened)->events(request);
    QCOMPARE(page->events(0).id(), 21U);
    request.Clear();
    request.set_deployment_id("d-even");
    request.set_instance("Web_IN_1");
    page = (*opened)->events(request);
    QCOMPARE(page->events_size(), 5); // 30, 24, 18, 12, 6
    QCOMPARE(page->events(4).id(), 6U);
    request.Clear();
    QCOMPARE((*opened)->events(request)->events_size(), 30);
}

void StoreCommitTest::keepsOperationsAfterTheirEnd()
{
    const QTemporaryDir folder;
    auto opened = Store::open(file(folder));
    QVERIFY(opened);
    QVERIFY((*opened)->commit({operationChange(1, "one"), operationChange(2, "two")}));
    QVERIFY((*opened)->commit({removal(3, v1::Removed::OPERATION, "one")}));
    QCOMPARE((*opened)->load()->changes.size(), 1U);
    auto history = (*opened)->operations({});
    QVERIFY(history);
    QCOMPARE(history->operations_size(), 2);
    QCOMPARE(history->operations(0).id(), std::string("two"));
    v1::OperationsRequest request;
    request.set_id("one");
    QCOMPARE((*opened)->operations(request)->operations_size(), 1);
}

void StoreCommitTest::pagesOperationsOfOneMillisecond()
{
    const QTemporaryDir folder;
    auto opened = Store::open(file(folder));
    QVERIFY(opened);
    std::vector<v1::Change> changes;
    for (const char *id : {"a", "b", "c", "d"})
        changes.push_back(operationChange(7, id));
    changes.push_back(operationChange(6, "older"));
    QVERIFY((*opened)->commit(changes));
    v1::OperationsRequest request;
    request.set_limit(2);
    std::string seen;
    for (int page = 0; page < 3; ++page) {
        const auto reply = (*opened)->operations(request);
        QVERIFY(reply);
        for (const v1::Operation &operation : reply->operations()) {
            seen += operation.id() + " ";
            request.set_before_time_ms(operation.start_time_ms());
            request.set_before_id(operation.id());
        }
    }
    QCOMPARE(seen, std::string("a b c d older "));
}

void StoreCommitTest::keepsMetricsFor24Hours()
{
    const QTemporaryDir folder;
    auto opened = Store::open(file(folder));
    QVERIFY(opened);
    v1::MetricBatch batch;
    batch.add_samples()->set_requests(5);
    QVERIFY((*opened)->addMetrics(1000, batch, 0));
    QVERIFY((*opened)->addMetrics(2000, batch, 1500));
    const auto kept = (*opened)->metrics();
    QVERIFY(kept);
    QCOMPARE(kept->size(), 1U);
    QCOMPARE(kept->front().samples(0).requests(), 5U);
    QVERIFY((*opened)->addMetrics(3000, {}, 2500)); // nothing new: what is old goes all the same
    QVERIFY((*opened)->metrics()->empty());
}

void StoreCommitTest::forgetsMetricsOfOneDeployment()
{
    const QTemporaryDir folder;
    auto opened = Store::open(file(folder));
    QVERIFY(opened);
    v1::MetricBatch batch;
    batch.add_samples()->set_deployment_id("gone");
    batch.add_samples()->set_deployment_id("kept");
    QVERIFY((*opened)->addMetrics(1000, batch, 0));
    QVERIFY((*opened)->addMetrics(2000, batch, 0));
    QVERIFY((*opened)->forgetMetrics({"gone", "never there"}));
    const auto kept = (*opened)->metrics();
    QVERIFY(kept);
    QCOMPARE(kept->size(), 2U);
    for (const v1::MetricBatch &one : *kept) {
        QCOMPARE(one.samples_size(), 1);
        QCOMPARE(one.samples(0).deployment_id(), std::string("kept"));
    }
}

// Schema 1 kept a whole minute in one row.
void StoreCommitTest::bringsOldMetricsAlong()
{
    const QTemporaryDir folder;
    QVERIFY(Store::open(file(folder)));
    v1::MetricBatch batch;
    batch.add_samples()->set_requests(7);
    {
        SQLite::Database database(file(folder).string(), SQLite::OPEN_READWRITE);
        for (const char *later : {"metric", "deleted", "request"})
            database.exec(std::string("DROP TABLE ") + later);
        database.exec("CREATE TABLE metric(time_ms INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
        database.exec("DELETE FROM migration WHERE version > 1");
        database.exec("PRAGMA user_version = 1");
        SQLite::Statement add(database, "INSERT INTO metric VALUES(1000, ?)");
        const std::string bytes = batch.SerializeAsString();
        add.bind(1, bytes.data(), int(bytes.size()));
        add.exec();
    }
    auto opened = Store::open(file(folder));
    QVERIFY(opened);
    const auto kept = (*opened)->metrics();
    QVERIFY(kept);
    QCOMPARE(kept->size(), 1U);
    QCOMPARE(kept->front().samples(0).requests(), 7U);
}

void StoreCommitTest::refusesNewerSchema()
{
    const QTemporaryDir folder;
    QVERIFY(Store::open(file(folder)));
    {
        SQLite::Database database(file(folder).string(), SQLite::OPEN_READWRITE);
        database.exec("PRAGMA user_version = 99");
    }
    const QByteArray before = contentOf(file(folder));
    const auto opened = Store::open(file(folder));
    QVERIFY(!opened);
    QCOMPARE(opened.error().reason(), std::string("STORE_TOO_NEW"));
    QCOMPARE(contentOf(file(folder)), before);
}

void StoreCommitTest::refusesForeignAndDamagedFiles()
{
    const QTemporaryDir folder;
    writeFile(file(folder), QByteArray("this is no database at all, only text"));
    auto opened = Store::open(file(folder));
    QVERIFY(!opened);
    QCOMPARE(opened.error().reason(), std::string("STORE_DAMAGED"));
    QCOMPARE(contentOf(file(folder)), QByteArray("this is no database at all, only text"));
    QFile::remove(QString::fromStdString(file(folder).string()));
    {
        SQLite::Database database(file(folder).string(),
                                  SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec("CREATE TABLE recipes(name TEXT)");
    }
    const QByteArray before = contentOf(file(folder));
    opened = Store::open(file(folder));
    QVERIFY(!opened);
    QCOMPARE(opened.error().reason(), std::string("STORE_NOT_OURS"));
    QCOMPARE(contentOf(file(folder)), before);
    writeFile(file(folder), before.left(1000) + QByteArray(20000, 'x'));
    opened = Store::open(file(folder));
    QVERIFY(!opened);
    QCOMPARE(opened.error().code(), v1::Error::FAILED_PRECONDITION);
}

void StoreCommitTest::keepsEveryAcknowledgedCommitOfAKilledProcess()
{
    std::mt19937 random(20261121);
    for (int round = 0; round < 10; ++round) {
        const QTemporaryDir folder;
        const int acknowledged = killAfter(file(folder), 1 + int(random() % 60));
        QVERIFY(acknowledged > 0);
        auto opened = Store::open(file(folder));
        QVERIFY(opened);
        const auto loaded = (*opened)->load();
        QVERIFY(loaded);
        // All that were acknowledged, at most one more, and never half of one.
        const auto kept = int(loaded->changes.size());
        QVERIFY2(
            kept == acknowledged || kept == acknowledged + 1,
            qPrintable(QStringLiteral("%1 acknowledged, %2 kept").arg(acknowledged).arg(kept)));
        QCOMPARE(int(loaded->next_event_id), kept + 1);
        std::set<std::string> names;
        for (const v1::Change &change : loaded->changes)
            names.insert(change.service().name());
        for (int n = 1; n <= acknowledged; ++n)
            QVERIFY(names.contains("s" + std::to_string(n)));
    }
}

QTEST_APPLESS_MAIN(StoreCommitTest)
#include "store_commit_test.moc"
