// The real portal in a real window over the real fabric, driven by mouse and keyboard through the
// sample's voyage. Every step leaves a picture in $SLIPWAY_PICTURES, if that is set; in the dark
// theme if $SLIPWAY_DARK is set too.
#include "app/portal/portal.h"
#include "tests/integration/driven/robot.h"
#include "tests/support/fabric_harness.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDesktopServices>
#include <QDir>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QScreen>
#include <QTest>
#include <QUrl>

using namespace Qt::StringLiterals;
using namespace slipway;
using namespace slipway::test;

// A problem in words fails the test function with them.
#define DO(problem)                                                                                \
    do {                                                                                           \
        const QString words = (problem);                                                           \
        QVERIFY2(words.isEmpty(), qPrintable(words));                                              \
    } while (false)

namespace
{

constexpr int kStepMs = 60000;
constexpr int kSkipped = 77; // told to ctest in CMakeLists.txt

bool isDark()
{
    return qEnvironmentVariableIsSet("SLIPWAY_DARK");
}

XDisplay *display = nullptr; // made before the application, for its whole life

// The portal's main window.
QRect windowOnDisplay()
{
    const QWidget *navigation = Robot::visible(u"navigation"_s);
    if (navigation == nullptr) {
        return QGuiApplication::primaryScreen()->geometry();
    }
    const QWidget *window = navigation->window();
    return {window->mapToGlobal(QPoint(0, 0)), window->size()};
}

QString version(const QString &url)
{
    const QByteArray answer = KeptAliveClient(url).get(u"/whoami"_s);
    return QJsonDocument::fromJson(answer).object()[u"version"_s].toString();
}

// What the steps of the sample say, for the message of a failed check.
QString stepWords()
{
    QStringList words;
    for (const QWidget *widget : QApplication::allWidgets()) {
        const auto *label = qobject_cast<const QLabel *>(widget);
        if (label != nullptr && label->objectName() == u"stepWords"_s && label->isVisible()) {
            words << label->text();
        }
    }
    return words.join(u" | "_s);
}

} // namespace

class DrivenVoyageTest : public QObject
{
    Q_OBJECT

public Q_SLOTS:
    void remember(const QUrl &url) { m_opened << url.toString(); }

private Q_SLOTS:
    void initTestCase();
    void init();
    void opens();
    void triesTheSample();
    void showsTheService();
    void visitsEveryPage();
    void findsByName();
    void swapsBack();
    void closes();
    void cleanup();
    void cleanupTestCase();

private:
    void doStep(int step);
    void picture(const QString &name);
    void goTo(const QString &digit, const QString &control, const QString &name);

    FabricHarness m_home; // its folders and its command line; the fabric is the portal's own
    Robot m_robot{*display};
    std::unique_ptr<portal::Portal> m_portal;
    QStringList m_opened;
    int m_pictures = 0;
    QString m_failed; // the first step that did: the later ones stand on it
};

void DrivenVoyageTest::init()
{
    if (!m_failed.isEmpty()) {
        QSKIP(qPrintable(u"the voyage ended in "_s + m_failed));
    }
}

void DrivenVoyageTest::cleanup()
{
    if (QTest::currentTestFailed()) {
        m_failed = QString::fromLatin1(QTest::currentTestFunction());
        picture(u"failed-"_s + m_failed);
    }
}

void DrivenVoyageTest::picture(const QString &name)
{
    const QString folder = qEnvironmentVariable("SLIPWAY_PICTURES");
    if (folder.isEmpty()) {
        return;
    }
    QDir().mkpath(folder);
    QTest::qWait(350); // let fades and the pointer's hover end: it is a picture, not a check
    const QString number = QString::number(++m_pictures).rightJustified(2, u'0');
    const QPixmap shot = QGuiApplication::primaryScreen()->grabWindow(0).copy(windowOnDisplay());
    const QString prefix = isDark() ? u"/dark-"_s : u"/"_s;
    QVERIFY(shot.save(folder + prefix + number + u'-' + name + u".png"_s));
}

void DrivenVoyageTest::goTo(const QString &digit, const QString &control, const QString &name)
{
    DO(m_robot.key(u"ctrl+"_s + digit));
    QVERIFY2(QTest::qWaitFor([&] { return Robot::visible(control) != nullptr; }, kStepMs),
             qPrintable(u"the page does not show "_s + control));
    picture(name);
}

void DrivenVoyageTest::initTestCase()
{
    QDesktopServices::setUrlHandler(u"http"_s, this, "remember");
    portal::PortalOptions options;
    options.fabric.data = m_home.dataFolder().toStdString();
    options.fabric.socket = m_home.socket().toStdString();
    options.settings_file = m_home.folder() + u"/portal.ini"_s;
    QDir().mkpath(m_home.folder() + u"/run"_s);
    using Scheme = models::PortalSettings::Scheme;
    models::PortalSettings(options.settings_file)
        .setScheme(isDark() ? Scheme::Dark : Scheme::Light);
    m_portal = std::make_unique<portal::Portal>(options);
}

void DrivenVoyageTest::opens()
{
    QElapsedTimer timer;
    timer.start();
    m_portal->show();
    QVERIFY(Robot::waitUsable(u"tryTheSample"_s, kStepMs));
    qInfo() << "first start to a usable window:" << timer.elapsed() << "ms";
    picture(u"first-run"_s);
}

