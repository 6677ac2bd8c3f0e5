// The hosts page by mouse and keyboard over a fake fabric.
#include "tests/support/portal_harness.h"
#include "tests/views/support/probe_page.h"
#include "views/hosts/host_board.h"
#include "views/hosts/hosts_page.h"
#include "views/widgets/data_table.h"
#include "views/widgets/search_field.h"
#include "views/widgets/segmented_control.h"

#include <QToolTip>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;

namespace
{

struct Desk {
    explicit Desk(std::vector<v1::Change> state = test::sampleState()) : harness(std::move(state))
    {
        window = harness.makeWindow(
            {pageEntry<HostsPage>(PageId::Hosts, u"Hosts"_s, u"hosts"_s),
             pageEntry<test::ProbePage>(PageId::Service, u"Service"_s, u"services"_s)});
        window->resize(1440, 900);
        window->open({PageId::Hosts, {}, {}});
        window->show();
        const bool live = harness.goLive() && QTest::qWaitForWindowActive(window.get());
        Q_ASSERT(live);
        Q_UNUSED(live)
    }
    template <typename Widget> Widget *find(const QString &name) const
    {
        return window->findChild<Widget *>(name);
    }
    HostCard *card(const QString &host) const { return find<HostCard>(u"host/"_s + host); }
    InstanceDots *dots(const QString &host) const
    {
        return card(host)->findChild<InstanceDots *>(u"hostInstances"_s);
    }
    QString wordsOf(const QString &host, const QString &label) const
    {
        return card(host)->findChild<Label *>(label)->text();
    }

    test::PortalHarness harness;
    std::unique_ptr<MainWindow> window;
};

v1::Host hostNamed(const std::string &id)
{
    for (const auto &change : test::emptyState()) {
        if (change.has_host() && change.host().id() == id) {
            return change.host();
        }
    }
    return {};
}

} // namespace

class HostsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void summarisesAndShowsCapacity();
    void columnsAreFaultDomains();
    void tellsWhatWouldRaiseIsolation();
    void tellsWhoLeavesAndWhatIsMissing();
    void tellsWhoTakesNothing();
    void dotsLeadToInstances();
    void lostHostsAndNewInstancesShow();
    void hostsComeAndGo();
    void filtersCardsAndTable();
    void tableAndCardsShareTheChoice();
    void cardsAreChosenByKeyboard();
    void manyInstancesAreCounted();
    void waitsForTheFabric();
};

void HostsTest::summarisesAndShowsCapacity()
{
    Desk desk;
    QTRY_VERIFY(desk.card(u"host-1"_s) != nullptr);
    QTRY_COMPARE(desk.harness.session.status().sizes_size(), 6);
    const auto summary = desk.find<Label>(u"hostsSummary"_s)->text();
    QVERIFY2(
        summary.startsWith(u"6 hosts in 2 fault domains · 96 nominal cores on 8 real (12.0×)"_s),
        qPrintable(summary));
    auto *cores = desk.card(u"host-1"_s)->findChild<CapacityBar *>(u"hostCores"_s);
    QTRY_VERIFY2(cores->numbers().endsWith(u" of 16"_s) && !cores->numbers().startsWith(u"0"_s),
                 qPrintable(cores->numbers()));
    QCOMPARE(cores->real(), u"8 real · 2.0×"_s);
    auto *memory = desk.card(u"host-1"_s)->findChild<CapacityBar *>(u"hostMemory"_s);
    QCOMPARE(memory->real(), u"32 GB real · 1.8×"_s);
    QCOMPARE(desk.wordsOf(u"host-1"_s, u"hostSince"_s), u"for 5 d · pid 4001"_s);
}

void HostsTest::columnsAreFaultDomains()
{
    Desk desk;
    QTRY_VERIFY(desk.card(u"host-6"_s) != nullptr);
    const auto left = [&desk](const QString &host) {
        return desk.card(host)->mapTo(desk.window.get(), QPoint()).x();
    };
    QTRY_VERIFY(left(u"host-1"_s) < left(u"host-2"_s)); // fault domains 0 and 1
    QCOMPARE(left(u"host-1"_s), left(u"host-3"_s));
    QCOMPARE(left(u"host-2"_s), left(u"host-6"_s));
}

void HostsTest::tellsWhatWouldRaiseIsolation()
{
    Desk desk;
    QTRY_VERIFY(desk.card(u"host-2"_s) != nullptr);
    auto *advice = desk.card(u"host-2"_s)->findChild<Label *>(u"hostAdvice"_s);
    QVERIFY(!advice->isVisible());
    auto host = hostNamed("host-2");
    host.set_isolation("isolated without limits");
    host.set_isolation_advice("Delegate the cpu and memory controllers to your user");
    desk.harness.client.push({test::changeOf(host)});
    QTRY_VERIFY(advice->isVisible());
    QVERIFY(advice->text().startsWith(u"Delegate"_s));
    QCOMPARE(desk.wordsOf(u"host-2"_s, u"hostIsolation"_s), u"isolated without limits"_s);
}

