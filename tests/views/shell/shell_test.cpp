// The window by mouse and keyboard over a fake fabric.
#include "models/base/words.h"
#include "tests/support/portal_harness.h"
#include "views/shell/navigation_entry.h"
#include "views/shell/shortcut_sheet.h"
#include "views/widgets/attention.h"
#include "views/widgets/dialog_prompter.h"

#include <QAction>
#include <QCheckBox>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QToolButton>
#include <QtTest>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;

namespace
{

// A page that says what was asked of it.
class ProbePage : public Page
{
public:
    ProbePage(PageContext &context, QString title) : m_context(context), m_title(std::move(title))
    {
        m_action.setText(m_title + u" action"_s);
    }
    QString title() const override { return m_title; }
    QList<Crumb> breadcrumb() const override
    {
        const Crumb here{m_title, place()};
        const bool inner = m_title == u"Service"_s;
        return inner ? QList<Crumb>{{u"Services"_s, {PageId::Services, {}, {}}}, here}
                     : QList{here};
    }
    QList<QAction *> pageActions() const override { return {const_cast<QAction *>(&m_action)}; }
    void onShown() override { ++shown; }
    void onHidden() override { ++hidden; }
    void refresh() override { ++refreshed; }
    bool focusFilter() override { return ++filtered > 0; }

    bool tellsOf(const v1::Operation &) const override { return tells; }

    bool tells = false;
    int shown = 0;
    int hidden = 0;
    int refreshed = 0;
    int filtered = 0;

private:
    PageContext &m_context;
    QString m_title;
    QAction m_action;
};

PageFactory probes()
{
    PageFactory pages;
    const auto add = [&pages](PageId id, const QString &title, bool in_navigation = true) {
        pages.push_back({id, title, u"overview"_s, in_navigation, [title](PageContext &context) {
                             return std::make_unique<ProbePage>(context, title);
                         }});
    };
    add(PageId::Overview, u"Overview"_s);
    add(PageId::Services, u"Services"_s);
    add(PageId::Hosts, u"Hosts"_s);
    add(PageId::Packages, u"Packages"_s);
    add(PageId::Activity, u"Activity"_s);
    add(PageId::Settings, u"Settings"_s);
    add(PageId::Service, u"Service"_s, false);
    return pages;
}

struct Desk {
    test::PortalHarness harness;
    std::unique_ptr<MainWindow> window = harness.makeWindow(probes());

    Desk()
    {
        window->openFirstPlace();
        window->show();
        window->activateWindow();
        const bool active = QTest::qWaitForWindowActive(window.get()); // shortcuts need it
        Q_ASSERT(active);
        Q_UNUSED(active)
    }
    ProbePage *page() { return static_cast<ProbePage *>(window->currentPage()); }
    void key(int key, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::keyClick(window.get(), Qt::Key(key), modifiers);
    }
};

} // namespace

class ShellTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void navigatesByMouseAndKeyboard();
    void backLeadsWhereOneWas();
    void pagesLearnWhenTheyAreSeen();
    void paletteFindsAndOpens();
    void paletteRunsPageActions();
    void bottomBarShowsAndCancels();
    void noToastRepeatsThePage();
    void chipAndBannerTellTheConnection();
    void theBannerTellsWhyThereIsNoFabric();
    void failuresBecomeToasts();
    void navigationFoldsAndIsRemembered();
    void placeAndThemeAreRemembered();
    void returnPressesTheFocusedButton();
    void theFirstWindowFitsItsScreen();
    void closingAsksTheGuard();
    void shortcutsSheetOpens();
    void questionsHaveConditions();
    void aQuestionCanBeRefused();
    void aQuestionGoesWithItsContext();
    void newsLieBesideTheButtons();
};

