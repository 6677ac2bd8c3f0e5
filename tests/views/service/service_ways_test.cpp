// The page of a service where things are tight: small windows, thousands of rows, edits that wait,
// charts without samples, and everything by keyboard.
#include "models/instances/instance_model.h"
#include "tests/views/service/service_desk.h"
#include "views/widgets/data_table.h"
#include "views/widgets/log_view.h"
#include "views/widgets/metric_chart.h"
#include "views/widgets/plain_tip.h"
#include "views/widgets/slide_panel.h"
#include "views/widgets/timeline_list.h"

#include <QApplication>
#include <QMenu>
#include <QScrollBar>
#include <QSpinBox>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;
using test::ServiceDesk;
using Column = models::InstanceModel::Column;

namespace
{

QString keyOf(const std::string &deployment, const QString &name)
{
    return QString::fromStdString(deployment) + u'/' + name;
}

} // namespace

class ServiceWaysTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void columnsYieldToASmallWindow();
    void aRowIsSelectedOnceItIsThere();
    void editsOfARoleWaitForTheirSlot();
    void applyDoesNotBlink();
    void emptyChartsSayWhy();
    void latencyTellsItsPercentiles();
    void eventsAreOfTheShownSlot();
    void logRowsAreSelectedByKeyboard();
    void tabStaysWithinThePanel();
    void closingThePanelStopsTheUpload();
    void tipsAreNeverRich();
};

void ServiceWaysTest::columnsYieldToASmallWindow()
{
    ServiceDesk desk;
    auto *table = desk.find<DataTable>("instances");
    const auto shown = [table](Column column) { return !table->isColumnHidden(int(column)); };
    desk.window->resize(2400, 1000);
    for (int column = 0; column < models::InstanceModel::kColumnCount; ++column) {
        QTRY_VERIFY2(shown(Column(column)) || Column(column) == Column::Slot,
                     qPrintable(QString::number(column)));
    }
    desk.window->resize(1440, 900);
    QTRY_VERIFY(!shown(Column::Role)); // the name tells it
    QVERIFY(shown(Column::UpdateDomain) && shown(Column::Requests));
    QVERIFY(!table->horizontalScrollBar()->isVisible());
    auto *role = desk.find<QMenu>("columnsMenu")
                     ->findChild<QAction *>(u"column-"_s + QString::number(int(Column::Role)));
    QVERIFY(!role->isChecked());
    role->trigger();
    QVERIFY(shown(Column::Role));
    desk.window->resize(1300, 800);
    QTest::qWait(0);
    QVERIFY(shown(Column::Role)); // as the operator chose
    desk.window->resize(2400, 1000);
    QTRY_VERIFY(shown(Column::Uptime));
}

void ServiceWaysTest::aRowIsSelectedOnceItIsThere()
{
    test::SampleOptions options;
    options.web_instances = 4000;
    ServiceDesk desk(test::sampleState(options));
    auto *table = desk.find<DataTable>("instances");
    QTRY_VERIFY(!table->proxy().isSettling());
    QVERIFY(desk.choose("slotChoice", 2, 3));
    QTRY_VERIFY(!table->proxy().isSettling());
    const auto key = keyOf(test::kProductionId, u"WebRole_IN_3210"_s);
    QVERIFY(!table->proxy().indexOf(key).isValid());
    desk.open(key);
    QTRY_COMPARE(table->selectedKeys(), QStringList{key});
}

void ServiceWaysTest::editsOfARoleWaitForTheirSlot()
{
    ServiceDesk desk;
    desk.open(u"roles"_s);
    const auto count = [&desk] {
        return desk.find("roleWebRole")->findChild<QSpinBox *>(u"roleCount"_s);
    };
    count()->setValue(9);
    QVERIFY(desk.choose("rolesSlot", 1, 2));
    QCOMPARE(count()->value(), 2);
    QVERIFY(desk.choose("rolesSlot", 0, 2));
    QCOMPARE(count()->value(), 9);
    QTRY_VERIFY(desk.find("rolesApply")->isEnabled());
    QVERIFY(desk.click("rolesRevert"));
    QVERIFY(desk.choose("rolesSlot", 1, 2));
    QVERIFY(desk.choose("rolesSlot", 0, 2));
    QCOMPARE(count()->value(), 5);
}

