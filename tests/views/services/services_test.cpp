// The services page by mouse and keyboard over a fake fabric.
#include "models/base/words.h"
#include "tests/support/portal_harness.h"
#include "tests/views/support/probe_page.h"
#include "views/services/service_name.h"
#include "views/services/services_page.h"
#include "views/widgets/copy_link.h"
#include "views/widgets/data_table.h"
#include "views/widgets/label.h"
#include "views/widgets/search_field.h"
#include "views/widgets/segmented_control.h"
#include "views/widgets/slide_panel.h"

#include <QClipboard>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QToolButton>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;

namespace
{

struct Desk {
    explicit Desk(std::vector<v1::Change> state = test::sampleState()) : harness(std::move(state))
    {
        PageFactory pages{pageEntry<ServicesPage>(PageId::Services, u"Services"_s, u"services"_s),
                          pageEntry<test::ProbePage>(PageId::Service, u"Service"_s, u"services"_s),
                          pageEntry<test::ProbePage>(PageId::FirstRun, u"Welcome"_s, u"rocket"_s)};
        window = harness.makeWindow(std::move(pages));
        window->resize(1440, 900);
        window->open({PageId::Services, {}, {}});
        window->show();
        const bool live = harness.goLive() && QTest::qWaitForWindowActive(window.get());
        Q_ASSERT(live);
        Q_UNUSED(live)
    }
    template <typename Widget> Widget *find(const QString &name) const
    {
        auto *found = window->findChild<Widget *>(name);
        Q_ASSERT_X(found != nullptr, "find", qPrintable(name));
        return found;
    }
    void click(const QString &button) const
    {
        QTest::mouseClick(find<QPushButton>(button), Qt::LeftButton);
    }
    DataTable *table() const { return find<DataTable>(u"servicesTable"_s); }
    QMenu *openMenu(const QString &service) const
    {
        table()->selectKey(service);
        QTest::keyClick(table(), Qt::Key_Menu);
        return find<QMenu>(u"serviceMenu"_s);
    }

    test::PortalHarness harness;
    std::unique_ptr<MainWindow> window;
};

v1::CommandReply previewed(const v1::Command &)
{
    v1::CommandReply reply;
    reply.add_preview("Service tides gets 127.77.0.31 for production and 127.77.0.32 for staging.");
    return reply;
}

v1::Change createdService(const std::string &name)
{
    v1::CloudService service;
    service.set_name(name);
    service.mutable_production()->set_address("127.77.0.31");
    service.mutable_staging()->set_address("127.77.0.32");
    return test::changeOf(service);
}

} // namespace

class ServicesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesFollowTheLabelRule_data();
    void namesFollowTheLabelRule();
    void listsAndSummarises();
    void filtersByTextAndKind();
    void opensByEnterAndDoubleClick();
    void menuOpensCopiesAndBrowses();
    void deletesAfterTheNameWasTyped();
    void keepsAServiceWhenTheQuestionIsRefused();
    void createsAService();
    void tellsWhatTheFabricRefuses();
    void createPanelClosesAndForgets();
    void emptyFabricInvites();
    void staleFabricIsNotChanged();
};

void ServicesTest::namesFollowTheLabelRule_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("good");
    QTest::newRow("plain") << u"guestbook"_s << true;
    QTest::newRow("digits and hyphen") << u"2nd-pier"_s << true;
    QTest::newRow("63") << QString(63, u'a') << true;
    QTest::newRow("64") << QString(64, u'a') << false;
    QTest::newRow("empty") << QString() << false;
    QTest::newRow("upper case") << u"Guestbook"_s << false;
    QTest::newRow("space") << u"guest book"_s << false;
    QTest::newRow("dot") << u"guest.book"_s << false;
    QTest::newRow("umlaut") << u"gästebuch"_s << false;
    QTest::newRow("hyphen first") << u"-pier"_s << false;
    QTest::newRow("hyphen last") << u"pier-"_s << false;
}

void ServicesTest::namesFollowTheLabelRule()
{
    QFETCH(QString, name);
    QFETCH(bool, good);
    QCOMPARE(nameProblem(name).isEmpty(), good);
}

void ServicesTest::listsAndSummarises()
{
    Desk desk;
    QTRY_COMPARE(desk.table()->proxy().rowCount(), 4);
    const auto words = desk.find<Label>(u"servicesSummary"_s)->text();
    QVERIFY2(words.startsWith(u"4 services · "_s), qPrintable(words));
    QVERIFY2(words.endsWith(u"1 needs a person"_s), qPrintable(words));
    QTRY_VERIFY(desk.harness.client.isMeasured()); // requests per second are live
    desk.window->open({PageId::Service, u"guestbook"_s, {}});
    QTRY_VERIFY(!desk.harness.client.isMeasured());
}