void ShellTest::navigatesByMouseAndKeyboard()
{
    Desk desk;
    QCOMPARE(desk.page()->title(), u"Overview"_s);
    auto *hosts = desk.window->findChild<NavigationEntry *>(u"navigateHosts"_s);
    QVERIFY(hosts != nullptr);
    QTest::mouseClick(hosts, Qt::LeftButton);
    QCOMPARE(desk.page()->title(), u"Hosts"_s);
    QVERIFY(hosts->isChecked());
    for (const auto *name : {"navigateOverview", "navigateServices", "navigatePackages",
                             "navigateActivity", "navigateSettings"}) {
        auto *entry = desk.window->findChild<NavigationEntry *>(QString::fromLatin1(name));
        QTest::mouseClick(entry, Qt::LeftButton);
        QCOMPARE(u"navigate"_s + desk.page()->title(), QString::fromLatin1(name));
    }
    desk.key(Qt::Key_2, Qt::ControlModifier);
    QTRY_COMPARE(desk.page()->title(), u"Services"_s);
    desk.key(Qt::Key_6, Qt::ControlModifier);
    QTRY_COMPARE(desk.page()->title(), u"Settings"_s);
}

void ShellTest::backLeadsWhereOneWas()
{
    Desk desk;
    desk.window->openService(u"guestbook"_s);
    QTest::mouseClick(desk.window->findChild<QPushButton *>(u"crumb"_s), Qt::LeftButton);
    QCOMPARE(desk.page()->title(), u"Services"_s);
    desk.window->back();
    desk.window->open({PageId::Hosts, u"host-2"_s, {}});
    desk.key(Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(desk.window->currentPlace().subject, u"guestbook"_s);
    auto *back = desk.window->findChild<QToolButton *>(u"back"_s);
    QTest::mouseClick(back, Qt::LeftButton);
    QCOMPARE(desk.page()->title(), u"Overview"_s);
    QVERIFY(!back->isEnabled());
}

void ShellTest::pagesLearnWhenTheyAreSeen()
{
    Desk desk;
    auto *overview = desk.page();
    QCOMPARE(overview->shown, 1);
    desk.key(Qt::Key_F5);
    QCOMPARE(overview->refreshed, 1);
    QTest::keyClicks(desk.window.get(), u"/"_s);
    QCOMPARE(overview->filtered, 1);
    desk.window->open({PageId::Hosts, {}, {}});
    QCOMPARE(overview->hidden, 1);
    QCOMPARE(desk.page()->shown, 1);
}

void ShellTest::paletteFindsAndOpens()
{
    Desk desk;
    QVERIFY(desk.harness.goLive());
    desk.key(Qt::Key_K, Qt::ControlModifier);
    auto *input = desk.window->findChild<QLineEdit *>(u"paletteInput"_s);
    auto *list = desk.window->findChild<QListWidget *>(u"paletteList"_s);
    QTRY_VERIFY(input->isVisible());
    QTest::keyClicks(input, u"WorkerRole_IN_1"_s);
    QCOMPARE(list->count(), 1);
    QTest::keyClick(input, Qt::Key_Return);
    QCOMPARE(desk.window->currentPlace().page, PageId::Service);
    QCOMPARE(desk.window->currentPlace().subject, u"guestbook"_s);
    QVERIFY(desk.window->currentPlace().part.endsWith(u"WorkerRole_IN_1"_s));
    desk.key(Qt::Key_K, Qt::ControlModifier);
    QTest::keyClicks(input, u"dark theme"_s);
    QTest::keyClick(input, Qt::Key_Return);
    QVERIFY(desk.harness.theme.isDark());
}

void ShellTest::paletteRunsPageActions()
{
    Desk desk;
    QSignalSpy triggered(desk.page()->pageActions().first(), &QAction::triggered);
    desk.key(Qt::Key_K, Qt::ControlModifier);
    auto *input = desk.window->findChild<QLineEdit *>(u"paletteInput"_s);
    QTest::keyClicks(input, u"overview action"_s);
    QTest::keyClick(input, Qt::Key_Return);
    QCOMPARE(triggered.count(), 1);
}

void ShellTest::bottomBarShowsAndCancels()
{
    Desk desk;
    QVERIFY(desk.harness.goLive());
    auto *cancel = desk.window->findChild<QPushButton *>(u"cancelOperation"_s);
    QTRY_VERIFY(cancel->isVisible());
    QTest::mouseClick(cancel, Qt::LeftButton);
    QTRY_COMPARE(desk.harness.client.lastCommand().cancel_operation(),
                 std::string("0f00000000000000000000000000bbbb"));
    auto done = *desk.harness.operations.newestRunning();
    done.set_state(v1::Operation::Cancelled);
    desk.harness.client.push({test::changeOf(done)});
    QTRY_VERIFY(!cancel->isVisible());
    QTRY_COMPARE(desk.window->toasts().texts().size(), 1);
    auto *counts = desk.window->findChild<QPushButton *>(u"operationCounts"_s);
    const auto items = whatNeedsAPerson(desk.harness.session); // hosts, too
    QVERIFY(!items.isEmpty());
    QCOMPARE(countOfWhatNeedsAPerson(desk.harness.session), std::uint64_t(items.size()));
    QVERIFY(
        counts->text().endsWith(models::plural(std::uint64_t(items.size()), "alert", "alerts")));
    auto host = *desk.harness.store.hosts().begin()->second;
    host.set_state(v1::Host::Lost);
    desk.harness.client.push({test::changeOf(host)});
    QTRY_VERIFY(counts->text().endsWith(
        models::plural(std::uint64_t(items.size()) + 1, "alert", "alerts")));
    desk.window->open({PageId::Hosts, {}, {}});
    QTest::mouseClick(counts, Qt::LeftButton);
    QCOMPARE(desk.window->currentPlace().page, PageId::Overview);
}

void ShellTest::noToastRepeatsThePage()
{
    Desk desk;
    QVERIFY(desk.harness.goLive());
    QTRY_VERIFY(desk.harness.operations.newestRunning() != nullptr);
    auto done = *desk.harness.operations.newestRunning();
    done.set_state(v1::Operation::Succeeded);
    desk.page()->tells = true;
    desk.harness.client.push({test::changeOf(done)});
    QTRY_COMPARE(desk.harness.operations.runningCount(), 0);
    QVERIFY(desk.window->toasts().texts().isEmpty());
}

void ShellTest::chipAndBannerTellTheConnection()
{
    Desk desk;
    auto *chip = desk.window->findChild<ConnectionChip *>();
    auto *banner = desk.window->findChild<Banner *>(u"connectionBanner"_s);
    QVERIFY(desk.harness.goLive());
    QTRY_COMPARE(chip->text(), u"Local fabric, live · 6 hosts"_s);
    QVERIFY(!banner->isVisible());
    desk.harness.client.disconnect();
    QTRY_VERIFY(banner->isVisible());
    desk.harness.clock.now_ms += 12'000;
    QTRY_COMPARE(chip->text(), u"Local fabric, stale for 12 s"_s);
    const auto asked = desk.harness.client.watches().size();
    QTest::mouseClick(banner->findChild<QPushButton *>(u"bannerAction"_s), Qt::LeftButton);
    QVERIFY(desk.harness.client.watches().size() > asked);
    desk.harness.client.reconnect();
    QTRY_VERIFY(!banner->isVisible());
}

void ShellTest::theBannerTellsWhyThereIsNoFabric()
{
    Desk desk;
    auto *banner = desk.window->findChild<Banner *>(u"connectionBanner"_s);
    desk.window->setFabricTrouble(u"Another fabric (pid 7) runs there."_s);
    QVERIFY(banner->isVisible());
    QCOMPARE(banner->text(), u"Another fabric (pid 7) runs there."_s);
    QVERIFY(desk.harness.goLive());
    QTRY_VERIFY(!banner->isVisible());
    desk.harness.client.disconnect(); // the trouble of the start is over
    QTRY_VERIFY(banner->isVisible());
    QVERIFY(!banner->text().contains(u"pid 7"_s));
}

void ShellTest::failuresBecomeToasts()
{
    Desk desk;
    QVERIFY(desk.harness.goLive());
    desk.harness.client.onExecute([](const v1::Command &) -> Result<v1::CommandReply> {
        return failure(v1::Error::FAILED_PRECONDITION, "SLOT_OCCUPIED", "staging is occupied");
    });
    desk.harness.session.run({}, u"Deploy"_s);
    QTRY_COMPARE(desk.window->toasts().texts(), QStringList{u"Deploy: staging is occupied"_s});
}

void ShellTest::navigationFoldsAndIsRemembered()
{
    Desk desk;
    auto *bar = desk.window->findChild<NavigationBar *>();
    QCOMPARE(bar->width(), space::kNavigationWidth);
    QTest::mouseClick(desk.window->findChild<QToolButton *>(u"foldNavigation"_s), Qt::LeftButton);
    QVERIFY(bar->isCollapsed());
    QVERIFY(desk.harness.settings.navigationCollapsed());
    desk.key(Qt::Key_B, Qt::ControlModifier);
    QVERIFY(!bar->isCollapsed());
}

void ShellTest::placeAndThemeAreRemembered()
{
    Desk desk;
    desk.window->open({PageId::Service, u"guestbook"_s, u"logs"_s});
    desk.harness.settings.setScheme(models::PortalSettings::Scheme::Dark);
    QCOMPARE(desk.harness.settings.lastPlace(), u"service/guestbook#logs"_s);
    QCOMPARE(Place::fromString(desk.harness.settings.lastPlace()), desk.window->currentPlace());
    auto again = desk.harness.makeWindow(probes());
    again->openFirstPlace();
    QCOMPARE(again->currentPlace().part, u"logs"_s);
    for (const auto *panel : {"deploy", "swap", "create"}) {
        desk.window->open({PageId::Service, u"guestbook"_s, QString::fromLatin1(panel)});
        QCOMPARE(desk.harness.settings.lastPlace(), u"service/guestbook"_s);
    }
    QVERIFY(desk.harness.theme.isDark());
    models::PortalSettings read(desk.harness.folder.filePath(u"portal.ini"_s));
    QCOMPARE(read.scheme(), models::PortalSettings::Scheme::Dark);
}

void ShellTest::returnPressesTheFocusedButton()
{
    Desk desk;
    QPushButton button(desk.window.get());
    QCheckBox box(desk.window.get());
    QSignalSpy pressed(&button, &QPushButton::clicked);
    QTest::keyClick(&button, Qt::Key_Return);
    QTest::keyClick(&button, Qt::Key_Enter, Qt::KeypadModifier);
    QCOMPARE(pressed.size(), 2);
    QTest::keyClick(&button, Qt::Key_Return, Qt::ControlModifier);
    button.setEnabled(false);
    QTest::keyClick(&button, Qt::Key_Return);
    QCOMPARE(pressed.size(), 2);
    QTest::keyClick(&box, Qt::Key_Return);
    QVERIFY(!box.isChecked());
}

void ShellTest::theFirstWindowFitsItsScreen()
{
    Desk desk;
    auto first = desk.harness.makeWindow(probes());
    const QSize screen = first->screen()->availableSize();
    QVERIFY(first->width() < screen.width());
    QVERIFY(first->height() < screen.height()); // with room for a title bar
    QVERIFY(first->minimumHeight() < screen.height());
}

void ShellTest::closingAsksTheGuard()
{
    Desk desk;
    int asked = 0;
    bool may_close = false;
    desk.window->setCloseGuard([&] {
        ++asked;
        return may_close;
    });
    desk.window->close();
    QCOMPARE(asked, 1);
    QVERIFY(desk.window->isVisible());
    may_close = true;
    desk.key(Qt::Key_Q, Qt::ControlModifier);
    QTRY_VERIFY(!desk.window->isVisible());
    QVERIFY(!desk.harness.settings.windowGeometry().isEmpty());
}

void ShellTest::shortcutsSheetOpens()
{
    Desk desk;
    desk.key(Qt::Key_F1);
    auto *sheet = desk.window->findChild<ShortcutSheet *>();
    QVERIFY(sheet != nullptr && sheet->isVisible());
    QTest::mouseClick(sheet->findChild<QPushButton *>(u"closeSheet"_s), Qt::LeftButton);
    QTRY_VERIFY(desk.window->findChild<ShortcutSheet *>() == nullptr);
    QTest::mouseClick(desk.window->findChild<QToolButton *>(u"help"_s), Qt::LeftButton);
    QVERIFY(desk.window->findChild<ShortcutSheet *>() != nullptr);
}

void ShellTest::questionsHaveConditions()
{
    Desk desk;
    DialogPrompter prompter(desk.harness.theme);
    prompter.setWindow(desk.window.get());
    Question question;
    question.title = u"Delete guestbook?"_s;
    question.accept = u"Delete"_s;
    question.dangerous = true;
    question.type_to_confirm = u"guestbook"_s;
    question.remember = u"Remember"_s;
    std::optional<Answer> answer;
    prompter.ask(question, this, [&answer](const Answer &given) { answer = given; });
    auto *dialog = desk.window->findChild<QuestionDialog *>();
    QVERIFY(dialog != nullptr);
    auto *accept = dialog->findChild<QPushButton *>(u"accept"_s);
    QVERIFY(!accept->isEnabled());
    QTest::keyClicks(dialog->findChild<QLineEdit *>(u"typeToConfirm"_s), u"guestbook"_s);
    QVERIFY(accept->isEnabled());
    QTest::mouseClick(accept, Qt::LeftButton);
    QTRY_VERIFY(answer.has_value());
    QVERIFY(answer->accepted());
    QVERIFY(!answer->remember);
}

void ShellTest::aQuestionCanBeRefused()
{
    Desk desk;
    DialogPrompter prompter(desk.harness.theme);
    prompter.setWindow(desk.window.get());
    Question question;
    question.title = u"Reimage?"_s;
    question.accept = u"Reimage"_s;
    question.consent = u"The local disks may be thrown away"_s;
    std::optional<Answer> answer;
    prompter.ask(question, this, [&answer](const Answer &given) { answer = given; });
    auto *dialog = desk.window->findChild<QuestionDialog *>();
    auto *accept = dialog->findChild<QPushButton *>(u"accept"_s);
    auto *consent = dialog->findChild<QCheckBox *>(u"consent"_s);
    QVERIFY(!accept->isEnabled());
    QTest::mouseClick(consent, Qt::LeftButton, {}, QPoint(10, consent->height() / 2));
    QVERIFY(accept->isEnabled());
    QTest::mouseClick(dialog->findChild<QPushButton *>(u"refuse"_s), Qt::LeftButton);
    QTRY_VERIFY(answer.has_value());
    QVERIFY(!answer->accepted());
}

// What asked is gone (its page, its service): the question would ask for nobody.
void ShellTest::aQuestionGoesWithItsContext()
{
    Desk desk;
    DialogPrompter prompter(desk.harness.theme);
    prompter.setWindow(desk.window.get());
    Question question;
    question.title = u"Reimage?"_s;
    question.accept = u"Reimage"_s;
    auto context = std::make_unique<QObject>();
    bool answered = false;
    prompter.ask(question, context.get(), [&answered](const Answer &) { answered = true; });
    QVERIFY(desk.window->findChild<QuestionDialog *>()->isVisible());
    context.reset();
    QTRY_VERIFY(desk.window->findChild<QuestionDialog *>() == nullptr);
    QVERIFY(!answered);
}

// Panels and forms have their buttons at the lower right: news must not cover them.
void ShellTest::newsLieBesideTheButtons()
{
    Desk desk;
    desk.window->resize(1440, 900);
    const Place place{PageId::Hosts, {}, {}};
    desk.window->notify(models::Condition::Failed, u"host-2 is gone"_s, &place);
    auto *action = desk.window->findChild<QPushButton *>(u"toastAction"_s);
    QVERIFY(action != nullptr);
    QVERIFY(action->mapTo(desk.window.get(), action->rect().topRight()).x() <
            desk.window->width() / 2);
    QTest::mouseClick(action, Qt::LeftButton);
    QCOMPARE(desk.page()->title(), u"Hosts"_s);
    desk.window->notify(models::Condition::Ready, u"host-2 is back"_s);
    QTRY_COMPARE(desk.window->toasts().texts(), QStringList{u"host-2 is back"_s});
    QTest::mouseClick(desk.window->findChild<QToolButton *>(u"toastDismiss"_s), Qt::LeftButton);
    QTRY_VERIFY(desk.window->toasts().texts().isEmpty());
}

QTEST_MAIN(ShellTest)
#include "shell_test.moc"
