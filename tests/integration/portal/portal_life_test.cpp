// How a portal with a fabric in it begins and ends: closing with services that go on or stop, a
// second start, and the end by a signal. One service lives through all of it.
#include "app/portal/portal.h"
#include "app/portal/single_instance.h"
#include "backend/client/connect.h"
#include "backend/sys/file_lock.h"
#include "tests/integration/voyage/voyage.h"
#include "views/widgets/banner.h"

#include <QApplication>
#include <QCheckBox>
#include <QPushButton>
#include <QSignalSpy>
#include <csignal>

using namespace Qt::StringLiterals;
using namespace slipway;
using namespace slipway::test;
using OnClose = models::PortalSettings::OnClose;

namespace
{

constexpr int kLongMs = 60000;

template <typename Widget> Widget *visible(const QString &name)
{
    for (QWidget *widget : QApplication::allWidgets()) {
        if (widget->objectName() == name && widget->isVisible()) {
            return qobject_cast<Widget *>(widget);
        }
    }
    return nullptr;
}

} // namespace

class PortalLifeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void closingAsksAndHandsOver();
    void aNewPortalAttaches();
    void aDeadFabricIsReplacedWhenAsked();
    void aFabricThatIsLetGoIsTaken();
    void aSecondStartRaisesTheFirst();
    void aSecondProcessLeavesTheFirstAlone();
    void aSignalToAnAttachedPortalChangesNothing();
    void aSignalHandsOverWhereNothingIsRemembered();
    void closingAsRememberedDoesNotAsk();
    void closingDuringAHandOverLeavesADaemon();
    void closingStopsServices();
    void servicesAreBackAtTheNextStart();
    void aSignalStopsServicesWhereThatIsRemembered();

private:
    std::unique_ptr<portal::Portal> makePortal() const;
    std::unique_ptr<QProcess> startProgram() const;
    bool waitReady(QProcess &program) const;
    bool closed(portal::Portal &portal, const QString &answer, bool remember) const;
    void endDaemonKeepingServices();
    qint64 controller() const { return m_home.status()[u"controller_pid"_s].toInteger(); }
    QString settingsFile() const { return m_home.folder() + u"/portal.ini"_s; }
    QStringList whoRuns() const { return identities(m_home, u"shop"_s); }

    FabricHarness m_home; // its folders and its command line; the fabric is the portal's own
    QStringList m_before;
    QString m_failed; // one service lives through all of it: what fails ends it
};

void PortalLifeTest::init()
{
    if (!m_failed.isEmpty()) {
        QSKIP(qPrintable(u"stands on "_s + m_failed));
    }
}

void PortalLifeTest::cleanup()
{
    if (QTest::currentTestFailed()) {
        m_failed = QString::fromLatin1(QTest::currentTestFunction());
    }
}

std::unique_ptr<portal::Portal> PortalLifeTest::makePortal() const
{
    portal::PortalOptions options;
    options.fabric.data = m_home.dataFolder().toStdString();
    options.fabric.socket = m_home.socket().toStdString();
    options.settings_file = settingsFile();
    return std::make_unique<portal::Portal>(options);
}

// The real program, as a person's desktop starts it.
std::unique_ptr<QProcess> PortalLifeTest::startProgram() const
{
    auto program = std::make_unique<QProcess>();
    program->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    program->start(QStringLiteral(SLIPWAY_BIN_DIR "/slipway"),
                   {u"--data"_s, m_home.dataFolder(), u"--socket"_s, m_home.socket(),
                    u"--settings"_s, settingsFile(), u"--report-ready"_s});
    return program;
}

bool PortalLifeTest::waitReady(QProcess &program) const
{
    QByteArray seen;
    return QTest::qWaitFor(
        [&] {
            seen += program.readAllStandardOutput();
            return seen.contains("ready ");
        },
        kLongMs);
}

// Closes the window, answers the question if one is expected, and waits for the end.
bool PortalLifeTest::closed(portal::Portal &portal, const QString &answer, bool remember) const
{
    QSignalSpy finished(&portal, &portal::Portal::finished);
    portal.window().close();
    if (!answer.isEmpty()) {
        if (!QTest::qWaitFor([&] { return visible<QPushButton>(answer) != nullptr; }, kLongMs)) {
            return false;
        }
        visible<QCheckBox>(u"remember"_s)->setChecked(remember);
        QTest::mouseClick(visible<QPushButton>(answer), Qt::LeftButton);
    }
    return QTest::qWaitFor([&] { return !finished.isEmpty(); }, kLongMs) &&
           visible<QWidget>(u"questionDialog"_s) == nullptr;
}

