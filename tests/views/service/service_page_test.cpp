// The page of one service by mouse and keyboard over a fake fabric.
#include "tests/views/service/service_desk.h"
#include "views/service/slot_board.h"
#include "views/widgets/banner.h"
#include "views/widgets/copy_link.h"
#include "views/widgets/data_table.h"
#include "views/widgets/empty_state.h"
#include "views/widgets/slide_panel.h"
#include "views/widgets/state_pill.h"

#include <QCheckBox>
#include <QClipboard>
#include <QMenu>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTabBar>
#include <QTimer>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;
using test::ServiceDesk;

class ServicePageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysHealthAndSize();
    void showsBothSlots();
    void emptySlotInvites();
    void portReasonIsSaid();
    void moreMenuActs();
    void deployingSaysHowInstancesAreLockedIn();
    void editsTheLabel();
    void refusedSwapSaysWhy();
    void swapsAndSwapsBack();
    void swapBackPutsBackOnlyWhatWasReplaced();
    void failedSwapIsSaid();
    void cardsChangePlaces();
    void deletedServiceLeavesAnEmptyPage();
    void showsAnotherService();
    void staleDisablesCommands();
    void pageActionsReachTabs();
};

void ServicePageTest::saysHealthAndSize()
{
    ServiceDesk desk;
    QCOMPARE(desk.find<StatePill>("serviceHealth")->words(), u"Degraded: 1 cycling, 1 starting"_s);
    const auto facts = desk.find<QLabel>("serviceFacts")->text();
    QVERIFY2(facts.contains(u"2 roles · 9 instances · 2 fault domains"_s), qPrintable(facts));
    QVERIFY2(facts.contains(u"EUR"_s), qPrintable(facts));
}

void ServicePageTest::showsBothSlots()
{
    ServiceDesk desk;
    QCOMPARE(desk.find<QLabel>("productionLabel")->text(), u"v1.4 – spring pages"_s);
    QCOMPARE(desk.find<QLabel>("stagingLabel")->text(), u"v1.5 – new checkout"_s);
    auto *address = desk.find<CopyLink>("productionAddress");
    QTest::mouseClick(address->findChild<QAbstractButton *>(u"openAddress"_s), Qt::LeftButton);
    QCOMPARE(desk.harness.prompter.opened, QStringList{address->address()});
    QTest::mouseClick(address->findChild<QAbstractButton *>(u"copyAddress"_s), Qt::LeftButton);
    QCOMPARE(QGuiApplication::clipboard()->text(), address->address());
    QVERIFY(desk.click("stagingCopyDigest"));
    QVERIFY(QGuiApplication::clipboard()->text().startsWith(u"sha256:b07d44aa"_s));
}

void ServicePageTest::emptySlotInvites()
{
    ServiceDesk desk;
    desk.open({}, u"harbour-master"_s);
    QVERIFY(desk.clickSoon("stagingDeployHere"));
    auto *panel = desk.find<SlidePanel>("deployPanel");
    QVERIFY(panel != nullptr && panel->isOpen());
    QCOMPARE(desk.find<SegmentedControl>("deploySlot")->current(), 0);
}

void ServicePageTest::portReasonIsSaid()
{
    ServiceDesk desk;
    for (auto change : desk.state) {
        if (change.has_service() && change.service().name() == "guestbook") {
            auto service = change.service();
            auto &endpoint = *service.mutable_production()->mutable_endpoints(0);
            endpoint.set_bound_port(8080);
            endpoint.set_reason("port 80 is taken by another program");
            auto more = endpoint;
            more.set_name("Second");
            more.set_bound_port(8081);
            *service.mutable_production()->add_endpoints() = more;
            desk.harness.client.push({test::changeOf(service)});
        }
    }
    QVERIFY(desk.click("productionCopyDigest"));
    QVERIFY(QGuiApplication::clipboard()->text().startsWith(u"sha256:9f31c2e7"_s));
    auto *address = desk.find<CopyLink>("productionAddress");
    QTRY_VERIFY(address->address().contains(u":8080"_s));
    QVERIFY(desk.click("productionMoreAddresses"));
    auto *menu = desk.find<QMenu>("addressMenu");
    QVERIFY(menu != nullptr);
    QCOMPARE(menu->actions().size(), 2);
    menu->actions().at(1)->trigger();
    QVERIFY(desk.harness.prompter.opened.value(0).contains(u":8081"_s));
    menu->close();
}

