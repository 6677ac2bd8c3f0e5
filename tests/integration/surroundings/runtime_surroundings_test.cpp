// The OCI runtime: stopped, killed, failing, missing, too little of everything. A stand-in before
// it in PATH does what its mode says.
#include "tests/integration/surroundings/surroundings.h"

using namespace Qt::StringLiterals;
using namespace slipway;
using namespace slipway::test;

class RuntimeSurroundingsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cannotStart_data();
    void cannotStart();
    void missing();
    void stoppedFor30s();
    void stoppedForEver();
    void stoppedWhileAHostDies();
    void cleanupTestCase();

private:
    QString standIn() const { return m_fabric.folder() + u"/bin/runc"_s; }
    bool setRuntime(const QByteArray &lines); // come before the real one's turn
    bool killAgent() const
    {
        m_all.rest();
        return signalProcess(m_all.agent(), SIGKILL);
    }

    Surroundings m_all;
    FabricHarness &m_fabric = m_all.fabric;
    QByteArray m_runtime;
    bool m_machines_hidden = false; // the one that would be found without the stand-in
};

bool RuntimeSurroundingsTest::setRuntime(const QByteArray &lines)
{
    const QString next = standIn() + u".new"_s;
    return writeText(next, "#!/bin/sh\n" + lines + "\nexec " + m_runtime + " \"$@\"\n") &&
           QFile::setPermissions(next, QFile::Permissions(0x7755)) &&
           ::rename(qPrintable(next), qPrintable(standIn())) == 0;
}

void RuntimeSurroundingsTest::initTestCase()
{
    const QString machines = QString::fromStdString(sys::findSandboxProgram().string());
    if (machines.isEmpty())
        QSKIP("runc is not installed");
    const QString real = m_fabric.folder() + u"/bin/real-runc"_s;
    m_runtime = real.toUtf8();
    QVERIFY(setRuntime("") && QFile::copy(machines, real));
    m_machines_hidden = m_fabric.mountFirst(u"mount --bind /dev/null '%1'"_s.arg(machines));
    m_fabric.setVariable(u"PATH"_s, m_fabric.folder() + u"/bin:"_s + qEnvironmentVariable("PATH"));
    const QString problem = m_all.begin();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    if (!m_all.isolated())
        QSKIP("No sandbox possible here.");
}

void RuntimeSurroundingsTest::cannotStart_data()
{
    QTest::addColumn<QByteArray>("lines");
    QTest::addColumn<QString>("says");
    QTest::newRow("fails, in words of its own")
        << QByteArray("echo 'out of luck' >&2; exit 1") << u"out of luck"_s;
    QTest::newRow("SIGKILL while it starts one")
        << QByteArray("kill -KILL $$") << u"did not start: was killed by signal 9"_s;
    QTest::newRow("cannot start: descriptors") << QByteArray("ulimit -n 4") << u"open"_s;
    QTest::newRow("cannot start: memory") << QByteArray("ulimit -v 20000") << u"memory"_s;
    QTest::newRow("cannot start: disk takes nothing")
        << QByteArray("trap '' XFSZ; ulimit -f 0") << u"unable to store"_s;
}

void RuntimeSurroundingsTest::cannotStart()
{
    QFETCH(const QByteArray, lines);
    QFETCH(const QString, says);
    QVERIFY(setRuntime("case \" $* \" in *' run '*) " + lines + ";; esac"));
    QVERIFY(killAgent());
    const int lost = m_all.requestsLost([&] { return m_all.tells(says); });
    const qint64 told_ms = m_all.timer.elapsed();
    QVERIFY(setRuntime(""));
    const int more = m_all.requestsLost([&] { return m_all.allReady(); });
    QVERIFY2(lost >= 0 && more >= 0, qPrintable(m_all.said));
    row("runc", QTest::currentDataTag(), lostWords(lost + more), m_all.said,
        told_ms + m_all.timer.elapsed());
}