void PortalLifeTest::endDaemonKeepingServices()
{
    QVERIFY(m_home.ctl({u"fabric"_s, u"stop"_s, u"--keep-services"_s}).ok());
    QTRY_VERIFY_WITH_TIMEOUT(!m_home.ctl({u"status"_s}).ok(), kLongMs);
}

void PortalLifeTest::initTestCase()
{
    QDir().mkpath(m_home.folder() + u"/run"_s);
    models::PortalSettings(settingsFile()).setFirstRunSeen(true);
}

void PortalLifeTest::closingAsksAndHandsOver()
{
    auto portal = makePortal();
    portal->show();
    QTRY_VERIFY_WITH_TIMEOUT(portal->session().isLive(), kLongMs);
    QCOMPARE(controller(), QCoreApplication::applicationPid());
    QVERIFY(m_home.ctl({u"service"_s, u"create"_s, u"shop"_s}).ok());
    const auto deployed = deploySample(m_home, u"shop"_s, u"production"_s, "guestbook-v1");
    QVERIFY2(deployed.ok(), qPrintable(deployed.all()));
    m_before = whoRuns();
    QTRY_VERIFY_WITH_TIMEOUT(!portal->session().store().deployments().empty(), kLongMs);
    KeptAliveClient client(m_home.slotUrl(u"shop"_s, u"production"_s));
    QVERIFY(!client.get(u"/whoami"_s).isEmpty());

    QVERIFY(closed(*portal, u"accept"_s, false)); // let them go on
    portal.reset();

    QTRY_VERIFY_WITH_TIMEOUT(controller() > 0, kLongMs);
    QVERIFY(controller() != QCoreApplication::applicationPid());
    QTRY_COMPARE_WITH_TIMEOUT(whoRuns(), m_before, kLongMs);
    QVERIFY(!client.get(u"/whoami"_s).isEmpty());
    QCOMPARE(client.connectionsMade(), 1); // the edge was not touched
    QCOMPARE(models::PortalSettings(settingsFile()).onClose(), OnClose::Ask);
}

void PortalLifeTest::aNewPortalAttaches()
{
    const qint64 daemon = controller();
    auto portal = makePortal();
    portal->show();
    QTRY_VERIFY_WITH_TIMEOUT(portal->session().isLive(), kLongMs);
    QVERIFY(portal->session().store().service("shop") != nullptr);
    QTRY_COMPARE_WITH_TIMEOUT(qint64(portal->session().status().controller_pid()), daemon, kLongMs);
    QVERIFY(closed(*portal, {}, false)); // services are not its own: nothing to ask
    portal.reset();
    QCOMPARE(controller(), daemon);
    QCOMPARE(whoRuns(), m_before);
}