void ServiceWaysTest::applyDoesNotBlink()
{
    ServiceDesk desk;
    desk.open(u"roles"_s);
    desk.find("roleWebRole")->findChild<QSpinBox *>(u"roleCount"_s)->setValue(9);
    QTRY_VERIFY(desk.find("rolesApply")->isEnabled());
    const auto asked = desk.harness.client.commands().size();
    auto instance = *desk.harness.store.instance({test::kProductionId, "WebRole_IN_0"});
    for (const auto state : {v1::RoleInstance::CyclingRole, v1::RoleInstance::StartingRole,
                             v1::RoleInstance::ReadyRole}) {
        instance.set_state(state);
        desk.harness.client.push({test::changeOf(instance)});
        QTRY_COMPARE(desk.harness.store.instance({test::kProductionId, "WebRole_IN_0"})->state(),
                     state);
        QVERIFY(desk.find("rolesApply")->isEnabled());
    }
    QCOMPARE(desk.harness.client.commands().size(), asked);
    auto deployment = *desk.harness.store.deployment(test::kProductionId);
    desk.harness.client.push({test::changeOf(deployment)}); // another revision: asked anew
    QTRY_VERIFY(desk.harness.client.commands().size() > asked);
}

void ServiceWaysTest::emptyChartsSayWhy()
{
    ServiceDesk desk;
    auto *note = desk.find<QLabel>("chartNote");
    QVERIFY(!note->isVisible());
    QVERIFY(desk.choose("chartRange", 2, 4));
    QTRY_COMPARE(note->text(), u"No samples from that time"_s);
    QVERIFY(note->isVisible());
    desk.harness.client.failQueries("The history cannot be read.");
    QVERIFY(desk.choose("chartRange", 3, 4));
    QTRY_COMPARE(note->text(), u"The history cannot be read."_s);
    QVERIFY(desk.choose("chartRange", 0, 4));
    QVERIFY(!note->isVisible());
}

