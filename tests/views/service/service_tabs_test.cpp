// Deploying and the tabs of the service page by mouse and keyboard over a fake fabric.
#include "models/instances/instance_model.h"
#include "tests/support/menus.h"
#include "tests/views/service/service_desk.h"
#include "views/service/chart_legend.h"
#include "views/widgets/banner.h"
#include "views/widgets/data_table.h"
#include "views/widgets/log_view.h"
#include "views/widgets/metric_chart.h"
#include "views/widgets/size_picker.h"
#include "views/widgets/slide_panel.h"
#include "views/widgets/timeline_list.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QMenu>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QTabBar>
#include <QToolButton>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;
using test::ServiceDesk;

namespace
{

QString keyOf(const char *name)
{
    return QString::fromStdString(test::kProductionId) + u'/' + QString::fromLatin1(name);
}

Failure refuse(const char *reason, const char *subject)
{
    return Failure(
        makeError(v1::Error::FAILED_PRECONDITION, reason, std::string(reason) + " said", subject));
}

} // namespace

class ServiceTabsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void deploysWithConsents();
    void uploadIsCancelledAndResumed();
    void problemsAreListed();
    void filtersAndChoosesSlots();
    void rebootsAndReimagesSeveral();
    void instanceMenuActs();
    void timelineLeadsToTheInstance();
    void columnsAreRemembered();
    void panelShowsTheSelection();
    void withoutAnAnswerThereIsNoLatency();
    void changesRoles();
    void spreadsAgain();
    void followsLogs();
    void showsActivity();
};

void ServiceTabsTest::deploysWithConsents()
{
    ServiceDesk desk;
    desk.harness.client.onExecute([](const v1::Command &command) -> Result<v1::CommandReply> {
        const auto &deploy = command.deploy();
        if (command.has_deploy() && !deploy.replace()) {
            return refuse("SLOT_OCCUPIED", "guestbook");
        }
        if (command.has_deploy() && !deploy.accept_single_instance()) {
            return refuse("SINGLE_INSTANCE_ROLE", "WebRole");
        }
        v1::CommandReply reply;
        reply.add_preview("WebRole: 1 instance of size Small.");
        return reply;
    });
    QVERIFY(desk.click("deploy"));
    desk.find<QComboBox>("deployPackage")->setCurrentIndex(1);
    auto *replace = desk.find<QCheckBox>("consentReplace");
    auto *single = desk.find<QCheckBox>("consentSingle");
    QTRY_VERIFY(replace->isVisible() && single->isVisible());
    QVERIFY(!desk.find("consentSize")->isVisible());
    QVERIFY(replace->text().contains(u"v1.5"_s) && single->text().contains(u"WebRole"_s));
    QVERIFY(!desk.find("deployNow")->isEnabled());
    QTest::mouseClick(replace, Qt::LeftButton, {}, QPoint(8, replace->height() / 2));
    QTest::mouseClick(single, Qt::LeftButton, {}, QPoint(8, single->height() / 2));
    QVERIFY(desk.find("deployNow")->isEnabled());
    QTest::keyClicks(desk.find("deployLabel"), u"v1.6"_s);
    auto *start = desk.find<QCheckBox>("deployStart");
    QTest::mouseClick(start, Qt::LeftButton, {}, QPoint(8, start->height() / 2));
    QVERIFY(desk.clickSoon("deployNow"));
    const auto deploy = desk.lastMeant().deploy();
    QCOMPARE(deploy.slot(), v1::STAGING);
    QCOMPARE(deploy.label(), std::string("v1.6"));
    QVERIFY(deploy.replace() && deploy.accept_single_instance() && deploy.no_start());
    QVERIFY(!deploy.allow_size_change());
    QTRY_VERIFY(!desk.find<SlidePanel>("deployPanel")->isOpen());
}