void PortalLifeTest::aDeadFabricIsReplacedWhenAsked()
{
    auto portal = makePortal();
    portal->show();
    QTRY_VERIFY_WITH_TIMEOUT(portal->session().isLive(), kLongMs);
    QCOMPARE(::kill(pid_t(controller()), SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(!portal->session().isLive(), kLongMs);
    auto *banner = portal->window().findChild<views::Banner *>();
    QVERIFY(banner);
    QTRY_VERIFY_WITH_TIMEOUT(!banner->text().isEmpty(), kLongMs);
    Q_EMIT banner->actionClicked();
    QTRY_VERIFY_WITH_TIMEOUT(portal->session().isLive(), kLongMs);
    QCOMPARE(controller(), QCoreApplication::applicationPid());
    QTRY_COMPARE_WITH_TIMEOUT(whoRuns(), m_before, kLongMs); // adopted, not started again
    QVERIFY(closed(*portal, u"accept"_s, false));
    portal.reset();
    QTRY_VERIFY_WITH_TIMEOUT(controller() > 0, kLongMs);
}

// It went away between the portal's look at its lock and the portal's first word to it.
void PortalLifeTest::aFabricThatIsLetGoIsTaken()
{
    endDaemonKeepingServices();
    const auto paths =
        sys::pathsFor(m_home.dataFolder().toStdString(), m_home.socket().toStdString());
    QTRY_VERIFY_WITH_TIMEOUT(sys::FileLock::take(paths.lockFile()), kLongMs);
    auto held = sys::FileLock::take(paths.lockFile());
    QVERIFY(held);
    auto portal = makePortal();
    portal->show();
    auto *banner = portal->window().findChild<views::Banner *>();
    QVERIFY(banner);
    QTRY_VERIFY_WITH_TIMEOUT(banner->text().contains(u"Another fabric"_s), kLongMs);
    held->release();
    QTRY_VERIFY_WITH_TIMEOUT(portal->session().isLive(), kLongMs); // by itself
    QVERIFY(!banner->text().contains(u"Another fabric"_s));
    QTRY_COMPARE_WITH_TIMEOUT(whoRuns(), m_before, kLongMs);
    QVERIFY(closed(*portal, u"accept"_s, false));
    portal.reset();
    QTRY_VERIFY_WITH_TIMEOUT(controller() > 0, kLongMs);
}

void PortalLifeTest::aSecondStartRaisesTheFirst()
{
    auto portal = makePortal();
    portal::SingleInstance single(m_home.socket());
    QVERIFY(!single.raiseOther());
    single.listen();
    QSignalSpy raised(&single, &portal::SingleInstance::raiseRequested);
    connect(&single, &portal::SingleInstance::raiseRequested, portal.get(),
            [&portal] { portal->raise(); });
    portal->show();
    portal->window().showMinimized();
    QTRY_VERIFY_WITH_TIMEOUT(portal->window().isMinimized(), kLongMs);

    const auto second = startProgram();
    QTRY_COMPARE_WITH_TIMEOUT(second->state(), QProcess::NotRunning, kLongMs);
    QCOMPARE(second->exitStatus(), QProcess::NormalExit);
    QCOMPARE(second->exitCode(), 0);
    QCOMPARE(raised.count(), 1);
    QVERIFY(!portal->window().isMinimized());
    QVERIFY(portal->window().isActiveWindow());
}

void PortalLifeTest::aSecondProcessLeavesTheFirstAlone()
{
    const auto first = startProgram();
    QVERIFY(waitReady(*first));
    const auto second = startProgram();
    QTRY_COMPARE_WITH_TIMEOUT(second->state(), QProcess::NotRunning, kLongMs);
    QCOMPARE(second->exitCode(), 0);
    QVERIFY(second->readAllStandardOutput().isEmpty()); // it never had a window
    QCOMPARE(first->state(), QProcess::Running);
    first->terminate();
    QTRY_COMPARE_WITH_TIMEOUT(first->state(), QProcess::NotRunning, kLongMs);
}

void PortalLifeTest::aSignalToAnAttachedPortalChangesNothing()
{
    const qint64 daemon = controller();
    const auto program = startProgram();
    QVERIFY(waitReady(*program));
    program->terminate();
    QTRY_COMPARE_WITH_TIMEOUT(program->state(), QProcess::NotRunning, kLongMs);
    QCOMPARE(program->exitStatus(), QProcess::NormalExit);
    QCOMPARE(program->exitCode(), 0);
    QCOMPARE(controller(), daemon);
    QCOMPARE(whoRuns(), m_before);
}

void PortalLifeTest::aSignalHandsOverWhereNothingIsRemembered()
{
    endDaemonKeepingServices();
    const auto program = startProgram();
    QVERIFY(waitReady(*program));
    QTRY_COMPARE_WITH_TIMEOUT(controller(), program->processId(), kLongMs);
    QTRY_COMPARE_WITH_TIMEOUT(whoRuns(), m_before, kLongMs);
    const qint64 pid = program->processId();
    program->terminate();
    QTRY_COMPARE_WITH_TIMEOUT(program->state(), QProcess::NotRunning, kLongMs);
    QCOMPARE(program->exitStatus(), QProcess::NormalExit);
    QCOMPARE(program->exitCode(), 0);
    QVERIFY(controller() > 0); // before the portal went, not some time after it
    QVERIFY(controller() != pid);
    QTRY_COMPARE_WITH_TIMEOUT(whoRuns(), m_before, kLongMs);
}

void PortalLifeTest::closingAsRememberedDoesNotAsk()
{
    endDaemonKeepingServices();
    models::PortalSettings(settingsFile()).setOnClose(OnClose::KeepServices);
    auto portal = makePortal();
    portal->show();
    QTRY_COMPARE_WITH_TIMEOUT(controller(), QCoreApplication::applicationPid(), kLongMs);
    QTRY_VERIFY_WITH_TIMEOUT(!portal->session().store().deployments().empty(), kLongMs);
    QVERIFY(closed(*portal, {}, false));
    portal.reset();
    QVERIFY(controller() != QCoreApplication::applicationPid());
    QTRY_COMPARE_WITH_TIMEOUT(whoRuns(), m_before, kLongMs);
    models::PortalSettings(settingsFile()).setOnClose(OnClose::Ask);
}

void PortalLifeTest::closingDuringAHandOverLeavesADaemon()
{
    endDaemonKeepingServices();
    auto portal = makePortal();
    portal->show();
    QTRY_COMPARE_WITH_TIMEOUT(controller(), QCoreApplication::applicationPid(), kLongMs);
    QTRY_VERIFY_WITH_TIMEOUT(!portal->session().store().deployments().empty(), kLongMs);
    const auto outside = client::connect("unix:" + m_home.socket().toStdString());
    v1::ShutdownRequest request;
    request.set_hand_over(true);
    outside->shutdown(request, [](const Result<v1::ShutdownReply> &) {});
    QTRY_VERIFY_WITH_TIMEOUT(!portal->session().isLive(), kLongMs);

    QSignalSpy finished(portal.get(), &portal::Portal::finished);
    portal->window().close();
    QVERIFY(!portal->window().isVisible());
    portal->raise();
    QVERIFY(!portal->window().isVisible()); // it closes
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), kLongMs);
    portal.reset();
    QVERIFY(controller() > 0);
    QVERIFY(controller() != QCoreApplication::applicationPid());
    QTRY_COMPARE_WITH_TIMEOUT(whoRuns(), m_before, kLongMs);
}