void HostsTest::tellsWhoLeavesAndWhatIsMissing()
{
    Desk desk;
    QTRY_VERIFY(desk.card(u"host-2"_s) != nullptr);
    auto host = hostNamed("host-2");
    host.set_leaving(true);
    host.set_outside_problem("slirp4netns is not installed");
    desk.harness.client.push({test::changeOf(host)});
    QTRY_VERIFY(desk.wordsOf(u"host-2"_s, u"hostSince"_s).contains(u"leaving"_s));
    auto *advice = desk.card(u"host-2"_s)->findChild<Label *>(u"hostAdvice"_s);
    QVERIFY(advice->isVisible());
    QVERIFY(advice->text().contains(u"slirp4netns is not installed"_s));
}

void HostsTest::tellsWhoTakesNothing()
{
    Desk desk;
    QTRY_VERIFY(desk.card(u"host-2"_s) != nullptr);
    auto host = hostNamed("host-2");
    host.set_unfit_reason("Its test sandbox failed: no space left on the device");
    desk.harness.client.push({test::changeOf(host)});
    auto *advice = desk.card(u"host-2"_s)->findChild<Label *>(u"hostAdvice"_s);
    QTRY_VERIFY(advice->isVisible());
    QVERIFY(advice->text().contains(u"no space left"_s));
    QCOMPARE(desk.card(u"host-2"_s)->findChild<StatePill *>()->words(), u"Takes no instances"_s);
    QVERIFY(desk.find<Label>(u"hostsSummary"_s)->text().contains(u"1 taking no instances"_s));
}

void HostsTest::dotsLeadToInstances()
{
    Desk desk;
    QTRY_VERIFY(desk.card(u"host-1"_s) != nullptr);
    auto *dots = desk.dots(u"host-1"_s);
    QTRY_VERIFY(dots->count() > 1);
    QTest::mouseMove(dots, dots->dotRect(1).center());
    QHelpEvent help(QEvent::ToolTip, dots->dotRect(0).center(),
                    dots->mapToGlobal(dots->dotRect(0).center()));
    QCoreApplication::sendEvent(dots, &help);
    QTRY_VERIFY2(QToolTip::text().contains(u"_IN_"_s), qPrintable(QToolTip::text()));
    QTest::mouseClick(dots, Qt::LeftButton, {}, dots->dotRect(0).center());
    auto place = desk.window->currentPlace();
    QCOMPARE(place.page, PageId::Service);
    const auto first = place.part;
    QVERIFY(first.contains(u"_IN_"_s));
    desk.window->back();
    dots->setFocus();
    QTest::keyClick(dots, Qt::Key_Right);
    QTest::keyClick(dots, Qt::Key_Return);
    place = desk.window->currentPlace();
    QCOMPARE(place.page, PageId::Service);
    QVERIFY(place.part != first);
}

void HostsTest::lostHostsAndNewInstancesShow()
{
    Desk desk;
    QTRY_VERIFY(desk.card(u"host-5"_s) != nullptr);
    const auto before = desk.dots(u"host-5"_s)->count();
    auto instance = test::sampleInstance(test::kProductionId, "WebRole", 41);
    instance.set_host("host-5");
    auto host = hostNamed("host-5");
    host.set_state(v1::Host::Lost);
    host.set_reason("It did not answer for 3 s");
    desk.harness.client.push({test::changeOf(host), test::changeOf(instance)});
    QTRY_COMPARE(desk.dots(u"host-5"_s)->count(), before + 1);
    QVERIFY(desk.wordsOf(u"host-5"_s, u"hostSince"_s).endsWith(u"It did not answer for 3 s"_s));
    QVERIFY(desk.find<Label>(u"hostsSummary"_s)->text().contains(u"1 lost"_s));
    desk.harness.client.push({test::removedInstance(test::kProductionId, "WebRole_IN_41")});
    QTRY_COMPARE(desk.dots(u"host-5"_s)->count(), before);
}

void HostsTest::hostsComeAndGo()
{
    Desk desk;
    QTRY_VERIFY(desk.card(u"host-1"_s) != nullptr);
    auto host = hostNamed("host-1");
    host.set_id("host-7");
    host.set_fault_domain(2);
    desk.harness.client.push({test::changeOf(host)});
    QTRY_VERIFY(desk.card(u"host-7"_s) != nullptr);
    QVERIFY(desk.find<Label>(u"hostsSummary"_s)->text().contains(u"3 fault domains"_s));
    desk.harness.client.push({test::removed(v1::Removed::HOST, "host-7")});
    QTRY_VERIFY(desk.card(u"host-7"_s) == nullptr);
}

