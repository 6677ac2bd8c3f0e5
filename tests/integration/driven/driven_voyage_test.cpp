// The real portal in a real window over the real fabric, driven by mouse and keyboard through the
// sample's voyage. Every step leaves a picture in $SLIPWAY_PICTURES, if that is set.
#include "app/portal/portal.h"
#include "tests/integration/driven/x_display.h"
#include "tests/support/fabric_harness.h"

#include <QApplication>
#include <QDesktopServices>
#include <QDir>
#include <QElapsedTimer>
#include <QPushButton>
#include <QScreen>
#include <QTest>
#include <QUrl>

using namespace Qt::StringLiterals;
using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr int kStepMs = 60000;
constexpr int kTries = 10;
constexpr int kTryMs = 700;

XDisplay *display = nullptr; // made before the application, for its whole life

QWidget *visible(const QString &name)
{
    const QWidgetList widgets = QApplication::allWidgets();
    for (QWidget *widget : widgets) {
        if (widget->objectName() == name && widget->isVisible()) {
            return widget;
        }
    }
    return nullptr;
}

// The portal's main window, without what the window manager draws round it.
QRect windowOnDisplay()
{
    const QWidget *navigation = visible(u"navigation"_s);
    if (navigation == nullptr) {
        return QGuiApplication::primaryScreen()->geometry();
    }
    const QWidget *window = navigation->window();
    return {window->mapToGlobal(QPoint(0, 0)), window->size()};
}

bool usable(const QString &name)
{
    const QWidget *widget = visible(name);
    return widget != nullptr && widget->isEnabled();
}

} // namespace

class DrivenVoyageTest : public QObject
{
    Q_OBJECT

public Q_SLOTS:
    void remember(const QUrl &url) { m_opened << url.toString(); }

private Q_SLOTS:
    void initTestCase();
    void opens();
    void triesTheSample();
    void showsTheService();
    void visitsEveryPage();
    void swapsBack();
    void closes();
    void cleanupTestCase();

private:
    void click(const QString &name);
    void picture(const QString &name);
    void goTo(const QString &digit, const QString &name);

    QTemporaryDir m_home{u"/tmp/sld-XXXXXX"_s};
    std::unique_ptr<portal::Portal> m_portal;
    QStringList m_opened;
    int m_pictures = 0;
};

void DrivenVoyageTest::click(const QString &name)
{
    QVERIFY2(QTest::qWaitFor([&] { return usable(name); }, kStepMs),
             qPrintable(u"no usable control named "_s + name));
    const QWidget *widget = visible(name);
    display->click(widget->mapToGlobal(widget->rect().center()));
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
    QVERIFY(shot.save(folder + u"/"_s + number + u"-"_s + name + u".png"_s));
}

void DrivenVoyageTest::goTo(const QString &digit, const QString &name)
{
    display->key(u"ctrl+"_s + digit);
    picture(name);
}

void DrivenVoyageTest::initTestCase()
{
    QDesktopServices::setUrlHandler(u"http"_s, this, "remember");
    portal::PortalOptions options;
    options.fabric.data = m_home.filePath(u"data"_s).toStdString();
    options.fabric.socket = m_home.filePath(u"run/fabric.sock"_s).toStdString();
    options.settings_file = m_home.filePath(u"portal.ini"_s);
    QDir().mkpath(m_home.path() + u"/run"_s);
    m_portal = std::make_unique<portal::Portal>(options);
}

void DrivenVoyageTest::opens()
{
    QElapsedTimer timer;
    timer.start();
    m_portal->show();
    QVERIFY(QTest::qWaitFor([] { return usable(u"tryTheSample"_s); }, 20000));
    qInfo() << "first start to a usable window:" << timer.elapsed() << "ms";
    picture(u"first-run"_s);
}

void DrivenVoyageTest::triesTheSample()
{
    // The window manager may still move the new window away from under the pointer.
    bool begun = false;
    for (int i = 0; i < kTries && !begun; ++i) {
        click(u"tryTheSample"_s);
        begun = QTest::qWaitFor([] { return visible(u"doStep"_s) != nullptr; }, kTryMs);
    }
    QVERIFY(begun);
    for (int step = 1; step <= 7; ++step) {
        click(u"doStep"_s);
        // The button is away or disabled while the step runs, and back when the next may begin.
        QVERIFY2(
            QTest::qWaitFor([] { return usable(u"doStep"_s) || visible(u"doStep"_s) == nullptr; },
                            kStepMs),
            qPrintable(u"step "_s + QString::number(step)));
        picture(u"sample-step-"_s + QString::number(step));
    }
    QVERIFY2(!m_opened.isEmpty(), "the address was not opened");
    const QByteArray answer = KeptAliveClient(m_opened.value(0)).get(u"/whoami"_s);
    QCOMPARE(QJsonDocument::fromJson(answer).object()[u"version"_s].toString(), u"v2"_s);
}

void DrivenVoyageTest::showsTheService()
{
    QTRY_VERIFY_WITH_TIMEOUT(visible(u"serviceTabs"_s) != nullptr, 10000);
    Load load(m_opened.value(0) + u"/"_s, 8, 12);
    QTest::qWait(9000); // so that the charts have something to show
    picture(u"service"_s);
    QCOMPARE(load.finish(20000).problems, QString());
}

void DrivenVoyageTest::visitsEveryPage()
{
    goTo(u"1"_s, u"overview"_s);
    goTo(u"2"_s, u"services"_s);
    goTo(u"3"_s, u"hosts"_s);
    goTo(u"4"_s, u"packages"_s);
    goTo(u"5"_s, u"activity"_s);
    goTo(u"6"_s, u"settings"_s);
    display->key(u"ctrl+k"_s);
    QTRY_VERIFY(visible(u"paletteInput"_s) != nullptr);
    display->type(u"guest"_s);
    picture(u"palette"_s);
    display->key(u"Return"_s);
    QTRY_VERIFY_WITH_TIMEOUT(visible(u"serviceTabs"_s) != nullptr, 10000);
}

void DrivenVoyageTest::swapsBack()
{
    click(u"swap"_s);
    picture(u"swap-checks"_s);
    click(u"swapNow"_s);
    const QString url = m_opened.value(0);
    QTRY_COMPARE_WITH_TIMEOUT(QJsonDocument::fromJson(KeptAliveClient(url).get(u"/whoami"_s))
                                  .object()[u"version"_s]
                                  .toString(),
                              u"v1"_s, 20000);
    picture(u"swapped-back"_s);
}

void DrivenVoyageTest::closes()
{
    display->key(u"alt+F4"_s);
    QTRY_VERIFY_WITH_TIMEOUT(visible(u"questionDialog"_s) != nullptr, 10000);
    picture(u"closing"_s);
    click(u"third"_s); // stop services
    QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(m_home.path() + u"/run/fabric.sock"_s), 20000);
}

void DrivenVoyageTest::cleanupTestCase()
{
    m_portal.reset();
}

int main(int argc, char **argv)
{
    if (!haveProgram(u"Xvfb"_s) || !haveProgram(u"xdotool"_s)) {
        qInfo(
            "SKIP: Xvfb or xdotool is not installed; .ci/install-dependencies --tests brings them");
        return 0;
    }
    XDisplay own_display;
    if (!own_display.start({1600, 1000})) {
        qWarning("Xvfb did not start");
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
