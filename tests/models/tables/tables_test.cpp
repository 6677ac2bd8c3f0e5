// Random batches against every table model: afterwards the rows are the fabric's state, the model
// tester is silent, and what was selected still is.
#include "models/base/filter_proxy.h"
#include "models/deployments/deployment_summary.h"
#include "models/hosts/host_model.h"
#include "models/instances/instance_model.h"
#include "models/operations/event_model.h"
#include "models/operations/operation_model.h"
#include "models/packages/package_model.h"
#include "models/services/service_model.h"
#include "tests/support/fake_client.h"
#include "tests/support/sample_state.h"

#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QRandomGenerator>
#include <QtTest>

using namespace slipway;
using namespace slipway::models;
using namespace Qt::StringLiterals;

namespace
{

using Tester = QAbstractItemModelTester;

// A fabric, its mirror and every table over it.
struct Bench {
    test::FakeClient client;
    sys::SystemClock clock;
    FabricStore store;
    Session session{client, store, clock};
    MetricHub metrics{session};
    InstanceModel instances{store, metrics};
    ServiceModel services{store, metrics};
    HostModel hosts{session};
    OperationModel operations{store};
    EventModel events{session};
    PackageModel packages{store};
    std::vector<std::unique_ptr<Tester>> testers;

    explicit Bench(std::vector<v1::Change> state)
    {
        client.setStatus(test::sampleStatus());
        client.setSnapshot(std::move(state));
        for (QAbstractItemModel *model : tables()) {
            testers.push_back(
                std::make_unique<Tester>(model, Tester::FailureReportingMode::QtTest));
        }
    }
    QList<QAbstractItemModel *> tables()
    {
        return {&instances, &services, &hosts, &operations, &events, &packages};
    }
    bool live()
    {
        session.start();
        return QTest::qWaitFor([this] { return session.isLive(); });
    }
    bool caughtUp()
    {
        return QTest::qWaitFor([this] { return store.revision() == client.revision(); });
    }
};

v1::RoleInstance randomInstance(QRandomGenerator &random)
{
    auto instance =
        test::sampleInstance(random.bounded(2) ? test::kProductionId : test::kStagingId,
                             random.bounded(3) ? "WebRole" : "WorkerRole", random.bounded(60u));
    instance.set_state(v1::RoleInstance::State(random.bounded(16)));
    instance.set_restarts(random.bounded(5u));
    return instance;
}

} // namespace

class TablesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void randomBatchesKeepRowsEqualToTheState();
    void selectionSurvivesASnapshotAfterReconnect();
    void aRepeatedSnapshotChangesNothing();
    void removalsAreAnnouncedAsRanges();
    void healthIsSaidInWords();
    void aSwapMovesInstancesToTheOtherSlot();
    void filterFindsEveryWord();
    void namesAreSortedNaturally();
    void runningOperationsComeFirst();
    void whatNobodyMeasuredTookNothing();
    void eventsAreNewestFirstAndScoped();
    void hostsCountWhatIsUsed();
    void staleRowsStayAndSaySo();

private:
    void compare(Bench &bench);
};

void TablesTest::compare(Bench &bench)
{
    const auto &all = bench.store.instances();
    QCOMPARE(std::size_t(bench.instances.rowCount()), all.size());
    Tally counted;
    for (const auto &[id, instance] : all) {
        const auto *row = bench.instances.find(id);
        QVERIFY(row != nullptr);
        QCOMPARE(*row, instance);
        if (id.deployment == test::kProductionId) {
            counted.add(instance->state());
        }
    }
    QCOMPARE(bench.store.tally(test::kProductionId), counted);
    const auto *service = bench.services.find("guestbook");
    QVERIFY(service != nullptr);
    QCOMPARE(service->production_tally, counted);
    std::uint32_t placed = 0;
    for (const auto &entry : bench.store.hosts()) {
        placed += bench.hosts.find(entry.first)->instances;
    }
    QCOMPARE(std::size_t(placed), all.size());
}

void TablesTest::randomBatchesKeepRowsEqualToTheState()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    Bench bench(test::sampleState());
    QVERIFY(bench.live());
    for (int round = 0; round < 60; ++round) {
        std::vector<v1::Change> changes;
        for (int i = random.bounded(40); i >= 0; --i) {
            const auto instance = randomInstance(random);
            changes.push_back(
                random.bounded(3) != 0
                    ? test::changeOf(instance)
                    : test::removedInstance(instance.deployment_id(), instance.name()));
        }
        if (random.bounded(6) == 0) {
            bench.client.disconnect();
            bench.client.push(changes); // happens while nobody listens
            bench.client.reconnect();
        } else {
            bench.client.push(changes);
        }
        QVERIFY(bench.caughtUp());
        compare(bench);
        if (QTest::currentTestFailed()) {
            return;
        }
    }
}