void ServicePageTest::moreMenuActs()
{
    ServiceDesk desk;
    auto *menu = desk.find<QMenu>("moreMenu");
    QSignalSpy shown(menu, &QMenu::aboutToShow);
    // A button's menu holds its click until it is closed.
    QObject::connect(menu, &QMenu::aboutToShow, menu,
                     [menu] { QTimer::singleShot(0, menu, &QMenu::close); });
    QVERIFY(desk.click("more"));
    QCOMPARE(shown.size(), 1);
    QVERIFY(menu->actions().contains(desk.action("productionStop")));
    QVERIFY(!desk.action("productionStart")->isEnabled());
    desk.action("stagingStop")->trigger();
    QCOMPARE(desk.lastMeant().stop_deployment().slot(), v1::STAGING);
    QCOMPARE(desk.harness.prompter.questions.size(), 1);
    desk.action("productionDelete")->trigger();
    QCOMPARE(desk.lastMeant().delete_deployment().slot(), v1::PRODUCTION);
    QCOMPARE(desk.harness.prompter.questions.back().type_to_confirm, u"guestbook"_s);
    desk.action("deleteService")->trigger();
    QVERIFY(desk.lastMeant().delete_service().delete_deployments());
    desk.harness.prompter.answer.choice = Answer::Refused;
    const auto before = desk.meant().size();
    desk.action("stagingDelete")->trigger();
    QCOMPARE(desk.meant().size(), before);
    for (auto change : desk.state) {
        if (change.has_deployment() && change.deployment().id() == test::kStagingId) {
            change.mutable_deployment()->set_run(false);
            desk.harness.client.push({change});
        }
    }
    QTRY_VERIFY(desk.action("stagingStart")->isEnabled());
    desk.action("stagingStart")->trigger();
    QCOMPARE(desk.lastMeant().start_deployment().slot(), v1::STAGING);
}

void ServicePageTest::deployingSaysHowInstancesAreLockedIn()
{
    ServiceDesk desk;
    QVERIFY(desk.click("deploy"));
    auto *words = desk.find<views::Label>("isolationWords");
    QTRY_VERIFY(words != nullptr && words->isVisible());
    QCOMPARE(words->text(), u"Instances run isolated with limits."_s);
    v1::Host host = *desk.harness.store.host("host-1");
    host.set_isolation("isolated without limits");
    desk.harness.client.push({test::changeOf(host)});
    QTRY_VERIFY(words->text().startsWith(u"Instances run isolated without limits."_s));
}

void ServicePageTest::editsTheLabel()
{
    ServiceDesk desk;
    desk.action("editService")->trigger();
    QVERIFY(desk.find<SlidePanel>("editPanel")->isOpen());
    desk.find<QLineEdit>("editLabel")->setText(u"Harbour guestbook"_s);
    desk.find<QPlainTextEdit>("editDescription")->setPlainText(u"Who came by"_s);
    desk.find<QCheckBox>("editOutside")->setChecked(true);
    QVERIFY(desk.click("editSave"));
    const auto update = desk.lastMeant().update_service();
    QCOMPARE(update.label(), std::string("Harbour guestbook"));
    QCOMPARE(update.description(), std::string("Who came by"));
    QVERIFY(update.outside_access());
    QTRY_VERIFY(!desk.find<SlidePanel>("editPanel")->isOpen());
    desk.action("editService")->trigger();
    QVERIFY(desk.click("editCancel"));
    QVERIFY(!desk.find<SlidePanel>("editPanel")->isOpen());
}

