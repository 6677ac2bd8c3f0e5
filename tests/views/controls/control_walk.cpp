#include "tests/views/controls/control_walk.h"

#include "app/portal/pages.h"
#include "tests/support/portal_harness.h"
#include "views/widgets/data_table.h"
#include "views/widgets/dialog_prompter.h"
#include "views/widgets/segmented_control.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractScrollArea>
#include <QAbstractSlider>
#include <QAccessible>
#include <QAction>
#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QRegularExpression>
#include <QScrollArea>
#include <QScrollBar>
#include <QSplitterHandle>
#include <QTabBar>
#include <QToolButton>

namespace slipway::test
{

using namespace Qt::StringLiterals;
using namespace slipway::views;

namespace
{

// Belongs to a control that is noted itself: the line edit of a spin box, a table's header.
bool isPart(const QWidget &widget)
{
    const QString name = widget.objectName();
    return name.startsWith(u"qt_"_s) || name.startsWith(u"_q_"_s) ||
           widget.inherits("QComboBoxPrivateContainer") ||
           qobject_cast<const QHeaderView *>(&widget) != nullptr ||
           qobject_cast<const QScrollBar *>(&widget) != nullptr ||
           qobject_cast<const QSplitterHandle *>(&widget) != nullptr ||
           widget.inherits("QTableCornerButton") ||
           (widget.parentWidget() != nullptr && widget.parentWidget()->inherits("QTabBar")) ||
           (widget.parentWidget() != nullptr && widget.parentWidget()->inherits("QLineEdit"));
}

bool isControl(const QWidget &widget)
{
    if (isPart(widget) || qobject_cast<const QMenu *>(&widget) != nullptr) {
        return false;
    }
    const bool scrolls = qobject_cast<const QAbstractScrollArea *>(&widget) != nullptr &&
                         qobject_cast<const QAbstractItemView *>(&widget) == nullptr;
    const bool takes_focus = (widget.focusPolicy() & Qt::TabFocus) != 0;
    return qobject_cast<const QAbstractButton *>(&widget) != nullptr ||
           (takes_focus && (!scrolls || qobject_cast<const QScrollArea *>(&widget) == nullptr));
}

QString nameFor(const QWidget &widget)
{
    QAccessibleInterface *face =
        QAccessible::queryAccessibleInterface(const_cast<QWidget *>(&widget)); // Qt asks for it so
    return face == nullptr ? widget.accessibleName() : face->text(QAccessible::Name);
}

// "price-Small" and "price-Large" are one control for our purpose, "host/host-3" another.
QString familyOf(const QString &name)
{
    static const QRegularExpression kFamily(u"^([A-Za-z]+[-/]).+$"_s);
    static const QRegularExpression kNumber(u"^(step|chart|check[A-Z])\\d+$"_s);
    if (const auto match = kFamily.match(name); match.hasMatch()) {
        return QString(match.captured(1) + u'*');
    }
    if (const auto match = kNumber.match(name); match.hasMatch()) {
        return QString(match.captured(1) + u'*');
    }
    return name;
}

} // namespace

// A window with all pages over a fake fabric.
class ControlWalk::Portal
{
public:
    explicit Portal(std::vector<v1::Change> state) : harness(std::move(state))
    {
        auto parts = harness.parts();
        parts.samples_folder = QStringLiteral(SLIPWAY_SAMPLES_DIR);
        parts.pack_folder = [](const QString &, const QString &, QObject *, auto) {};
        window = std::make_unique<MainWindow>(parts, portal::makePages());
        window->resize(1440, 900);
        window->show();
        QVERIFY(harness.goLive());
    }
    void open(PageId page, const QString &subject = {}, const QString &part = {})
    {
        window->open({page, subject, part});
        QTest::qWait(20); // what was posted for the new page
    }
    template <typename T = QWidget> T *find(const char *name)
    {
        for (T *found : window->findChildren<T *>(QString::fromLatin1(name))) {
            if (found->isVisible()) {
                return found;
            }
        }
        return nullptr;
    }