void TablesTest::selectionSurvivesASnapshotAfterReconnect()
{
    Bench bench(test::sampleState());
    QVERIFY(bench.live());
    FilterProxy proxy;
    proxy.setSourceModel(&bench.instances);
    proxy.sort(int(InstanceModel::Column::Name));
    QItemSelectionModel selection(&proxy);
    const auto key = InstanceId{test::kProductionId, "WebRole_IN_2"}.toString();
    const auto index = proxy.indexOf(key);
    QVERIFY(index.isValid());
    selection.setCurrentIndex(index,
                              QItemSelectionModel::SelectCurrent | QItemSelectionModel::Rows);
    QSignalSpy resets(&bench.instances, &QAbstractItemModel::modelReset);
    bench.client.disconnect();
    bench.client.push({test::removedInstance(test::kProductionId, "WebRole_IN_0"),
                       test::changeOf(test::sampleInstance(test::kProductionId, "WebRole", 9))});
    bench.client.reconnect();
    QVERIFY(bench.caughtUp());
    QCOMPARE(resets.count(), 0);
    QCOMPARE(proxy.keyAt(selection.currentIndex().row()), key);
    QCOMPARE(selection.selectedRows().size(), 1);
    QVERIFY(!proxy.indexOf(InstanceId{test::kProductionId, "WebRole_IN_0"}.toString()).isValid());
}

void TablesTest::aRepeatedSnapshotChangesNothing()
{
    Bench bench(test::sampleState());
    QVERIFY(bench.live());
    QSignalSpy inserted(&bench.instances, &QAbstractItemModel::rowsInserted);
    QSignalSpy removed(&bench.instances, &QAbstractItemModel::rowsRemoved);
    const auto watches = bench.client.watches().size();
    bench.client.resync();
    QTRY_COMPARE(bench.client.watches().size(), watches + 1);
    QCOMPARE(bench.client.watches().back().since_revision(), 0u);
    QTRY_VERIFY(bench.session.isLive());
    QCOMPARE(inserted.count() + removed.count(), 0);
}

void TablesTest::removalsAreAnnouncedAsRanges()
{
    test::SampleOptions options;
    options.web_instances = 700;
    options.degraded = false;
    Bench bench(test::sampleState(options));
    QVERIFY(bench.live());
    QSignalSpy removed(&bench.instances, &QAbstractItemModel::rowsRemoved);
    std::vector<v1::Change> changes;
    for (int i = 0; i < 700; ++i) {
        changes.push_back(
            test::removedInstance(test::kProductionId, "WebRole_IN_" + std::to_string(i)));
    }
    bench.client.push(std::move(changes));
    QVERIFY(bench.caughtUp());
    QVERIFY2(removed.count() <= 4, qPrintable(QString::number(removed.count())));
    compare(bench);
}

void TablesTest::healthIsSaidInWords()
{
    Bench bench(test::sampleState());
    QVERIFY(bench.live());
    DeploymentSummary production(bench.store, bench.metrics, "guestbook", v1::PRODUCTION);
    QCOMPARE(production.health().words, u"Degraded: 1 cycling, 1 starting"_s);
    QCOMPARE(production.health().condition, Condition::Attention);
    QCOMPARE(production.addresses(), QStringList{u"http://127.77.0.1"_s});
    QCOMPARE(production.digest(), u"9f31c2e7"_s);
    QCOMPARE(production.roles().size(), std::size_t(2));
    DeploymentSummary staging(bench.store, bench.metrics, "guestbook", v1::STAGING);
    QCOMPARE(staging.health().words, u"Ready"_s);
    DeploymentSummary nothing(bench.store, bench.metrics, "lighthouse", v1::STAGING);
    QVERIFY(nothing.isEmpty());
    QCOMPARE(nothing.health().condition, Condition::Stopped);
}

void TablesTest::aSwapMovesInstancesToTheOtherSlot()
{
    Bench bench(test::sampleState());
    QVERIFY(bench.live());
    DeploymentSummary production(bench.store, bench.metrics, "guestbook", v1::PRODUCTION);
    QSignalSpy changed(&production, &DeploymentSummary::changed);
    auto service = *bench.store.service("guestbook");
    auto first = *bench.store.deployment(test::kProductionId);
    auto second = *bench.store.deployment(test::kStagingId);
    service.mutable_production()->set_deployment_id(test::kStagingId);
    service.mutable_staging()->set_deployment_id(test::kProductionId);
    first.set_slot(v1::STAGING);
    second.set_slot(v1::PRODUCTION);
    bench.client.push({test::changeOf(service), test::changeOf(first), test::changeOf(second)});
    QVERIFY(bench.caughtUp());
    QVERIFY(changed.count() > 0);
    QCOMPARE(production.deploymentId(), test::kStagingId);
    const int row = bench.instances.rowOf({test::kStagingId, "WebRole_IN_0"});
    const auto slot = bench.instances.index(row, int(InstanceModel::Column::Slot));
    QCOMPARE(slot.data().toString(), u"Production"_s);
}