void ServicePageTest::refusedSwapSaysWhy()
{
    ServiceDesk desk;
    desk.harness.client.onExecute([](const v1::Command &) -> Result<v1::CommandReply> {
        return test::swapReply({"S4"}, {"S3"});
    });
    QVERIFY(desk.click("swap"));
    QVERIFY(desk.find<SlidePanel>("swapPanel")->isOpen());
    QTRY_VERIFY(desk.find("checkS9") != nullptr);
    QVERIFY(desk.find("checkS4")->accessibleName().contains(u"StartingRole"_s));
    QTRY_VERIFY(desk.find("swap")->toolTip().contains(u"All instances are ready"_s));
    QVERIFY(!desk.find("swapNow")->isEnabled());
    QVERIFY(desk.click("swapCancel"));
    QVERIFY(!desk.find<SlidePanel>("swapPanel")->isOpen());
    QVERIFY(desk.meant().empty());
}

void ServicePageTest::swapsAndSwapsBack()
{
    ServiceDesk desk;
    desk.harness.client.onExecute([](const v1::Command &command) -> Result<v1::CommandReply> {
        auto reply = test::swapReply({}, {"S3"});
        reply.mutable_operation()->set_id(command.validate_only() ? "" : "swap-1");
        return reply;
    });
    QVERIFY(desk.click("swap"));
    QVERIFY(desk.clickSoon("swapNow"));
    QVERIFY(desk.lastMeant().has_swap());
    QVERIFY(desk.lastMeant().etag() > 0);
    v1::Operation operation;
    operation.set_id("swap-1");
    operation.set_kind("Swap");
    operation.set_title("Swap staging and production of guestbook");
    operation.set_service("guestbook");
    operation.set_state(v1::Operation::Running);
    operation.set_phase("the edge takes the new routes");
    operation.set_progress_permille(500);
    operation.set_start_time_ms(test::kSampleNowMs);
    desk.harness.client.push({test::changeOf(operation)});
    QTRY_VERIFY(desk.find("swapProgress")->isVisible());
    QVERIFY(!desk.find("swapNow")->isEnabled());
    operation.set_state(v1::Operation::Succeeded);
    operation.set_phase("12 requests draining");
    operation.set_end_time_ms(test::kSampleNowMs + 400);
    auto changes = test::swapped(desk.state);
    changes.push_back(test::changeOf(operation));
    desk.harness.client.push(changes);
    QTRY_VERIFY(desk.find<Banner>("swapResult")->text().contains(u"v1.5 – new checkout"_s));
    QVERIFY(desk.find<QLabel>("swapDrain")->text().contains(u"12 requests draining"_s));
    const auto before = desk.meant().size();
    QVERIFY(desk.click("swapBack"));
    QCOMPARE(desk.meant().size(), before + 1);
    QVERIFY(desk.lastMeant().has_swap());
}

// A colleague was faster: what this panel replaced is not in staging any more.
void ServicePageTest::swapBackPutsBackOnlyWhatWasReplaced()
{
    ServiceDesk desk;
    desk.harness.client.onExecute([](const v1::Command &command) -> Result<v1::CommandReply> {
        v1::CommandReply reply = test::swapReply();
        if (!command.validate_only())
            reply.mutable_operation()->set_id("swap-1");
        return reply;
    });
    QVERIFY(desk.click("swap"));
    QVERIFY(desk.clickSoon("swapNow"));
    v1::Operation operation;
    operation.set_id("swap-1");
    operation.set_kind("Swap");
    operation.set_service("guestbook");
    operation.set_state(v1::Operation::Succeeded);
    auto changes = test::swapped(desk.state);
    changes.push_back(test::changeOf(operation));
    desk.harness.client.push(changes);
    QTRY_VERIFY(desk.find("swapBack")->isVisible() && desk.find("swapBack")->isEnabled());
    v1::CloudService emptied = *desk.harness.store.service("guestbook");
    emptied.mutable_staging()->clear_deployment_id();
    emptied.set_revision(emptied.revision() + 1);
    desk.harness.client.push({test::changeOf(emptied)});
    QTRY_VERIFY(!desk.find("swapBack")->isEnabled());
    QVERIFY(desk.find("swapBack")->toolTip().contains(u"not in staging any more"_s));
}