    PortalHarness harness;
    std::unique_ptr<MainWindow> window;
};

void ControlWalk::add(FoundControl control)
{
    const QString key = control.name + u'|' + control.kind;
    if (!m_known.contains(key)) {
        m_known.insert(key, int(m_controls.size()));
        m_controls.push_back(std::move(control));
    }
}

void ControlWalk::note(const QWidget &control, const QString &place)
{
    const QString kind =
        QString::fromLatin1(control.metaObject()->className()).remove(u"slipway::views::"_s);
    const QString words = nameFor(control);
    if (control.objectName().isEmpty()) {
        fault(u"a "_s + kind + u" (\""_s + words + u"\") has no object name"_s, place);
        return;
    }
    if (words.isEmpty()) {
        fault(u"the "_s + kind + u' ' + control.objectName() + u" has no accessible name"_s, place);
    }
    add({place, familyOf(control.objectName()), kind, words});
}

void ControlWalk::fault(const QString &what, const QString &place)
{
    if (!m_faulty.contains(what)) {
        m_faulty << what;
        m_faults << place + u": "_s + what;
    }
}

void ControlWalk::lookAt(const QWidget &root, const QString &place)
{
    for (const QWidget *widget : root.findChildren<QWidget *>()) {
        if (widget->isVisible() && isControl(*widget)) {
            note(*widget, place);
        }
    }
}

void ControlWalk::noteAction(const QAction &action, const QString &menu, const QString &place)
{
    if (action.isSeparator()) {
        return;
    }
    if (action.objectName().isEmpty()) {
        fault(u"the action \""_s + action.text() + u"\" of "_s + menu + u" has no object name"_s,
              place);
    }
    add({place, menu + u": "_s + familyOf(action.objectName()), u"QAction"_s, action.text()});
}

// The menu of each table's first row, and the menus that hang on buttons.
void ControlWalk::lookAtMenus(Portal &portal, const QString &place)
{
    for (auto *table : portal.window->findChildren<DataTable *>()) {
        if (!table->isVisible() || table->proxy().rowCount() == 0) {
            continue;
        }
        table->setFocus();
        table->selectRow(0);
        table->setCurrentIndex(table->proxy().index(0, 0));
        QTest::keyClick(table, Qt::Key_Menu);
        if (auto *menu = qobject_cast<QMenu *>(QApplication::activePopupWidget())) {
            for (const QAction *action : menu->actions()) {
                noteAction(*action, menu->objectName(), place);
            }
            menu->close();
        }
    }
    for (const auto *button : portal.window->findChildren<QToolButton *>()) {
        if (button->isVisible() && button->menu() != nullptr) {
            for (const QAction *action : button->menu()->actions()) {
                noteAction(*action, button->menu()->objectName(), place);
            }
        }
    }
}

void ControlWalk::run()
{
    walkFull();
    walkEmpty();
    walkQuestion();
}

void ControlWalk::walkFull()
{
    Portal portal(sampleState());
    portal.open(PageId::Overview);
    lookAt(*portal.window, u"overview"_s);
    walkServices(portal);
    walkPanels(portal);
    walkUpkeep(portal);
    walkShell(portal);
}

void ControlWalk::walkServices(Portal &portal)
{
    portal.open(PageId::Services);
    lookAt(*portal.window, u"services"_s);
    lookAtMenus(portal, u"services"_s);
    portal.open(PageId::Services, {}, u"create"_s);
    lookAt(*portal.window, u"create a service"_s);
    for (const auto *tab : {"instances", "roles", "logs", "activity"}) {
        portal.open(PageId::Service, u"guestbook"_s, QString::fromLatin1(tab));
        const QString place = u"service: "_s + QString::fromLatin1(tab);
        lookAt(*portal.window, place);
        lookAtMenus(portal, place);
        lookAt(*portal.window, place);
    }
    const QString instance = QString::fromStdString(kProductionId) + u"/WebRole_IN_1"_s;
    portal.open(PageId::Service, u"guestbook"_s, instance);
    for (int choice = 0; choice < 3; ++choice) {
        portal.find<SegmentedControl>("panelChoice")->setCurrent(choice);
        QTest::qWait(20);
        lookAt(*portal.window, u"service: an instance"_s);
    }
    portal.open(PageId::Service, u"nowhere"_s);
    lookAt(*portal.window, u"service: missing"_s);
}

void ControlWalk::walkPanels(Portal &portal)
{
    portal.open(PageId::Service, u"guestbook"_s, u"swap"_s);
    QTest::qWait(300);
    lookAt(*portal.find("swapPanel"), u"swap panel"_s);
    QTest::keyClick(portal.find("swapPanel"), Qt::Key_Escape);
    portal.open(PageId::Service, u"guestbook"_s, u"deploy"_s);
    portal.find<QComboBox>("deployPackage")->setCurrentIndex(1);
    QTest::qWait(300);
    lookAt(*portal.find("deployPanel"), u"deploy panel"_s);
    QTest::keyClick(portal.find("deployPanel"), Qt::Key_Escape);
    portal.window->findChild<QAction *>(u"editService"_s)->trigger();
    QTest::qWait(300);
    lookAt(*portal.find("editPanel"), u"edit panel"_s);
    QTest::keyClick(portal.find("editPanel"), Qt::Key_Escape);
}

void ControlWalk::walkUpkeep(Portal &portal)
{
    portal.open(PageId::Hosts);
    lookAt(*portal.window, u"hosts"_s);
    portal.find<SegmentedControl>("hostsView")->setCurrent(1);
    lookAt(*portal.window, u"hosts"_s);
    lookAtMenus(portal, u"hosts"_s);
    portal.open(PageId::Packages);
    lookAtMenus(portal, u"packages"_s);
    portal.harness.client.stopUploadAt(400'000);
    portal.harness.prompter.file = u"/tmp/guestbook-v3.cspkg"_s;
    portal.find<QAbstractButton>("uploadPackage")->click();
    QTest::qWait(50);
    lookAt(*portal.window, u"packages"_s);
    portal.open(PageId::Activity);
    lookAtMenus(portal, u"activity"_s);
    lookAt(*portal.window, u"activity"_s);
    portal.open(PageId::Settings);
    lookAt(*portal.window, u"settings"_s);
}

void ControlWalk::walkShell(Portal &portal)
{
    QTest::mouseClick(portal.find("paletteField"), Qt::LeftButton);
    lookAt(*portal.window, u"command palette"_s);
    QTest::keyClick(portal.find("paletteInput"), Qt::Key_Escape);
    QTest::mouseClick(portal.find("help"), Qt::LeftButton);
    QTest::qWait(50);
    for (const QWidget *top : QApplication::topLevelWidgets()) {
        if (top->objectName() == u"shortcutSheet"_s && top->isVisible()) {
            lookAt(*top, u"keyboard shortcuts"_s);
        }
    }
    const Place place{PageId::Activity, {}, {}};
    portal.window->notify(models::Condition::Failed, u"A deployment failed"_s, &place);
    QTest::qWait(50);
    lookAt(*portal.window, u"news"_s);
    portal.harness.client.disconnect();
    QTest::qWait(50);
    lookAt(*portal.window, u"connection lost"_s);
}

void ControlWalk::walkEmpty()
{
    Portal portal(emptyState());
    portal.open(PageId::Overview);
    lookAt(*portal.window, u"overview, empty"_s);
    portal.open(PageId::Services);
    lookAt(*portal.window, u"services, empty"_s);
    portal.open(PageId::Packages);
    lookAt(*portal.window, u"packages, empty"_s);
    portal.open(PageId::FirstRun);
    lookAt(*portal.window, u"first run"_s);
    portal.open(PageId::FirstRun, {}, u"sample"_s);
    lookAt(*portal.window, u"first run: the sample"_s);
}

void ControlWalk::walkQuestion()
{
    PortalHarness harness;
    Question question;
    question.title = u"Close?"_s;
    question.accept = u"Yes"_s;
    question.third = u"Otherwise"_s;
    question.remember = u"Remember"_s;
    question.consent = u"I know"_s;
    question.type_to_confirm = u"guestbook"_s;
    QuestionDialog dialog(harness.theme, question, nullptr);
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show();
    lookAt(dialog, u"a question"_s);
}

} // namespace slipway::test
