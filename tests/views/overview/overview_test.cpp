// The overview by mouse and keyboard over a fake fabric.
#include "tests/support/portal_harness.h"
#include "tests/views/support/probe_page.h"
#include "views/overview/attention_list.h"
#include "views/overview/figures.h"
#include "views/overview/overview_page.h"
#include "views/overview/running_list.h"
#include "views/overview/traffic_chart.h"
#include "views/widgets/timeline_list.h"

#include <QMouseEvent>
#include <QPushButton>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;

namespace
{

struct Desk {
    explicit Desk(std::vector<v1::Change> entities = test::sampleState())
        : harness(entities), state(std::move(entities))
    {
        PageFactory pages{pageEntry<OverviewPage>(PageId::Overview, u"Overview"_s, u"overview"_s)};
        for (const auto id : {PageId::Service, PageId::Services, PageId::Hosts, PageId::Activity,
                              PageId::FirstRun}) {
            pages.push_back(pageEntry<test::ProbePage>(id, u"Elsewhere"_s, u"services"_s));
        }
        window = harness.makeWindow(std::move(pages));
        window->resize(1440, 900);
        window->open({PageId::Overview, {}, {}});
        window->show();
        const bool live = harness.goLive() && QTest::qWaitForWindowActive(window.get());
        Q_ASSERT(live);
        Q_UNUSED(live)
    }
    template <typename Widget> Widget *find(const QString &name) const
    {
        return window->findChild<Widget *>(name);
    }
    QString figure(const QString &name) const { return find<HeadlineNumber>(name)->value(); }
    AttentionList *attention() const { return find<AttentionList>(u"attentionList"_s); }

    test::PortalHarness harness;
    std::vector<v1::Change> state;
    std::unique_ptr<MainWindow> window;
};

} // namespace

class OverviewTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsWhatThereIs();
    void listsWhatNeedsAPerson();
    void leadsToWhatNeedsAPerson();
    void lostHostsAreListed();
    void hostsWithoutSandboxesAreListed();
    void addressesWithoutAServerComeFirst();
    void addsUpTheTraffic();
    void cancelsRunningOperations();
    void latestEventsLeadOn();
    void emptyFabricInvites();
    void manyTroublesAreCounted();
};

void OverviewTest::countsWhatThereIs()
{
    Desk desk;
    QTRY_COMPARE(desk.figure(u"figureServices"_s), u"4"_s);
    QCOMPARE(desk.figure(u"figureInstances"_s), u"11 / 13"_s);
    QCOMPARE(desk.figure(u"figureHosts"_s), u"6 / 6"_s);
    QCOMPARE(desk.figure(u"figureRequests"_s), u"–"_s); // nothing was measured yet
    const auto parts = desk.find<StateBar>(u"instanceStates"_s)->parts();
    QCOMPARE(parts.size(), 3);
    QCOMPARE(parts.constFirst().condition, models::Condition::Ready);
    QCOMPARE(parts.constFirst().count, 11U);
    auto instance = test::sampleInstance(test::kProductionId, "WebRole", 9);
    desk.harness.client.push({test::changeOf(instance)});
    QTRY_COMPARE(desk.figure(u"figureInstances"_s), u"12 / 14"_s);
}

void OverviewTest::listsWhatNeedsAPerson()
{
    Desk desk;
    QTRY_COMPARE(desk.attention()->count(), 1); // a starting instance needs nobody
    QVERIFY(desk.attention()->item(0)->text().startsWith(u"WorkerRole_IN_1 of guestbook"_s));
    auto healed = test::sampleInstance(test::kProductionId, "WorkerRole", 1);
    desk.harness.client.push({test::changeOf(healed)});
    QTRY_COMPARE(desk.attention()->count(), 0);
    QCOMPARE(desk.find<StatePill>(u"overviewHealth"_s)->words(), u"All is well"_s);
}