void ServiceWaysTest::latencyTellsItsPercentiles()
{
    ServiceDesk desk;
    QTRY_VERIFY(desk.harness.client.isMeasured());
    auto batch = test::sampleMetrics(desk.state, test::kSampleNowMs);
    for (auto &sample : *batch.mutable_samples()) {
        sample.set_latency_avg_us(12'000);
        sample.set_latency_p50_us(10'000);
        sample.set_latency_p95_us(29'000);
        sample.set_latency_p99_us(41'000);
        sample.set_requests(100);
        sample.set_errors(3);
        sample.set_interval_ms(1000);
    }
    desk.harness.client.pushMetrics(batch);
    auto *latency = desk.find<MetricChart>("chart3");
    QTRY_VERIFY2(latency->valueText().endsWith(u"p50 10 · p95 29 · p99 41 ms"_s),
                 qPrintable(latency->valueText()));
    QCOMPARE(desk.find<MetricChart>("chart2")->valueText(), u"100, 3.0 errors"_s);
    desk.window->resize(2400, 1000);
    QTest::qWait(0);
    desk.harness.client.pushMetrics(batch);
    QTRY_VERIFY2(latency->valueText().startsWith(u"average 12 · "_s),
                 qPrintable(latency->valueText()));
}

void ServiceWaysTest::eventsAreOfTheShownSlot()
{
    ServiceDesk desk;
    v1::Event event;
    event.set_service("guestbook");
    event.set_time_ms(test::kSampleNowMs);
    event.set_severity(v1::INFO);
    std::vector<v1::Change> events;
    for (const auto &deployment : {test::kProductionId, test::kStagingId}) {
        event.set_id(900 + events.size());
        event.set_deployment_id(deployment);
        event.set_message("Something of " + deployment);
        events.push_back(test::changeOf(event));
    }
    desk.harness.client.push(events);
    QVERIFY(desk.choose("panelChoice", 2, 3));
    auto &shown = desk.find<TimelineList>("instanceEvents")->proxy();
    const auto texts = [&shown] {
        QString all;
        for (int row = 0; row < shown.rowCount(); ++row) {
            all += shown.index(row, int(models::EventModel::Column::Message)).data().toString() +
                   u'\n';
        }
        return all;
    };
    const QString production = u"Something of "_s + QString::fromStdString(test::kProductionId);
    const QString staging = u"Something of "_s + QString::fromStdString(test::kStagingId);
    QTRY_VERIFY2(texts().contains(production), qPrintable(texts()));
    QVERIFY(!texts().contains(staging));
    QVERIFY(desk.choose("slotChoice", 2, 3));
    QTRY_VERIFY2(texts().contains(staging), qPrintable(texts()));
    QVERIFY(!texts().contains(production));
}

void ServiceWaysTest::logRowsAreSelectedByKeyboard()
{
    ServiceDesk desk;
    desk.open(u"logs"_s);
    QTRY_VERIFY(desk.harness.client.isTailed());
    v1::LogBatch batch;
    for (int i = 0; i < 300; ++i) {
        auto &line = *batch.add_lines();
        line.set_time_us(test::kSampleNowMs * 1000 + i);
        line.set_instance("WebRole_IN_0");
        line.set_text("line " + std::to_string(i));
    }
    desk.harness.client.pushLogs(batch);
    auto *log = desk.find<LogView>("log");
    QTRY_COMPARE(desk.find<QLabel>("logCount")->text(), u"300 lines"_s);
    QTest::keyClick(log, Qt::Key_Up, Qt::ShiftModifier);
    QVERIFY2(log->selectedText().endsWith(u"line 299"_s), qPrintable(log->selectedText()));
    QTest::keyClick(log, Qt::Key_Up, Qt::ShiftModifier);
    QTest::keyClick(log, Qt::Key_Up, Qt::ShiftModifier);
    QCOMPARE(log->selectedText().count(u'\n'), 2);
    QTest::keyClick(log, Qt::Key_Down, Qt::ShiftModifier);
    QCOMPARE(log->selectedText().count(u'\n'), 1);
    QTest::keyClick(log, Qt::Key_Home, Qt::ShiftModifier);
    QCOMPARE(log->selectedText().count(u'\n'), 299);
    QVERIFY(!log->isFollowing()); // what was selected last is in view
}

void ServiceWaysTest::tabStaysWithinThePanel()
{
    ServiceDesk desk;
    desk.window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(desk.window.get()));
    QVERIFY(desk.click("deploy"));
    auto *panel = desk.find<SlidePanel>("deployPanel");
    QVERIFY(panel->isOpen());
    QSet<QWidget *> seen;
    for (int i = 0; i < 40; ++i) {
        QTest::keyClick(QApplication::focusWidget(), i < 20 ? Qt::Key_Tab : Qt::Key_Backtab);
        QVERIFY(QApplication::focusWidget() != nullptr);
        QVERIFY2(panel->isAncestorOf(QApplication::focusWidget()),
                 qPrintable(QApplication::focusWidget()->objectName()));
        seen << QApplication::focusWidget();
    }
    QVERIFY(seen.size() > 4);
}

void ServiceWaysTest::closingThePanelStopsTheUpload()
{
    ServiceDesk desk;
    desk.harness.client.stopUploadAt(400'000);
    desk.harness.prompter.file = desk.harness.folder.filePath(u"new.cspkg"_s);
    QVERIFY(desk.click("deploy"));
    QVERIFY(desk.click("deployChoose"));
    QVERIFY(desk.harness.client.isUploading());
    QVERIFY(desk.click("deployCancel"));
    QVERIFY(!desk.harness.client.isUploading());
    QVERIFY(desk.click("deploy"));
    QVERIFY(desk.clickSoon("uploadResume")); // it goes on where it stopped
    QCOMPARE(desk.harness.client.uploads().size(), std::size_t(2));
    QCOMPARE(desk.harness.client.uploads()[0], desk.harness.client.uploads()[1]);
}

void ServiceWaysTest::tipsAreNeverRich()
{
    QCOMPARE(plainTip(u"v1.6, hot"_s), u"v1.6, hot"_s);
    const auto tip = plainTip(u"<b>v1.6</b>\n<img src='x'>"_s);
    QVERIFY(tip.contains(u"&lt;b&gt;v1.6"_s) && tip.contains(u"&lt;img"_s));
}

QTEST_MAIN(ServiceWaysTest)
#include "service_ways_test.moc"