void TablesTest::filterFindsEveryWord()
{
    Bench bench(test::sampleState());
    QVERIFY(bench.live());
    FilterProxy proxy;
    proxy.setSourceModel(&bench.instances);
    proxy.setFilterText(u"cycling worker"_s);
    QCOMPARE(proxy.rowCount(), 1);
    QVERIFY(proxy.keyAt(0).endsWith(u"WorkerRole_IN_1"_s));
    proxy.setFilterText(u"no such thing"_s);
    QCOMPARE(proxy.rowCount(), 0);
    proxy.setFilterText({});
    QCOMPARE(proxy.rowCount(), bench.instances.rowCount());
}

void TablesTest::namesAreSortedNaturally()
{
    test::SampleOptions options;
    options.web_instances = 12;
    options.more_services = 0;
    Bench bench(test::sampleState(options));
    QVERIFY(bench.live());
    FilterProxy proxy;
    proxy.setSourceModel(&bench.instances);
    proxy.setFilterText(u"production webrole"_s);
    proxy.sort(int(InstanceModel::Column::Name));
    QCOMPARE(proxy.rowCount(), 12);
    QVERIFY(proxy.keyAt(2).endsWith(u"_IN_2"_s));
    QVERIFY(proxy.keyAt(11).endsWith(u"_IN_11"_s));
}

void TablesTest::runningOperationsComeFirst()
{
    Bench bench(test::sampleState());
    QVERIFY(bench.live());
    FilterProxy proxy;
    proxy.setSourceModel(&bench.operations);
    proxy.sort(int(OperationModel::kInitialSort), OperationModel::kInitialOrder);
    QCOMPARE(bench.operations.runningCount(), 1);
    QCOMPARE(proxy.keyAt(0).toStdString(), bench.operations.newestRunning()->id());
    QSignalSpy finished(&bench.operations, &OperationModel::finished);
    auto done = *bench.operations.newestRunning();
    done.set_state(v1::Operation::Succeeded);
    bench.client.push({test::changeOf(done)});
    QTRY_COMPARE(finished.count(), 1);
    QCOMPARE(bench.operations.runningCount(), 0);
}

void TablesTest::whatNobodyMeasuredTookNothing()
{
    Bench bench(test::sampleState());
    QVERIFY(bench.live());
    auto done = *bench.operations.newestRunning();
    const auto took = [&] {
        for (int row = 0; row < bench.operations.rowCount(); ++row) {
            if (bench.operations.rowAt(row)->id() == done.id()) {
                return bench.operations.index(row, int(OperationModel::Column::Duration))
                    .data()
                    .toString();
            }
        }
        return QString();
    };
    done.set_state(v1::Operation::Succeeded);
    done.set_end_time_ms(done.start_time_ms());
    bench.client.push({test::changeOf(done)});
    QTRY_COMPARE(bench.operations.runningCount(), 0);
    QCOMPARE(took(), u"–"_s);
    done.set_end_time_ms(done.start_time_ms() + 3000);
    bench.client.push({test::changeOf(done)});
    QTRY_VERIFY(took() != u"–"_s);
}

void TablesTest::eventsAreNewestFirstAndScoped()
{
    Bench bench(test::sampleState());
    QVERIFY(bench.live());
    QCOMPARE(bench.events.rowCount(), 3);
    EventModel scoped(
        bench.session,
        {.service = "guestbook", .deployment = {}, .instance = "WorkerRole_IN_1", .host = {}});
    QCOMPARE(scoped.rowCount(), 1);
    const auto message = scoped.index(0, int(EventModel::Column::Message)).data().toString();
    QCOMPARE(message,
             u"WorkerRole_IN_1 ended with code 1: 3rd time in 10 min; next start in 8 s"_s);
    v1::Event event;
    event.set_id(99);
    event.set_service("guestbook");
    event.set_instance("WorkerRole_IN_1");
    event.set_message("Again");
    bench.client.push({test::changeOf(event)});
    QTRY_COMPARE(scoped.rowCount(), 2);
}

void TablesTest::hostsCountWhatIsUsed()
{
    Bench bench(test::sampleState());
    QVERIFY(bench.live());
    QTRY_VERIFY(bench.session.size("Small") != nullptr);
    std::uint32_t cores = 0;
    for (int row = 0; row < bench.hosts.rowCount(); ++row) {
        cores += bench.hosts.rowAt(row).used_cores;
    }
    QVERIFY(cores > 0);
    QCOMPARE(bench.hosts.overcommitment(), 12.0); // 6 hosts of 16 cores on a machine of 8
}

void TablesTest::staleRowsStayAndSaySo()
{
    Bench bench(test::sampleState());
    QVERIFY(bench.live());
    const int rows = bench.instances.rowCount();
    QVERIFY(!bench.instances.index(0, 0).data(StaleRole).toBool());
    bench.client.disconnect();
    QTRY_COMPARE(bench.session.state(), Session::State::Stale);
    QCOMPARE(bench.instances.rowCount(), rows);
    QVERIFY(bench.instances.index(0, 0).data(StaleRole).toBool());
    bench.client.reconnect();
    QTRY_VERIFY(bench.session.isLive());
    QVERIFY(!bench.instances.index(0, 0).data(StaleRole).toBool());
}

QTEST_GUILESS_MAIN(TablesTest)
#include "tables_test.moc"