void OverviewTest::leadsToWhatNeedsAPerson()
{
    Desk desk;
    QTRY_COMPARE(desk.attention()->count(), 1);
    const auto box = desk.attention()->visualItemRect(desk.attention()->item(0));
    QTest::mouseClick(desk.attention()->viewport(), Qt::LeftButton, {}, box.center());
    const Place wanted{PageId::Service, u"guestbook"_s,
                       models::InstanceId{test::kProductionId, "WorkerRole_IN_1"}.toString()};
    QCOMPARE(desk.window->currentPlace(), wanted);
    desk.window->back();
    desk.attention()->setFocus();
    desk.attention()->setCurrentRow(0);
    QTest::keyClick(desk.attention(), Qt::Key_Return);
    QCOMPARE(desk.window->currentPlace(), wanted);
}

void OverviewTest::lostHostsAreListed()
{
    Desk desk;
    QTRY_COMPARE(desk.attention()->count(), 1);
    v1::Host host;
    host.set_id("host-2");
    host.set_state(v1::Host::Lost);
    host.set_reason("It did not answer for 3 s");
    desk.harness.client.push({test::changeOf(host)});
    QTRY_COMPARE(desk.attention()->count(), 2);
    QCOMPARE(desk.figure(u"figureHosts"_s), u"5 / 6"_s);
    QCOMPARE(desk.find<StatePill>(u"overviewHealth"_s)->words(), u"2 things need a person"_s);
    desk.harness.client.push({test::removed(v1::Removed::HOST, "host-2")});
    QTRY_COMPARE(desk.attention()->count(), 1);
}

void OverviewTest::hostsWithoutSandboxesAreListed()
{
    Desk desk;
    QTRY_COMPARE(desk.attention()->count(), 1);
    v1::Host host = *desk.harness.store.host("host-1");
    host.set_unfit_reason("Its test sandbox failed: no space left on the device");
    desk.harness.client.push({test::changeOf(host)});
    QTRY_COMPARE(desk.attention()->count(), 2);
    QCOMPARE(desk.figure(u"figureHosts"_s), u"5 / 6"_s);
    const auto *item = desk.attention()->item(1);
    QCOMPARE(item->text(), u"host-1: Takes no instances"_s);
    QVERIFY(item->data(models::ReasonRole).toString().contains(u"no space left"_s));
}