void HostsTest::filtersCardsAndTable()
{
    Desk desk;
    QTRY_VERIFY(desk.card(u"host-4"_s) != nullptr && desk.card(u"host-4"_s)->isVisible());
    auto *field = desk.find<SearchField>(u"hostsFilter"_s);
    auto *view = desk.find<SegmentedControl>(u"hostsView"_s);
    QTest::keyClick(desk.window.get(), Qt::Key_Slash);
    QTRY_VERIFY(field->hasFocus());
    QTest::keyClicks(field, u"host-4"_s);
    QTRY_VERIFY(!desk.card(u"host-1"_s)->isVisible());
    QVERIFY2(desk.card(u"host-4"_s)->isVisible(), qPrintable(field->text()));
    QTest::mouseClick(view, Qt::LeftButton, {}, QPoint(view->width() - 10, view->height() / 2));
    auto *table = desk.find<DataTable>(u"hostsTable"_s);
    QTRY_VERIFY(table->isVisible());
    QCOMPARE(table->proxy().rowCount(), 1);
    QTest::keyClick(field, Qt::Key_Escape);
    QTRY_COMPARE(table->proxy().rowCount(), 6);
}

void HostsTest::tableAndCardsShareTheChoice()
{
    Desk desk;
    QTRY_VERIFY(desk.card(u"host-3"_s) != nullptr);
    auto *table = desk.find<DataTable>(u"hostsTable"_s);
    QTest::mouseClick(desk.card(u"host-3"_s), Qt::LeftButton, {}, QPoint(40, 12));
    QTRY_COMPARE(table->currentKey(), u"host-3"_s);
    desk.window->openHost(u"host-2"_s);
    QTRY_COMPARE(table->currentKey(), u"host-2"_s);
    auto *view = desk.find<SegmentedControl>(u"hostsView"_s);
    QTest::keyClick(view, Qt::Key_Right);
    QTRY_VERIFY(table->isVisible());
    QTest::keyClick(table, Qt::Key_Return); // shows the host's card
    QTRY_VERIFY(desk.card(u"host-2"_s)->isVisible());
    QCOMPARE(view->current(), 0);
}

void HostsTest::manyInstancesAreCounted()
{
    Desk desk(test::sampleState({.web_instances = 1500, .more_services = 0}));
    QTRY_VERIFY(desk.card(u"host-1"_s) != nullptr);
    auto *dots = desk.dots(u"host-1"_s);
    QTRY_VERIFY(dots->count() > InstanceDots::kShownMax);
    const auto last = dots->dotRect(InstanceDots::kShownMax - 1);
    QVERIFY(dots->heightForWidth(dots->width()) >= last.bottom()); // and a line with the rest
}

void HostsTest::waitsForTheFabric()
{
    test::PortalHarness harness;
    auto window = harness.makeWindow({pageEntry<HostsPage>(PageId::Hosts, u"Hosts"_s, u"hosts"_s)});
    window->open({PageId::Hosts, {}, {}});
    window->show();
    auto *board = window->findChild<HostBoard *>(u"hostBoard"_s);
    QVERIFY(!board->isVisible());
    QVERIFY(harness.goLive());
    QTRY_VERIFY(board->isVisible());
    harness.client.disconnect();
    QTRY_VERIFY(!harness.session.isLive());
    QVERIFY(board->isVisible()); // the last known hosts stay
}

void HostsTest::cardsAreChosenByKeyboard()
{
    Desk desk;
    QTRY_VERIFY(desk.card(u"host-3"_s) != nullptr);
    auto *card = desk.card(u"host-3"_s);
    QCOMPARE(card->focusPolicy(), Qt::StrongFocus);
    QSignalSpy clicked(card, &HostCard::clicked);
    QTest::keyClick(card, Qt::Key_Space);
    QTest::keyClick(card, Qt::Key_Return);
    QCOMPARE(clicked.count(), 2);
    QTRY_COMPARE(desk.find<DataTable>(u"hostsTable"_s)->currentKey(), u"host-3"_s);
    // The first dot stands under the words above it.
    const auto *name = card->findChild<QLabel *>(u"hostName"_s);
    const int dot = card->dots().mapTo(card, card->dots().dotRect(0).topLeft()).x();
    QCOMPARE(dot + InstanceDots::kInset, name->mapTo(card, QPoint(0, 0)).x());
}

QTEST_MAIN(HostsTest)
#include "hosts_test.moc"
