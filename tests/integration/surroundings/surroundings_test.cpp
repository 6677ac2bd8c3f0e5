// The fabric, its hosts and agents: stopped and killed. HAProxy and its keeper, programs, the OCI
// runtime, and what cannot start at all have tests of their own.
#include "tests/integration/surroundings/surroundings.h"

using namespace Qt::StringLiterals;
using namespace slipway;
using namespace slipway::test;

namespace
{
constexpr int kMoment_ms = 1'500;
constexpr int kStop_ms = 30'000;
constexpr int kAnswerMax_ms = 60'000; // of slipwayctl to its caller, whatever the fabric does
} // namespace

class SurroundingsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void hostStoppedForAMoment();
    void fabricStoppedFor30s();
    void hostStoppedForEver();
    void hostKilled();
    void agentStoppedForEver();
    void agentKilled();
    void fabricStoppedForEver();
    void fabricKilled();
    void runtimeFolderSwept();
    void cleanupTestCase();

private:
    Surroundings m_all;
    FabricHarness &m_fabric = m_all.fabric;
    QStringList m_before; // who ran before anything was stopped
};

void SurroundingsTest::initTestCase()
{
    if (sys::findSandboxProgram().empty())
        QSKIP("runc is not installed");
    const QString problem = m_all.begin();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    if (!m_all.isolated())
        QSKIP("No sandbox possible here.");
    m_before = identities(m_fabric, m_all.shop);
}

void SurroundingsTest::hostStoppedForAMoment()
{
    const qint64 pid = m_all.pidOfHost(m_all.host());
    QVERIFY(signalProcess(pid, SIGSTOP));
    QElapsedTimer stopped;
    stopped.start();
    const int lost = m_all.requestsLost([&] { return stopped.elapsed() > kMoment_ms; });
    QVERIFY(signalProcess(pid, SIGCONT));
    QCOMPARE(lost, 0); // that nobody judged it wrongly is seen when the next one is judged
    row("host", "SIGSTOP 1.5 s", u"nothing"_s, u"nothing"_s, 0);
}

void SurroundingsTest::fabricStoppedFor30s()
{
    QVERIFY(signalProcess(m_fabric.controllerPid(), SIGSTOP));
    QElapsedTimer stopped;
    stopped.start();
    const int lost = m_all.requestsLost([&] { return stopped.elapsed() > kStop_ms; });
    QVERIFY(signalProcess(m_fabric.controllerPid(), SIGCONT));
    QCOMPARE(lost, 0);
    QElapsedTimer back;
    back.start();
    QTRY_VERIFY_WITH_TIMEOUT(m_fabric.ctl({u"status"_s}).ok(), kHealMax_ms);
    row("fabric", "SIGSTOP 30 s", u"nothing"_s, u"commands wait until it goes on"_s,
        back.elapsed());
}

// Killed by its controller long before 30 s have passed: for 30 s and for ever are the same. It is
// the first that is judged, though another one, and the fabric, stood before.
void SurroundingsTest::hostStoppedForEver()
{
    QCOMPARE(identities(m_fabric, m_all.shop), m_before);
    const QString host = m_all.host();
    const qint64 pid = m_all.pidOfHost(host);
    QVERIFY(signalProcess(pid, SIGSTOP));
    const int lost = m_all.requestsLost([&] { return m_all.allReady() && m_all.host() != host; });
    const qint64 healed_ms = m_all.timer.elapsed();
    QCOMPARE(lost, 0);
    QVERIFY(healed_ms < kStop_ms && !lives(pid));
    const QStringList told = m_all.eventsOf(u"HostLost"_s);
    QVERIFY2(told.size() == 1 && told.first().contains(u"silent for 3 s"_s),
             qPrintable(told.join(u"; "_s)));
    row("host", "SIGSTOP 30 s, and for ever", u"nothing"_s,
        u"HostLost: "_s + told.first() + u"; its instances run elsewhere, it comes back empty"_s,
        healed_ms);
    QTRY_COMPARE_WITH_TIMEOUT(m_all.hostNamed(host)[u"state"_s].toString(), u"Ready"_s,
                              kHealMax_ms);
}

void SurroundingsTest::hostKilled()
{
    const QString host = m_all.host();
    QVERIFY(signalProcess(m_all.pidOfHost(host), SIGKILL));
    const int lost = m_all.requestsLost([&] { return m_all.allReady() && m_all.host() != host; });
    QCOMPARE(lost, 0);
    row("host", "SIGKILL", u"nothing"_s,
        u"HostLost; its instances run elsewhere, it comes back empty"_s, m_all.timer.elapsed());
    QTRY_COMPARE_WITH_TIMEOUT(m_all.hostNamed(host)[u"state"_s].toString(), u"Ready"_s,
                              kHealMax_ms);
}

