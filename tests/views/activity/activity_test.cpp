// The activity page by mouse and keyboard over a fake fabric.
#include "tests/support/menus.h"
#include "tests/support/portal_harness.h"
#include "views/activity/activity_page.h"
#include "views/activity/operation_details.h"
#include "views/activity/running_operations.h"
#include "views/widgets/banner.h"
#include "views/widgets/search_field.h"
#include "views/widgets/segmented_control.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QToolButton>
#include <QtTest>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;

namespace
{

const QString kSwap = u"0f00000000000000000000000000aaaa"_s;
const QString kRunning = u"0f00000000000000000000000000bbbb"_s;
const QString kFailed = u"0f00000000000000000000000000cccc"_s;

v1::Operation failedOperation()
{
    v1::Operation operation;
    operation.set_id(kFailed.toStdString());
    operation.set_kind("Deploy");
    operation.set_title("Deploy v1.6 to staging of tide-tables");
    operation.set_service("tide-tables");
    operation.set_state(v1::Operation::Failed);
    operation.set_actor("anna");
    operation.set_start_time_ms(test::kSampleNowMs - 900'000);
    operation.set_end_time_ms(test::kSampleNowMs - 872'000);
    operation.mutable_error()->set_message("No host has room: choose a smaller size.");
    auto &problem = *operation.mutable_error()->add_problems();
    problem.set_file("ServiceConfiguration.cscfg");
    problem.set_line(4);
    problem.set_column(2);
    problem.set_message("The count is too high.");
    return operation;
}

v1::Operation oldOperation(int number)
{
    v1::Operation operation;
    operation.set_id("old-" + std::to_string(number));
    operation.set_kind("Reboot");
    operation.set_title("Reboot number " + std::to_string(number));
    operation.set_service("guestbook");
    operation.set_state(v1::Operation::Succeeded);
    operation.set_start_time_ms(test::kSampleNowMs - 10'000'000 - number);
    operation.set_end_time_ms(test::kSampleNowMs - 9'000'000 - number);
    return operation;
}

v1::Event eventOf(std::uint64_t id, const QString &operation, const char *message)
{
    v1::Event event;
    event.set_id(id);
    event.set_time_ms(test::kSampleNowMs);
    event.set_severity(v1::INFO);
    event.set_service("tide-tables");
    event.set_operation_id(operation.toStdString());
    event.set_message(message);
    return event;
}

} // namespace

class ActivityTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void runningStandsFirst();
    void runningIsCancelled();
    void runningEndsAndItsStripGoes();
    void filtersByStateServiceKindAndText();
    void clickOnAStripSelects();
    void failureSaysWhatToDo();
    void detailsShowTheirOwnEvents();
    void detailsCancelAndCopy();
    void menuNarrowsAndCancels();
    void placeOfAnUnknownOperationIsFetched();
    void olderPagesComeOnScroll();
    void timelineFollows();
    void actionsOfThePalette();
    void emptyFabric();
    void stripsOpenByKeyboard();
    void whatCannotBeReadIsTold();

private:
    void build(std::vector<v1::Change> state, const v1::OperationsReply &older = {});
    template <typename T> T *find(const char *name) const
    {
        auto *found = m_window->findChild<T *>(QString::fromLatin1(name));
        if (found == nullptr) {
            qFatal("no control named %s", name);
        }
        return found;
    }
    void click(const char *name) { QTest::mouseClick(find<QWidget>(name), Qt::LeftButton); }
    models::FilterProxy &rows() const { return find<DataTable>("operationsTable")->proxy(); }
    void select(const QString &id) { m_window->open({PageId::Activity, id, {}}); }
    QMenu *openMenu();

    std::unique_ptr<test::PortalHarness> m_harness;
    std::unique_ptr<MainWindow> m_window;
};

void ActivityTest::init()
{
    auto state = test::sampleState();
    state.push_back(test::changeOf(failedOperation()));
    state.push_back(test::changeOf(eventOf(700, kFailed, "No room on any host")));
    state.push_back(test::changeOf(eventOf(701, kSwap, "Something else")));
    build(std::move(state));
}

void ActivityTest::build(std::vector<v1::Change> state, const v1::OperationsReply &older)
{
    cleanup();
    m_harness = std::make_unique<test::PortalHarness>(std::move(state));
    m_harness->client.setOperations(older);
    m_window = m_harness->makeWindow(
        {pageEntry<ActivityPage>(PageId::Activity, u"Activity"_s, u"activity"_s)});
    QVERIFY(m_harness->goLive());
    m_window->resize(1200, 760);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get())); // fields take keys only then
    m_window->open({PageId::Activity, {}, {}});
}