void ServicesTest::filtersByTextAndKind()
{
    Desk desk;
    auto *field = desk.find<SearchField>(u"servicesFilter"_s);
    auto *kind = desk.find<SegmentedControl>(u"servicesKind"_s);
    QTest::keyClick(desk.table(), Qt::Key_Slash);
    QTRY_VERIFY(field->hasFocus());
    QTest::keyClicks(field, u"tide"_s);
    QTRY_COMPARE(desk.table()->proxy().rowCount(), 1);
    QTest::keyClick(field, Qt::Key_Escape);
    QTRY_COMPARE(desk.table()->proxy().rowCount(), 4);
    QTest::mouseClick(kind, Qt::LeftButton, {}, kind->rect().center());
    QTRY_COMPARE(desk.table()->proxy().rowCount(), 1);
    QCOMPARE(desk.table()->proxy().keyAt(0), u"guestbook"_s);
    QTest::keyClick(kind, Qt::Key_Right);
    QTRY_COMPARE(desk.table()->proxy().rowCount(), 1);
    QCOMPARE(desk.table()->proxy().keyAt(0), u"lighthouse"_s); // nothing is deployed there
}

void ServicesTest::opensByEnterAndDoubleClick()
{
    Desk desk;
    desk.table()->selectKey(u"guestbook"_s);
    QTest::keyClick(desk.table(), Qt::Key_Return);
    QCOMPARE(desk.window->currentPlace(), (Place{PageId::Service, u"guestbook"_s, {}}));
    desk.window->back();
    const auto row = desk.table()->proxy().indexOf(u"tide-tables"_s);
    const auto place = desk.table()->visualRect(row).center();
    QTest::mouseClick(desk.table()->viewport(), Qt::LeftButton, {}, place);
    QTest::mouseDClick(desk.table()->viewport(), Qt::LeftButton, {}, place);
    QCOMPARE(desk.window->currentPlace(), (Place{PageId::Service, u"tide-tables"_s, {}}));
}

void ServicesTest::menuOpensCopiesAndBrowses()
{
    Desk desk;
    auto *menu = desk.openMenu(u"guestbook"_s);
    const auto action = [menu](const QString &name) { return menu->findChild<QAction *>(name); };
    action(u"copyService"_s)->trigger();
    QCOMPARE(QGuiApplication::clipboard()->text(), u"http://127.77.0.1"_s);
    action(u"browseService"_s)->trigger();
    QCOMPARE(desk.harness.prompter.opened, QStringList{u"http://127.77.0.1"_s});
    action(u"openService"_s)->trigger();
    QCOMPARE(desk.window->currentPlace().subject, u"guestbook"_s);
    menu->close();
}

void ServicesTest::deletesAfterTheNameWasTyped()
{
    Desk desk;
    desk.table()->selectKey(u"guestbook"_s);
    desk.table()->setFocus();
    QTest::keyClick(desk.table(), Qt::Key_Delete);
    QTRY_COMPARE(desk.harness.prompter.questions.size(), 1);
    const auto question = desk.harness.prompter.questions.constFirst();
    QCOMPARE(question.type_to_confirm, u"guestbook"_s);
    QVERIFY(question.dangerous);
    QCOMPARE(question.points.size(), 2); // both slots hold something
    const auto command = desk.harness.client.lastCommand();
    QCOMPARE(models::text(command.delete_service().name()), u"guestbook"_s);
    QVERIFY(command.delete_service().delete_deployments());
}

void ServicesTest::keepsAServiceWhenTheQuestionIsRefused()
{
    Desk desk;
    desk.harness.prompter.answer = {Answer::Refused, false};
    auto *menu = desk.openMenu(u"lighthouse"_s);
    desk.window->findChild<QAction *>(u"deleteService"_s)->trigger();
    menu->close();
    QCOMPARE(desk.harness.prompter.questions.size(), 1);
    QVERIFY(desk.harness.prompter.questions.constFirst().points.isEmpty());
    QVERIFY(desk.harness.client.commands().empty());
}