void OverviewTest::addressesWithoutAServerComeFirst()
{
    Desk desk;
    QTRY_COMPARE(desk.attention()->count(), 1);
    auto status = desk.harness.session.status();
    status.set_edge_problem("haproxy is not installed");
    desk.harness.client.setStatus(status);
    QTRY_COMPARE_WITH_TIMEOUT(desk.attention()->count(), 2,
                              15'000); // the session asks for it from time to time
    QCOMPARE(desk.attention()->item(0)->text(), u"No address is served"_s);
    QCOMPARE(desk.find<StatePill>(u"overviewHealth"_s)->words(), u"2 things need a person"_s);
}

void OverviewTest::addsUpTheTraffic()
{
    Desk desk;
    QTRY_VERIFY(desk.harness.client.isMeasured());
    auto *chart = desk.find<TrafficChart>(u"trafficChart"_s);
    QCOMPARE(chart->words(), u"–"_s);
    v1::MetricBatch batch;
    for (const auto &deployment : {test::kProductionId, test::kStagingId}) {
        auto &sample = *batch.add_samples();
        sample.set_deployment_id(deployment);
        sample.set_time_ms(test::kSampleNowMs);
        sample.set_interval_ms(1000);
        sample.set_requests(40);
        sample.set_errors(1);
    }
    desk.harness.client.pushMetrics(batch);
    QTRY_COMPARE(desk.figure(u"figureRequests"_s), u"80"_s);
    QCOMPARE(desk.figure(u"figureErrors"_s), u"2.0"_s);
    QCOMPARE(chart->words(), u"80 requests/s · 2.0 errors/s"_s);
    desk.harness.clock.now_ms += 30'000; // nothing runs any more: no batch comes, either
    desk.harness.client.heartbeat();
    QTRY_COMPARE(desk.figure(u"figureRequests"_s), u"0"_s);
    desk.harness.clock.now_ms -= 30'000;
    QTRY_COMPARE(desk.figure(u"figureRequests"_s), u"0"_s);
    desk.harness.client.pushMetrics(batch);
    QTRY_COMPARE(desk.figure(u"figureRequests"_s), u"80"_s);
    const QPointF under = chart->rect().center();
    QMouseEvent move(QEvent::MouseMove, under, chart->mapToGlobal(under), Qt::NoButton,
                     Qt::NoButton, Qt::NoModifier);
    QCoreApplication::sendEvent(chart, &move);
    QTRY_VERIFY2(chart->words().endsWith(u"· 80 requests/s · 2.0 errors/s"_s),
                 qPrintable(chart->words())); // with the time under the mouse
    desk.window->open({PageId::Hosts, {}, {}});
    QTRY_VERIFY(!desk.harness.client.isMeasured()); // nobody looks any more
}

void OverviewTest::cancelsRunningOperations()
{
    Desk desk;
    const auto id = u"0f00000000000000000000000000bbbb"_s;
    QTRY_VERIFY(desk.find<ProgressStrip>(u"running/"_s + id) != nullptr);
    auto *cancel =
        desk.find<ProgressStrip>(u"running/"_s + id)->findChild<QPushButton *>(u"cancel"_s);
    QTRY_VERIFY(cancel->isVisible());
    QTest::mouseClick(cancel, Qt::LeftButton);
    QTRY_COMPARE(QString::fromStdString(desk.harness.client.lastCommand().cancel_operation()), id);
    v1::Operation operation;
    operation.set_id(id.toStdString());
    operation.set_state(v1::Operation::Cancelled);
    desk.harness.client.push({test::changeOf(operation)});
    QTRY_VERIFY(desk.find<Label>(u"nothingRuns"_s)->isVisible());
}

void OverviewTest::latestEventsLeadOn()
{
    Desk desk;
    auto *timeline = desk.find<TimelineList>(u"overviewTimeline"_s);
    QTRY_COMPARE(timeline->model()->rowCount(), 3);
    timeline->setFocus();
    timeline->setCurrentIndex(timeline->model()->index(0, 0));
    QTest::keyClick(timeline, Qt::Key_Return);
    QCOMPARE(desk.window->currentPlace().subject, u"guestbook"_s);
    desk.window->back();
    QTest::mouseClick(desk.find<QPushButton>(u"allActivity"_s), Qt::LeftButton);
    QCOMPARE(desk.window->currentPlace().page, PageId::Activity);
}

void OverviewTest::emptyFabricInvites()
{
    Desk desk(test::emptyState());
    QTRY_VERIFY(desk.find<QWidget>(u"overviewEmpty"_s)->isVisible());
    QTest::mouseClick(desk.find<QPushButton>(u"overviewSample"_s), Qt::LeftButton);
    QCOMPARE(desk.window->currentPlace(), (Place{PageId::FirstRun, {}, u"sample"_s}));
    desk.window->back();
    QTest::mouseClick(desk.find<QPushButton>(u"overviewCreate"_s), Qt::LeftButton);
    QCOMPARE(desk.window->currentPlace(), (Place{PageId::Services, {}, u"create"_s}));
}

void OverviewTest::manyTroublesAreCounted()
{
    Desk desk;
    std::vector<v1::Change> troubles;
    for (std::uint32_t i = 0; i < 80; ++i) {
        auto instance = test::sampleInstance(test::kProductionId, "WebRole", 100 + i);
        instance.set_state(v1::RoleInstance::UnresponsiveRole);
        troubles.push_back(test::changeOf(instance));
    }
    desk.harness.client.push(std::move(troubles));
    auto *list = desk.attention();
    QTRY_COMPARE(list->count(), int(AttentionList::kShownMax) + 1);
    auto *last = list->item(list->count() - 1);
    QCOMPARE(last->text(), u"and 31 more"_s);
    list->scrollToItem(last);
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(last).center());
    QCOMPARE(desk.window->currentPlace().page, PageId::Services);
}

QTEST_MAIN(OverviewTest)
#include "overview_test.moc"