void ActivityTest::cleanup()
{
    m_window.reset();
    m_harness.reset();
}

void ActivityTest::runningStandsFirst()
{
    QCOMPARE(rows().rowCount(), 3);
    QCOMPARE(rows().keyAt(0), kRunning);
    QCOMPARE(find<QLabel>("activitySummary")->text(), u"3 operations, 1 running, 1 failed"_s);
    QVERIFY(find<RunningOperations>("runningOperations")->isVisible());
}

void ActivityTest::runningIsCancelled()
{
    auto *strip = find<QWidget>(("running-" + kRunning.toStdString()).c_str());
    QTest::mouseClick(strip->findChild<QPushButton *>(u"cancel"_s), Qt::LeftButton);
    QCOMPARE(m_harness->client.lastCommand().cancel_operation(), kRunning.toStdString());
}

void ActivityTest::runningEndsAndItsStripGoes()
{
    auto ended = *m_harness->store.operation(kRunning.toStdString());
    ended.set_state(v1::Operation::Succeeded);
    ended.set_end_time_ms(test::kSampleNowMs);
    m_harness->client.push({test::changeOf(ended)});
    QTRY_VERIFY(!find<RunningOperations>("runningOperations")->isVisible());
    QVERIFY(find<QLabel>("activitySummary")->text().contains(u"0 running"_s));
}

void ActivityTest::filtersByStateServiceKindAndText()
{
    auto *state = find<SegmentedControl>("stateFilter");
    QTest::keyClick(state, Qt::Key_Right);
    QCOMPARE(rows().rowCount(), 1);
    QCOMPARE(rows().keyAt(0), kRunning);
    state->setCurrent(3);
    QCOMPARE(rows().keyAt(0), kFailed);
    state->setCurrent(0);
    auto *service = find<QComboBox>("serviceFilter");
    service->setCurrentIndex(service->findData(u"guestbook"_s));
    QCOMPARE(rows().rowCount(), 2);
    auto *kind = find<QComboBox>("kindFilter");
    kind->setCurrentIndex(kind->findData(u"Swap"_s));
    QCOMPARE(rows().rowCount(), 1);
    service->setCurrentIndex(0);
    kind->setCurrentIndex(0);
    QTest::keyClick(find<DataTable>("operationsTable"), Qt::Key_Slash);
    auto *words = find<SearchField>("activityFilter");
    QTRY_VERIFY(words->hasFocus());
    QTest::keyClicks(words, u"anna"_s);
    QCOMPARE(rows().rowCount(), 1);
    QTest::keyClick(words, Qt::Key_Escape);
    QCOMPARE(rows().rowCount(), 3);
}

void ActivityTest::clickOnAStripSelects()
{
    QTest::mouseClick(find<QWidget>(("running-" + kRunning.toStdString()).c_str()), Qt::LeftButton,
                      {}, {4, 4});
    QCOMPARE(find<DataTable>("operationsTable")->currentKey(), kRunning);
    QVERIFY(find<OperationDetails>("operationDetails")->isVisible());
}

void ActivityTest::failureSaysWhatToDo()
{
    select(kFailed);
    const auto said = find<Banner>("operationError")->text();
    QVERIFY(said.contains(u"choose a smaller size"_s));
    QVERIFY(said.contains(u"ServiceConfiguration.cscfg:4:2: The count is too high."_s));
    QCOMPARE(find<QLabel>("operationDuration")->text(), u"28 s"_s);
    click("closeDetails");
    QVERIFY(!find<OperationDetails>("operationDetails")->isVisible());
}

void ActivityTest::detailsShowTheirOwnEvents()
{
    select(kFailed);
    auto &events = find<TimelineList>("operationTimeline")->proxy();
    QTRY_COMPARE(events.rowCount(), 1);
    m_harness->client.push({test::changeOf(eventOf(702, kFailed, "Given up"))});
    QTRY_COMPARE(events.rowCount(), 2);
    select(kSwap);
    QVERIFY(!find<Banner>("operationError")->isVisible());
    QTRY_COMPARE(events.rowCount(), 0); // the sample's swap event names no operation
}