void ServicesTest::createsAService()
{
    Desk desk;
    desk.harness.client.onExecute(
        [](const v1::Command &command) -> Result<v1::CommandReply> { return previewed(command); });
    desk.click(u"createService"_s);
    auto *name = desk.find<QLineEdit>(u"serviceName"_s);
    QTRY_VERIFY(name->hasFocus());
    auto *create = desk.find<QPushButton>(u"confirmCreate"_s);
    QVERIFY(!create->isEnabled());
    QTest::keyClicks(name, u"tides"_s);
    QTest::keyClicks(desk.find<QLineEdit>(u"serviceLabel"_s), u"Tides and times"_s);
    QTest::keyClicks(desk.find<QPlainTextEdit>(u"serviceDescription"_s), u"For the pilots"_s);
    QTRY_VERIFY(create->isEnabled());
    QVERIFY(desk.harness.client.lastCommand().validate_only());
    QVERIFY(desk.find<Label>(u"addressPreview"_s)->text().contains(u"127.77.0.31"_s));
    QTest::keyClick(name, Qt::Key_Return);
    QTRY_VERIFY(!desk.harness.client.lastCommand().validate_only());
    const auto body = desk.harness.client.lastCommand().create_service();
    QCOMPARE(models::text(body.name()), u"tides"_s);
    QCOMPARE(models::text(body.label()), u"Tides and times"_s);
    QCOMPARE(models::text(body.description()), u"For the pilots"_s);
    desk.harness.client.push({createdService("tides")});
    QTRY_COMPARE(desk.find<CopyLink>(u"productionAddress"_s)->address(), u"http://127.77.0.31"_s);
    QCOMPARE(desk.find<CopyLink>(u"stagingAddress"_s)->address(), u"http://127.77.0.32"_s);
    desk.click(u"openCreated"_s);
    QCOMPARE(desk.window->currentPlace(), (Place{PageId::Service, u"tides"_s, {}}));
}

void ServicesTest::tellsWhatTheFabricRefuses()
{
    Desk desk;
    desk.harness.client.onExecute([](const v1::Command &) -> Result<v1::CommandReply> {
        return failure(v1::Error::ALREADY_EXISTS, "SERVICE_EXISTS",
                       "There is already a cloud service \"guestbook\"; choose another name.");
    });
    QTest::keyClick(desk.table(), Qt::Key_N, Qt::ControlModifier);
    auto *name = desk.find<QLineEdit>(u"serviceName"_s);
    auto *hint = desk.find<Label>(u"nameHint"_s);
    QTest::keyClicks(name, u"Guestbook"_s);
    QVERIFY(hint->text().contains(u"lower-case"_s));
    QVERIFY(desk.harness.client.commands().empty()); // the rule needs no fabric
    name->clear();
    QTest::keyClicks(name, u"guestbook"_s);
    QTRY_VERIFY(hint->text().contains(u"already"_s));
    QVERIFY(!desk.find<QPushButton>(u"confirmCreate"_s)->isEnabled());
}

void ServicesTest::createPanelClosesAndForgets()
{
    Desk desk;
    auto *panel = desk.find<SlidePanel>(u"createPanel"_s);
    desk.click(u"createService"_s);
    QTest::keyClicks(desk.find<QLineEdit>(u"serviceName"_s), u"half"_s);
    desk.click(u"cancelCreate"_s);
    QVERIFY(!panel->isOpen());
    desk.window->open({PageId::Services, {}, u"create"_s});
    QVERIFY(panel->isOpen());
    QVERIFY(desk.find<QLineEdit>(u"serviceName"_s)->text().isEmpty());
    QTest::keyClick(panel, Qt::Key_Escape);
    QVERIFY(!panel->isOpen());
    desk.click(u"createService"_s);
    QTest::mouseClick(panel->findChild<QToolButton *>(u"closePanel"_s), Qt::LeftButton);
    QVERIFY(!panel->isOpen());
}

void ServicesTest::emptyFabricInvites()
{
    Desk desk(test::emptyState());
    QTRY_VERIFY(desk.find<QWidget>(u"servicesEmpty"_s)->isVisible());
    desk.click(u"createFirst"_s);
    QVERIFY(desk.find<SlidePanel>(u"createPanel"_s)->isOpen());
    desk.click(u"cancelCreate"_s);
    desk.click(u"trySample"_s);
    QCOMPARE(desk.window->currentPlace(), (Place{PageId::FirstRun, {}, u"sample"_s}));
}

void ServicesTest::staleFabricIsNotChanged()
{
    Desk desk;
    desk.table()->selectKey(u"guestbook"_s);
    desk.harness.client.disconnect();
    QTRY_VERIFY(!desk.harness.session.isLive());
    QTRY_VERIFY(!desk.window->findChild<QAction *>(u"deleteService"_s)->isEnabled());
    QVERIFY(desk.table()->isVisible()); // the last known rows stay
    QCOMPARE(desk.table()->currentKey(), u"guestbook"_s);
}

QTEST_MAIN(ServicesTest)
#include "services_test.moc"