void RuntimeSurroundingsTest::missing()
{
    if (!m_machines_hidden)
        QSKIP("The machine's own runc can be hidden only where this test may mount.");
    QVERIFY(QFile::rename(standIn(), standIn() + u".away"_s));
    QVERIFY(killAgent());
    const int lost = m_all.requestsLost([&] { return m_all.tells(u"Cannot start runc"_s); });
    const qint64 told_ms = m_all.timer.elapsed();
    QVERIFY(QFile::rename(standIn() + u".away"_s, standIn()));
    const int more = m_all.requestsLost([&] { return m_all.allReady(); });
    QVERIFY2(lost >= 0 && more >= 0, qPrintable(m_all.said));
    row("runc", "missing, then there again", lostWords(lost + more), m_all.said,
        told_ms + m_all.timer.elapsed());
}

// It stops itself where it would start the sandbox.
void RuntimeSurroundingsTest::stoppedFor30s()
{
    const QByteArray file = m_fabric.folder().toUtf8() + "/stopped";
    QVERIFY(setRuntime("case \" $* \" in *' run '*) [ -e '" + file + "' ] || { echo $$ > '" + file +
                       "'; kill -STOP $$; };; esac"));
    const qint64 before = m_all.agent();
    QVERIFY(killAgent());
    const int lost = m_all.requestsLost([&] {
        if (m_all.timer.elapsed() > 30'000)
            signalProcess(readText(QString::fromUtf8(file)).trimmed().toLongLong(), SIGCONT);
        return m_all.agent() != before && m_all.allReady();
    });
    QVERIFY2(lost >= 0, qPrintable(m_all.reason()));
    const QStringList told = m_all.eventsOf(u"VirtualMachineEnded"_s).filter(u"did not report"_s);
    QVERIFY(!told.isEmpty());
    row("runc", "SIGSTOP 30 s while it starts one", lostWords(lost), told.first(),
        m_all.timer.elapsed());
}

void RuntimeSurroundingsTest::stoppedForEver()
{
    const qsizetype before = m_all.eventsOf(u"VirtualMachineEnded"_s).size();
    QVERIFY(setRuntime("kill -STOP $$"));
    QVERIFY(killAgent());
    const int lost = m_all.requestsLost(
        [&] { return m_all.eventsOf(u"VirtualMachineEnded"_s).size() > before + 1; });
    const QString told = m_all.eventsOf(u"VirtualMachineEnded"_s).value(0);
    const qint64 told_ms = m_all.timer.elapsed();
    QVERIFY(setRuntime(""));
    QVERIFY(lost >= 0);
    const int more = m_all.requestsLost([&] { return m_all.allReady(); });
    QVERIFY(more >= 0);
    row("runc", "SIGSTOP for ever, each that starts", lostWords(lost + more),
        u"after %1 s: "_s.arg(told_ms / 1000) + told, told_ms + m_all.timer.elapsed());
}

// What it held is proven gone without the runtime, so that it can run elsewhere.
void RuntimeSurroundingsTest::stoppedWhileAHostDies()
{
    const QString host = m_all.host();
    const qint64 agent = m_all.agent();
    QVERIFY(setRuntime("kill -STOP $$"));
    QVERIFY(signalProcess(m_all.pidOfHost(host), SIGKILL));
    const int lost = m_all.requestsLost([&] { return m_all.host() != host; });
    const qint64 moved_ms = m_all.timer.elapsed();
    QVERIFY(setRuntime(""));
    QVERIFY(lost >= 0);
    QVERIFY(!lives(agent));
    const int more = m_all.requestsLost([&] { return m_all.allReady(); });
    QVERIFY(more >= 0);
    row("runc", "SIGSTOP for ever while a host dies", lostWords(lost + more),
        u"moved after %1 s"_s.arg(double(moved_ms) / 1000), moved_ms + m_all.timer.elapsed());
}

void RuntimeSurroundingsTest::cleanupTestCase()
{
    const QString problem = m_all.end();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

QTEST_GUILESS_MAIN(RuntimeSurroundingsTest)
#include "runtime_surroundings_test.moc"