void ActivityTest::detailsCancelAndCopy()
{
    select(kRunning);
    auto *strip = find<QWidget>("detailsProgress");
    QVERIFY(strip->isVisible());
    QTest::mouseClick(strip->findChild<QPushButton *>(u"cancel"_s), Qt::LeftButton);
    QCOMPARE(m_harness->client.lastCommand().cancel_operation(), kRunning.toStdString());
    QVERIFY(find<QLabel>("operationDuration")->text().endsWith(u"so far"_s));
    click("copyOperation");
    QCOMPARE(QGuiApplication::clipboard()->text(), kRunning);
    QVERIFY(find<QPushButton>("openService")->isVisible());
    click("openService"); // no such page in this window: nothing may break
}

QMenu *ActivityTest::openMenu()
{
    QTest::keyClick(find<DataTable>("operationsTable"), Qt::Key_Menu);
    return find<QMenu>("operationMenu");
}

void ActivityTest::menuNarrowsAndCancels()
{
    select(kRunning);
    QVERIFY(test::chooseIn(openMenu(), "menuCancelOperation"));
    QCOMPARE(m_harness->client.lastCommand().cancel_operation(), kRunning.toStdString());
    QTRY_VERIFY(m_window->findChild<QMenu *>(u"operationMenu"_s) == nullptr);
    QVERIFY(test::chooseIn(openMenu(), "menuOnlyService"));
    QCOMPARE(rows().rowCount(), 2);
    QTRY_VERIFY(m_window->findChild<QMenu *>(u"operationMenu"_s) == nullptr);
    QVERIFY(test::chooseIn(openMenu(), "menuOpenService")); // no such page in this window
}

void ActivityTest::placeOfAnUnknownOperationIsFetched()
{
    v1::OperationsReply reply;
    *reply.add_operations() = oldOperation(1);
    m_harness->client.setOperations(reply);
    select(u"old-1"_s);
    QTRY_COMPARE(find<DataTable>("operationsTable")->currentKey(), u"old-1"_s);
    QCOMPARE(find<QLabel>("operationTitle")->text(), u"Reboot number 1"_s);
}

void ActivityTest::olderPagesComeOnScroll()
{
    v1::OperationsReply reply;
    for (int number = 0; number < 60; ++number) {
        *reply.add_operations() = oldOperation(number);
    }
    build(test::sampleState(), reply);
    QTRY_COMPARE(rows().rowCount(), 62);
    reply.clear_operations();
    *reply.add_operations() = oldOperation(1000);
    m_harness->client.setOperations(reply);
    auto *bar = find<DataTable>("operationsTable")->verticalScrollBar();
    QTRY_VERIFY(bar->maximum() > 0);
    bar->setValue(bar->maximum());
    QTRY_COMPARE(rows().rowCount(), 63);
}

void ActivityTest::timelineFollows()
{
    auto &events = find<TimelineList>("fabricTimeline")->proxy();
    const int before = events.rowCount();
    QVERIFY(before >= 5);
    m_harness->client.push({test::changeOf(eventOf(703, {}, "The tide turned"))});
    QTRY_COMPARE(events.rowCount(), before + 1);
}

void ActivityTest::actionsOfThePalette()
{
    auto actions = m_window->currentPage()->pageActions();
    QCOMPARE(actions.size(), 3);
    actions[2]->trigger();
    QCOMPARE(rows().rowCount(), 1);
    actions[0]->trigger();
    QCOMPARE(rows().rowCount(), 3);
}

void ActivityTest::emptyFabric()
{
    build(test::emptyState());
    QCOMPARE(rows().rowCount(), 0);
    QVERIFY(!find<RunningOperations>("runningOperations")->isVisible());
    QCOMPARE(find<QLabel>("activitySummary")->text(), u"0 operations, 0 running, 0 failed"_s);
}

void ActivityTest::stripsOpenByKeyboard()
{
    auto *strip = find<QWidget>(qPrintable(u"running-"_s + kRunning));
    QVERIFY(strip->focusPolicy() == Qt::StrongFocus);
    QVERIFY(!strip->accessibleName().isEmpty());
    QTest::keyClick(strip, Qt::Key_Return);
    QCOMPARE(find<DataTable>("operationsTable")->currentKey(), kRunning);
}

void ActivityTest::whatCannotBeReadIsTold()
{
    m_harness->client.failQueries("The list cannot be read.");
    select(u"old-1"_s);
    QTRY_VERIFY(m_window->toasts().texts().join(u' ').contains(u"The list cannot be read."_s));
}

QTEST_MAIN(ActivityTest)
#include "activity_test.moc"