void DrivenVoyageTest::triesTheSample()
{
    DO(m_robot.click(u"tryTheSample"_s));
    for (int step = 1; step <= 7 && !QTest::currentTestFailed(); ++step) {
        doStep(step);
    }
    QVERIFY2(!m_opened.isEmpty(), "the address was not opened");
    QCOMPARE(version(m_opened.value(0)), u"v2"_s);
}

void DrivenVoyageTest::doStep(int step)
{
    DO(m_robot.click(u"doStep"_s));
    // The button is away or disabled while the step runs, and back when the next may begin.
    const auto over = [] {
        return Robot::usable(u"doStep"_s) || Robot::visible(u"doStep"_s) == nullptr;
    };
    const QString where = u"step "_s + QString::number(step) + u": "_s;
    QVERIFY2(QTest::qWaitFor(over, kStepMs), qPrintable(where + stepWords()));
    const auto *button = qobject_cast<QAbstractButton *>(Robot::visible(u"doStep"_s));
    const bool again = button != nullptr && button->text() == u"Try again"_s;
    QVERIFY2(!again, qPrintable(where + stepWords()));
    picture(u"sample-step-"_s + QString::number(step));
}

void DrivenVoyageTest::showsTheService()
{
    QTRY_VERIFY_WITH_TIMEOUT(Robot::visible(u"serviceTabs"_s) != nullptr, kStepMs);
    if (!haveProgram(u"wrk"_s)) {
        QSKIP("wrk is not installed; .ci/install-dependencies --tests brings it");
    }
    const bool for_pictures = qEnvironmentVariableIsSet("SLIPWAY_PICTURES");
    Load load(m_opened.value(0) + u"/"_s, 8, for_pictures ? 12 : 2);
    if (for_pictures) {
        QTest::qWait(9000); // so that the charts have something to show
        picture(u"service"_s);
    }
    const LoadResult result = load.finish(kStepMs);
    QCOMPARE(result.problems, QString());
    QVERIFY2(result.requests > 0, qPrintable(result.text));
}

void DrivenVoyageTest::visitsEveryPage()
{
    goTo(u"1"_s, u"overviewTimeline"_s, u"overview"_s);
    goTo(u"2"_s, u"servicesTable"_s, u"services"_s);
    goTo(u"3"_s, u"hostBoard"_s, u"hosts"_s);
    goTo(u"4"_s, u"packagesTable"_s, u"packages"_s);
    goTo(u"5"_s, u"operationsTable"_s, u"activity"_s);
    goTo(u"6"_s, u"settingsScroll"_s, u"settings"_s);
}

void DrivenVoyageTest::findsByName()
{
    DO(m_robot.key(u"ctrl+k"_s));
    QTRY_VERIFY_WITH_TIMEOUT(Robot::visible(u"paletteInput"_s) != nullptr, kStepMs);
    DO(m_robot.type(u"guest"_s));
    const auto *field = qobject_cast<QLineEdit *>(Robot::visible(u"paletteInput"_s));
    QTRY_COMPARE_WITH_TIMEOUT(field->text(), u"guest"_s, kStepMs);
    picture(u"palette"_s);
    DO(m_robot.key(u"Return"_s));
    QTRY_VERIFY_WITH_TIMEOUT(Robot::visible(u"serviceTabs"_s) != nullptr, kStepMs);
}

void DrivenVoyageTest::swapsBack()
{
    DO(m_robot.click(u"swap"_s));
    QVERIFY2(Robot::waitUsable(u"swapNow"_s, kStepMs), "the swap is not allowed");
    picture(u"swap-checks"_s);
    DO(m_robot.click(u"swapNow"_s));
    QTRY_COMPARE_WITH_TIMEOUT(version(m_opened.value(0)), u"v1"_s, kStepMs);
    picture(u"swapped-back"_s);
}

void DrivenVoyageTest::closes()
{
    DO(m_robot.key(u"ctrl+q"_s));
    QTRY_VERIFY_WITH_TIMEOUT(Robot::visible(u"questionDialog"_s) != nullptr, kStepMs);
    picture(u"closing"_s);
    DO(m_robot.click(u"third"_s)); // stop services
    QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(m_home.socket()), kStepMs);
    QTRY_VERIFY2_WITH_TIMEOUT(m_home.leftovers().isEmpty(),
                              qPrintable(m_home.leftovers().join(u'\n')), kStepMs);
}

void DrivenVoyageTest::cleanupTestCase()
{
    if (QFile::exists(m_home.socket())) {
        m_home.ctl({u"fabric"_s, u"stop"_s}); // a voyage that failed leaves nothing running either
        QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(m_home.socket()), 15000);
    }
    m_portal.reset();
}

int main(int argc, char **argv)
{
    if (!haveProgram(u"Xvfb"_s) || !haveProgram(u"xdotool"_s)) {
        qInfo("SKIP   : Xvfb or xdotool is not installed; .ci/install-dependencies --tests brings "
              "them");
        return kSkipped;
    }
    XDisplay own_display;
    if (const QString problem = own_display.start({1600, 1000}); !problem.isEmpty()) {
        qWarning().noquote() << problem;
        return 1;
    }
    display = &own_display;
    qputenv("QT_QPA_PLATFORM", "xcb");
    QApplication application(argc, argv);
    QApplication::setQuitOnLastWindowClosed(false);
    DrivenVoyageTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "driven_voyage_test.moc"