void ServiceTabsTest::uploadIsCancelledAndResumed()
{
    ServiceDesk desk;
    desk.harness.client.stopUploadAt(400'000);
    v1::UploadReply reply;
    reply.mutable_package()->set_digest("sha256:cafe0000");
    reply.mutable_package()->set_file_name("new.cspkg");
    desk.harness.client.setUploadReply(reply);
    desk.harness.prompter.file = desk.harness.folder.filePath(u"new.cspkg"_s);
    QFile configuration(desk.harness.folder.filePath(u"new.cscfg"_s));
    QVERIFY(configuration.open(QIODevice::WriteOnly));
    configuration.write("<ServiceConfiguration/>");
    configuration.close();
    QVERIFY(desk.click("deploy"));
    QVERIFY(desk.choose("deploySlot", 1, 2));
    QVERIFY(desk.click("deployChoose"));
    QVERIFY(desk.harness.client.isUploading());
    QCOMPARE(desk.find<QLabel>("deployConfigurationName")->text(), u"new.cscfg"_s);
    auto *progress = desk.find("uploadProgress");
    QTRY_VERIFY(progress->isVisible());
    QTest::mouseClick(progress->findChild<QAbstractButton *>(u"cancel"_s), Qt::LeftButton);
    QVERIFY(!desk.harness.client.isUploading());
    desk.harness.client.stopUploadAt(500'000);
    QVERIFY(desk.clickSoon("uploadResume"));
    QCOMPARE(desk.harness.client.uploads().size(), std::size_t(2));
    QCOMPARE(desk.harness.client.uploads()[0], desk.harness.client.uploads()[1]);
    desk.harness.client.finishUpload();
    QTRY_COMPARE(desk.find<QComboBox>("deployPackage")->currentData().toString(),
                 u"sha256:cafe0000"_s);
    QVERIFY(desk.clickSoon("deployNow"));
    QCOMPARE(desk.lastMeant().deploy().slot(), v1::PRODUCTION);
    QCOMPARE(desk.lastMeant().deploy().configuration_name(), std::string("new.cscfg"));
    QVERIFY(desk.click("deploy"));
    QVERIFY(desk.click("deployClearConfiguration"));
    desk.harness.prompter.file = configuration.fileName();
    QVERIFY(desk.click("deployChooseConfiguration"));
    QCOMPARE(desk.find<QLabel>("deployConfigurationName")->text(), u"new.cscfg"_s);
}

void ServiceTabsTest::problemsAreListed()
{
    ServiceDesk desk;
    auto error = makeError(v1::Error::INVALID_ARGUMENT, "INVALID_PACKAGE", "Not a package.");
    auto &problem = *error.add_problems();
    problem.set_severity(v1::ERROR);
    problem.set_file("ServiceDefinition.csdef");
    problem.set_line(12);
    problem.set_column(5);
    problem.set_message("Role name is missing.");
    desk.harness.client.setUploadReply(Failure(error));
    desk.harness.prompter.file = desk.harness.folder.filePath(u"bad.zip"_s);
    QVERIFY(desk.click("deploy"));
    QVERIFY(desk.click("deployChoose"));
    QTRY_VERIFY(desk.find<Banner>("deployBanner")->text().contains(u"Not a package"_s));
    QString texts;
    for (auto *label : desk.find("deployProblems")->findChildren<QLabel *>()) {
        texts += label->text() + u'\n';
    }
    QVERIFY2(texts.contains(u"ServiceDefinition.csdef:12:5"_s), qPrintable(texts));
    QVERIFY(!desk.find("deployNow")->isEnabled());
}

void ServiceTabsTest::filtersAndChoosesSlots()
{
    ServiceDesk desk;
    auto *table = desk.find<DataTable>("instances");
    QCOMPARE(table->proxy().rowCount(), 7);
    QVERIFY(desk.choose("slotChoice", 2, 3));
    QCOMPARE(table->proxy().rowCount(), 2);
    QVERIFY(desk.choose("slotChoice", 0, 3));
    QCOMPARE(table->proxy().rowCount(), 9);
    QVERIFY(desk.window->currentPage()->focusFilter());
    QTest::keyClicks(desk.find("instanceFilter"), u"cycling worker"_s);
    QCOMPARE(table->proxy().rowCount(), 1);
    desk.open(keyOf("WebRole_IN_2"));
    QCOMPARE(table->selectedKeys(), QStringList{keyOf("WebRole_IN_2")});
}

void ServiceTabsTest::rebootsAndReimagesSeveral()
{
    ServiceDesk desk;
    auto *table = desk.find<DataTable>("instances");
    QVERIFY(!desk.find("bulkBar")->isVisible());
    table->setFocus();
    QTest::keyClick(table, Qt::Key_A, Qt::ControlModifier);
    QTRY_VERIFY(desk.find("bulkBar")->isVisible());
    QVERIFY(desk.click("reboot"));
    QCOMPARE(desk.lastMeant().reboot_instances().instances_size(), 7);
    QVERIFY(desk.click("reimage"));
    QCOMPARE(desk.lastMeant().reimage_instances().instances_size(), 7);
    const auto question = desk.harness.prompter.questions.back();
    QVERIFY(question.dangerous && !question.consent.isEmpty());
    QVERIFY(question.text.contains(u"local disks"_s));
    desk.harness.prompter.answer.choice = Answer::Refused;
    const auto before = desk.meant().size();
    QVERIFY(desk.click("reboot"));
    QCOMPARE(desk.meant().size(), before);
    QVERIFY(desk.click("clearSelection"));
    QTRY_VERIFY(!desk.find("bulkBar")->isVisible());
}

void ServiceTabsTest::instanceMenuActs()
{
    ServiceDesk desk;
    desk.open(keyOf("WebRole_IN_0"));
    const auto choose = [&desk](const char *name) {
        const bool none =
            QTest::qWaitFor([&] { return desk.find<QMenu>("instanceMenu") == nullptr; });
        QTest::keyClick(desk.find<DataTable>("instances"), Qt::Key_Menu);
        return none && test::chooseIn(desk.find<QMenu>("instanceMenu"), name);
    };
    QVERIFY(choose("menuCopyName"));
    QCOMPARE(QGuiApplication::clipboard()->text(), u"WebRole_IN_0"_s);
    QVERIFY(choose("menuReboot"));
    QCOMPARE(desk.lastMeant().reboot_instances().instances(0), std::string("WebRole_IN_0"));
    QVERIFY(choose("menuReimage"));
    QCOMPARE(desk.lastMeant().reimage_instances().instances(0), std::string("WebRole_IN_0"));
    QVERIFY(choose("menuShowHost")); // no such page in this window
    QVERIFY(choose("menuShowLog"));
    QCOMPARE(desk.find<QTabBar>("serviceTabs")->currentIndex(), 2);
}

void ServiceTabsTest::timelineLeadsToTheInstance()
{
    ServiceDesk desk;
    auto *list = desk.find<TimelineList>("timeline");
    QTRY_VERIFY(list->proxy().rowCount() > 0);
    list->setCurrentIndex(list->proxy().index(0, 0));
    QTest::keyClick(list, Qt::Key_Return);
    QCOMPARE(desk.find<DataTable>("instances")->selectedKeys(),
             QStringList{keyOf("WorkerRole_IN_1")});
}

void ServiceTabsTest::columnsAreRemembered()
{
    const int restarts = int(models::InstanceModel::Column::Restarts);
    ServiceDesk desk;
    auto *table = desk.find<DataTable>("instances");
    QVERIFY(table->isColumnHidden(restarts));
    QCOMPARE(desk.find<QToolButton>("columns")->menu()->objectName(), u"columnsMenu"_s);
    auto *menu = desk.find<QMenu>("columnsMenu");
    const auto toggle = [menu](QAction &action) {
        menu->popup(QPoint(100, 100));
        return test::chooseIn(menu, qPrintable(action.objectName()));
    };
    for (auto *action : menu->actions()) {
        const int column = action->data().toInt();
        QVERIFY(action->objectName().startsWith(u"column-"_s));
        const bool hidden = table->isColumnHidden(column);
        QVERIFY(toggle(*action));
        QCOMPARE(table->isColumnHidden(column), !hidden);
        if (column != restarts) {
            QVERIFY(toggle(*action));
        }
    }
    QVERIFY(!table->isColumnHidden(restarts));
    desk.open({}, u"tide-tables"_s);
    QTRY_COMPARE(desk.window->findChildren<DataTable *>(u"instances"_s).size(), 1);
    QVERIFY(!desk.find<DataTable>("instances")->isColumnHidden(restarts));
}

void ServiceTabsTest::withoutAnAnswerThereIsNoLatency()
{
    ServiceDesk desk;
    QTRY_VERIFY(desk.harness.client.isMeasured());
    auto batch = test::sampleMetrics(desk.state, test::kSampleNowMs - 1000);
    const auto latency = [&desk] { return desk.find<MetricChart>("chart3")->valueText(); };
    desk.harness.client.pushMetrics(batch);
    QTRY_VERIFY2(latency().endsWith(u" ms"_s), qPrintable(latency()));
    for (auto &sample : *batch.mutable_samples()) {
        sample.set_time_ms(test::kSampleNowMs);
        sample.clear_latency_p95_us();
    }
    desk.harness.client.pushMetrics(batch);
    QTRY_COMPARE(latency(), u"–"_s);
}

void ServiceTabsTest::panelShowsTheSelection()
{
    ServiceDesk desk;
    auto *title = desk.find<QLabel>("panelTitle");
    QCOMPARE(title->text(), u"Production as a whole"_s);
    desk.open(keyOf("WorkerRole_IN_1"));
    QCOMPARE(title->text(), u"WorkerRole_IN_1"_s);
    QVERIFY(desk.find<QLabel>("panelReason")->text().contains(u"ended with code 1"_s));
    QVERIFY(desk.click("pauseCharts"));
    QVERIFY(desk.harness.metrics.isPaused());
    QVERIFY(desk.click("pauseCharts"));
    QVERIFY(desk.choose("chartRange", 2, 4));
    QVERIFY(desk.choose("chartRange", 0, 4));
    QVERIFY(desk.choose("panelChoice", 1, 3));
    QVERIFY(desk.click("openHost"));
    desk.open(keyOf("WorkerRole_IN_1"));
    QVERIFY(desk.choose("panelChoice", 2, 3));
    QVERIFY(desk.find("instanceEvents")->isVisible());
    QVERIFY(desk.choose("panelChoice", 0, 3));
    desk.find<DataTable>("instances")->selectAll();
    QCOMPARE(desk.find<ChartLegend>("chartLegend")->names().size(), 7);
    desk.open(keyOf("WebRole_IN_0"));
    QVERIFY(desk.click("showLog"));
    QCOMPARE(desk.find<QTabBar>("serviceTabs")->currentIndex(), 2);
    QTRY_COMPARE(desk.harness.client.lastLogRequest().instances_size(), 1);
}

void ServiceTabsTest::changesRoles()
{
    ServiceDesk desk;
    desk.open(u"roles"_s);
    desk.harness.client.onExecute([](const v1::Command &command) -> Result<v1::CommandReply> {
        const auto &change = command.change_roles();
        if (command.has_change_roles() && change.goals(0).instance_count() == 1 &&
            !change.accept_single_instance()) {
            return refuse("SINGLE_INSTANCE_ROLE", "WebRole");
        }
        v1::CommandReply reply;
        reply.add_preview("WebRole: it changes");
        return reply;
    });
    auto *role = desk.find("roleWebRole");
    auto *count = role->findChild<QSpinBox *>(u"roleCount"_s);
    auto *slider = role->findChild<QSlider *>(u"roleSlider"_s);
    auto *size = role->findChild<SizePicker *>(u"roleSize"_s);
    QVERIFY(!desk.find("rolesApply")->isVisible());
    QTest::keyClick(slider, Qt::Key_Right);
    QCOMPARE(count->value(), 6);
    size->setSize("Medium");
    QTRY_COMPARE(desk.find<QLabel>("rolesPreview")->text(), u"WebRole: it changes"_s);
    QVERIFY(desk.find<Banner>("rolesBanner")->text().contains(u"local disks"_s));
    QVERIFY(role->findChild<QLabel *>(u"roleChange"_s)->text().contains(u"Small → Medium"_s));
    QVERIFY(desk.click("rolesApply"));
    QCOMPARE(desk.lastMeant().change_roles().goals_size(), 1);
    QCOMPARE(desk.lastMeant().change_roles().goals(0).instance_count(), 6U);
    QCOMPARE(desk.lastMeant().change_roles().goals(0).size(), std::string("Medium"));
    QVERIFY(desk.clickSoon("rolesRevert"));
    QCOMPARE(count->value(), 5);
    count->setValue(1);
    auto *single = desk.find<QCheckBox>("rolesSingle");
    QTRY_VERIFY(single->isVisible());
    QVERIFY(!desk.find("rolesApply")->isEnabled());
    QTest::mouseClick(single, Qt::LeftButton, {}, QPoint(8, single->height() / 2));
    QVERIFY(desk.clickSoon("rolesApply"));
    QVERIFY(desk.lastMeant().change_roles().accept_single_instance());
    QVERIFY(desk.choose("rolesSlot", 1, 2));
    QCOMPARE(desk.find("roleWebRole")->findChild<QSpinBox *>(u"roleCount"_s)->value(), 2);
}

void ServiceTabsTest::spreadsAgain()
{
    ServiceDesk desk;
    bool even = false;
    desk.harness.client.onExecute([&even](const v1::Command &command) -> Result<v1::CommandReply> {
        if (command.has_balance_role() && (even || command.balance_role().role() != "WebRole")) {
            return refuse("ROLE_BALANCED", "WebRole");
        }
        v1::CommandReply reply;
        reply.add_checks()->set_result(v1::Check::PASSED);
        reply.add_preview("WebRole_IN_4 moves from host-1 to host-2");
        return reply;
    });
    desk.open(u"roles"_s);
    auto *role = desk.find("roleWebRole");
    auto *words = role->findChild<QLabel *>(u"balanceWords"_s);
    auto *button = role->findChild<QPushButton *>(u"balanceRole"_s);
    QTRY_VERIFY(button->isVisible());
    QVERIFY(words->text().contains(u"from host-1 to host-2"_s));
    QVERIFY(!desk.find("roleWorkerRole")->findChild<QPushButton *>(u"balanceRole"_s)->isVisible());
    QVERIFY(desk.meant().empty()); // looking changes nothing
    even = true;
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(desk.lastMeant().balance_role().role(), std::string("WebRole"));
    QCOMPARE(desk.lastMeant().balance_role().slot(), v1::PRODUCTION);
    QTRY_VERIFY(!button->isVisible());
    even = false;
    desk.harness.client.push(
        {test::changeOf(test::sampleInstance(test::kProductionId, "WebRole", 9))});
    QTRY_VERIFY(button->isVisible()); // asked again when instances come, go or move
}

void ServiceTabsTest::followsLogs()
{
    ServiceDesk desk;
    desk.open(u"logs"_s);
    QTRY_VERIFY(desk.harness.client.isTailed());
    QCOMPARE(desk.harness.client.lastLogRequest().deployment_id(), test::kProductionId);
    v1::LogBatch batch;
    for (int i = 0; i < 200; ++i) {
        auto &line = *batch.add_lines();
        line.set_time_us(test::kSampleNowMs * 1000 + i);
        line.set_instance("WebRole_IN_0");
        line.set_stream(i % 10 == 0 ? v1::LogLine::ERR : v1::LogLine::OUT);
        line.set_text("line " + std::to_string(i));
    }
    desk.harness.client.pushLogs(batch);
    auto *count = desk.find<QLabel>("logCount");
    QTRY_COMPARE(count->text(), u"200 lines"_s);
    QVERIFY(desk.window->currentPage()->focusFilter());
    QTest::keyClicks(desk.find("logFilter"), u"line 7"_s);
    QTRY_VERIFY(count->text().endsWith(u" of 200 lines"_s));
    QVERIFY(desk.clickSoon("logCopy"));
    QVERIFY(QGuiApplication::clipboard()->text().contains(u"line 7"_s));
    auto *view = desk.find<LogView>("log");
    QVERIFY(desk.click("logFollow"));
    QVERIFY(!view->isFollowing());
    QVERIFY(desk.clickSoon("logEnd"));
    QVERIFY(view->isFollowing());
    desk.find<DataTable>("logInstances")->selectKey(keyOf("WebRole_IN_1"));
    QTRY_COMPARE(desk.harness.client.lastLogRequest().instances_size(), 1);
    QVERIFY(desk.choose("logSlot", 1, 2));
    QTRY_COMPARE(desk.harness.client.lastLogRequest().deployment_id(), test::kStagingId);
    desk.open(u"activity"_s);
    QTRY_VERIFY(!desk.harness.client.isTailed());
}

void ServiceTabsTest::showsActivity()
{
    ServiceDesk desk;
    desk.open(u"activity"_s);
    auto *list = desk.find<TimelineList>("activity");
    QCOMPARE(list->proxy().rowCount(), 3);
    QVERIFY(desk.choose("activitySeverity", 1, 2));
    QCOMPARE(list->proxy().rowCount(), 2);
    QVERIFY(desk.window->currentPage()->focusFilter());
    QTest::keyClicks(desk.find("activityFilter"), u"WorkerRole"_s);
    QCOMPARE(list->proxy().rowCount(), 1);
    list->setCurrentIndex(list->proxy().index(0, 0));
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Return);
    QTRY_COMPARE(desk.find<QTabBar>("serviceTabs")->currentIndex(), 0);
    QCOMPARE(desk.find<DataTable>("instances")->selectedKeys(),
             QStringList{keyOf("WorkerRole_IN_1")});
}

QTEST_MAIN(ServiceTabsTest)
#include "service_tabs_test.moc"