void SurroundingsTest::agentStoppedForEver()
{
    const qint64 agent = m_all.agent();
    QVERIFY(signalProcess(agent, SIGSTOP));
    const int lost = m_all.requestsLost(
        [&] { return m_all.allReady() && m_all.agent() > 0 && m_all.agent() != agent; });
    const qint64 healed_ms = m_all.timer.elapsed();
    QVERIFY(lost >= 0);
    QVERIFY(!lives(agent));
    const QStringList told = m_all.eventsOf(u"VirtualMachineEnded"_s).filter(u"silent for 10 s"_s);
    QVERIFY(!told.isEmpty());
    row("agent", "SIGSTOP 30 s, and for ever", lostWords(lost),
        u"VirtualMachineEnded: "_s + told.first(), healed_ms);
}

void SurroundingsTest::agentKilled()
{
    const qint64 agent = m_all.agent();
    QVERIFY(signalProcess(agent, SIGKILL));
    const int lost = m_all.requestsLost(
        [&] { return m_all.allReady() && m_all.agent() > 0 && m_all.agent() != agent; });
    QVERIFY(lost >= 0);
    row("agent", "SIGKILL", lostWords(lost), u"VirtualMachineEnded; started again at once"_s,
        m_all.timer.elapsed());
}

// Nobody stands above it: whoever asks is told, services go on, and a person ends it.
void SurroundingsTest::fabricStoppedForEver()
{
    const QStringList before = identities(m_fabric, m_all.shop);
    QVERIFY(signalProcess(m_fabric.controllerPid(), SIGSTOP));
    QElapsedTimer asked;
    asked.start();
    const CtlResult status = m_fabric.ctl({u"status"_s}, kAnswerMax_ms);
    const qint64 told_ms = asked.elapsed();
    QVERIFY2(!status.ok() && !status.err.contains(u"timed out: "_s), qPrintable(status.all()));
    const int lost = m_all.requestsLost([] { return true; });
    QCOMPARE(lost, 0);
    QElapsedTimer healed;
    healed.start();
    m_fabric.killController();
    QVERIFY(m_fabric.start());
    QTRY_COMPARE_WITH_TIMEOUT(identities(m_fabric, m_all.shop), before, kHealMax_ms);
    row("fabric", "SIGSTOP for ever, then SIGKILL and a start", u"nothing"_s,
        u"after %1 s, "_s.arg(told_ms / 1000) + status.err.trimmed(), healed.elapsed());
}

void SurroundingsTest::fabricKilled()
{
    const QStringList before = identities(m_fabric, m_all.shop);
    QElapsedTimer healed;
    healed.start();
    m_fabric.killController();
    const CtlResult status = m_fabric.ctl({u"status"_s});
    QVERIFY(!status.ok());
    QCOMPARE(m_all.requestsLost([] { return true; }), 0);
    QVERIFY(m_fabric.start());
    QTRY_COMPARE_WITH_TIMEOUT(identities(m_fabric, m_all.shop), before, kHealMax_ms);
    row("fabric", "SIGKILL, then a start", u"nothing"_s,
        status.err.trimmed() + u"; all that runs is adopted"_s, healed.elapsed());
}

void SurroundingsTest::runtimeFolderSwept()
{
    QCOMPARE(QProcess::execute(u"rm"_s, {u"-rf"_s, u"--one-file-system"_s,
                                         m_fabric.folder() + u"/run/fabric.sock"_s,
                                         m_fabric.folder() + u"/run/edge"_s}),
             0);
    // The folder of a host's root is a mount, which a sweeper leaves or not.
    QProcess::execute(u"rm"_s, {u"-rf"_s, u"--one-file-system"_s, m_fabric.folder() + u"/run"_s});
    QElapsedTimer timer;
    timer.start();
    QTRY_VERIFY_WITH_TIMEOUT(m_fabric.ctl({u"status"_s}).ok(), kHealMax_ms);
    const qint64 commands_ms = timer.elapsed();
    QTRY_VERIFY_WITH_TIMEOUT(!m_all.eventsOf(u"RuntimeFolderSwept"_s).isEmpty(), kHealMax_ms);
    // One look at both: what was Ready before the sweep is called so until its host is missed.
    const bool healed = QTest::qWaitFor(
        [&] { return m_all.allReady() && !KeptAliveClient(m_all.url).get(u"/whoami"_s).isEmpty(); },
        kHealMax_ms);
    QVERIFY(healed);
    row("runtime folder", "swept",
        u"no answers until it heals; commands again after %1 s"_s.arg(double(commands_ms) / 1000),
        u"RuntimeFolderSwept"_s, timer.elapsed());
}

void SurroundingsTest::cleanupTestCase()
{
    const QString problem = m_all.end();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

QTEST_GUILESS_MAIN(SurroundingsTest)
#include "surroundings_test.moc"