void PortalLifeTest::closingStopsServices()
{
    endDaemonKeepingServices();
    auto portal = makePortal();
    portal->show();
    QTRY_COMPARE_WITH_TIMEOUT(controller(), QCoreApplication::applicationPid(), kLongMs);
    QTRY_VERIFY_WITH_TIMEOUT(!portal->session().store().deployments().empty(), kLongMs);
    QVERIFY(closed(*portal, u"third"_s, true)); // stop services, and remember that
    portal.reset();
    QTRY_COMPARE_WITH_TIMEOUT(m_home.leftovers().join(u'\n'), QString(), kLongMs);
    QVERIFY(!QFile::exists(m_home.socket()));
    QCOMPARE(models::PortalSettings(settingsFile()).onClose(), OnClose::StopServices);
}

void PortalLifeTest::servicesAreBackAtTheNextStart()
{
    const auto program = startProgram();
    QVERIFY(waitReady(*program));
    QVERIFY(m_home.waitReady(u"shop"_s, u"production"_s, 5, kLongMs));
    QVERIFY(whoRuns() != m_before);
    program->kill(); // nobody's answer: services go on without a controller
    QTRY_COMPARE_WITH_TIMEOUT(program->state(), QProcess::NotRunning, kLongMs);
    QVERIFY(!m_home.leftovers().isEmpty());
}

void PortalLifeTest::aSignalStopsServicesWhereThatIsRemembered()
{
    const auto program = startProgram();
    QVERIFY(waitReady(*program));
    QTRY_COMPARE_WITH_TIMEOUT(controller(), program->processId(), kLongMs);
    program->terminate();
    QTRY_COMPARE_WITH_TIMEOUT(program->state(), QProcess::NotRunning, kLongMs);
    QCOMPARE(program->exitStatus(), QProcess::NormalExit);
    QCOMPARE(program->exitCode(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(m_home.leftovers().join(u'\n'), QString(), kLongMs);
    QVERIFY(!QFile::exists(m_home.socket()));
}

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QApplication::setQuitOnLastWindowClosed(false);
    PortalLifeTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "portal_life_test.moc"