void ServicePageTest::failedSwapIsSaid()
{
    ServiceDesk desk;
    desk.harness.client.onExecute([](const v1::Command &command) -> Result<v1::CommandReply> {
        if (command.validate_only()) {
            return test::swapReply();
        }
        return Failure(makeError(v1::Error::FAILED_PRECONDITION, "SWAP_REFUSED",
                                 "Swap refused by 1 check: S4."));
    });
    QVERIFY(desk.click("swap"));
    QVERIFY(desk.clickSoon("swapNow"));
    QTRY_VERIFY(desk.find<Banner>("swapResult")->text().contains(u"Swap refused"_s));
    QVERIFY(desk.find("swapNow")->isEnabled());
}

void ServicePageTest::cardsChangePlaces()
{
    ServiceDesk desk;
    auto *board = desk.window->findChild<SlotBoard *>();
    const auto left = desk.find("productionCard")->pos();
    const auto right = desk.find("stagingCard")->pos();
    desk.harness.client.push(test::swapped(desk.state));
    QTRY_COMPARE(desk.find<QLabel>("productionLabel")->text(), u"v1.5 – new checkout"_s);
    QCOMPARE(desk.find<QLabel>("stagingLabel")->text(), u"v1.4 – spring pages"_s);
    QTRY_VERIFY(!board->isMoving());
    QCOMPARE(desk.find("productionCard")->pos().x(), left.x());
    QCOMPARE(desk.find("stagingCard")->pos().x(), right.x());
}

void ServicePageTest::deletedServiceLeavesAnEmptyPage()
{
    ServiceDesk desk;
    desk.harness.client.push({test::removed(v1::Removed::SERVICE, "guestbook")});
    QTRY_VERIFY(desk.find("serviceEmpty")->isVisible());
    QVERIFY(desk.click("allServices"));
}

void ServicePageTest::showsAnotherService()
{
    ServiceDesk desk;
    desk.open(u"logs"_s, u"tide-tables"_s);
    QTRY_COMPARE(desk.find<QTabBar>("serviceTabs")->currentIndex(), 2);
    QCOMPARE(desk.window->currentPage()->title(), u"tide-tables"_s);
    QTRY_COMPARE(desk.window->findChildren<QTabBar *>(u"serviceTabs"_s).size(), 1);
    QCOMPARE(desk.find<QLabel>("serviceName")->text(), u"tide-tables"_s);
}

void ServicePageTest::staleDisablesCommands()
{
    ServiceDesk desk;
    QVERIFY(desk.find("deploy")->isEnabled());
    desk.harness.client.disconnect();
    QTRY_VERIFY(!desk.find("deploy")->isEnabled());
    QVERIFY(!desk.action("productionStop")->isEnabled());
    QVERIFY(desk.find("swap")->accessibleName().contains(u"Not connected"_s));
    QCOMPARE(desk.find<QLabel>("productionLabel")->text(), u"v1.4 – spring pages"_s);
}

void ServicePageTest::pageActionsReachTabs()
{
    ServiceDesk desk;
    QVERIFY(desk.window->currentPage()->pageActions().size() >= 6);
    for (int tab = 3; tab >= 0; --tab) {
        desk.action(qPrintable(u"actionTab%1"_s.arg(tab + 1)))->trigger();
        QCOMPARE(desk.find<QTabBar>("serviceTabs")->currentIndex(), tab);
    }
    desk.action("actionSwap")->trigger();
    QVERIFY(desk.find<SlidePanel>("swapPanel")->isOpen());
    QTest::keyClick(desk.find("swapPanel"), Qt::Key_Escape);
    QVERIFY(!desk.find<SlidePanel>("swapPanel")->isOpen());
    desk.action("actionDeploy")->trigger();
    QVERIFY(desk.find<SlidePanel>("deployPanel")->isOpen());
    QVERIFY(desk.click("deployCancel"));
    QVERIFY(desk.click("deploy"));
    QVERIFY(desk.find<SlidePanel>("deployPanel")->isOpen());
}

QTEST_MAIN(ServicePageTest)
#include "service_page_test.moc"
