// HAProxy and its keeper: stopped, killed, missing, unable to start. Each row of the table is
// printed: what users see, what operators see, and the seconds until it has healed.
#include "tests/integration/surroundings/surroundings.h"

using namespace Qt::StringLiterals;
using namespace slipway::test;

namespace
{

QString haproxyInstalled()
{
    for (const QString &path : {u"/usr/sbin/haproxy"_s, u"/usr/local/sbin/haproxy"_s})
        if (QFile::exists(path))
            return path;
    return {};
}

} // namespace

class EdgeSurroundingsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void missingAtFirst();
    void proxyStoppedForEver();
    void proxyKilled();
    void keeperStoppedForEver();
    void keeperKilled();
    void proxyCannotStart_data();
    void proxyCannotStart();
    void diskRefusesItsFiles();
    void cleanupTestCase();

private:
    bool setProgram(const QByteArray &lines); // runs before the real HAProxy
    qint64 pidOf(const char *what) const
    {
        return m_fabric.status()[QLatin1String(what)].toInteger();
    }
    QString problem() const { return m_fabric.status()[u"edge_problem"_s].toString(); }
    bool answers() const;
    QString proxyFolder() const { return m_fabric.folder() + u"/run/edge/proxy"_s; }

    FabricHarness m_fabric;
    QString m_program;
    QString m_url;
};

bool EdgeSurroundingsTest::setProgram(const QByteArray &lines)
{
    return writeText(m_program + u".new"_s,
                     "#!/bin/sh\n" + lines + "exec " + haproxyInstalled().toUtf8() + " \"$@\"\n") &&
           QFile::setPermissions(m_program + u".new"_s, QFile::Permissions(0x7755)) &&
           (QFile::remove(m_program) || true) && QFile::rename(m_program + u".new"_s, m_program);
}

bool EdgeSurroundingsTest::answers() const
{
    KeptAliveClient client(m_url);
    QString error;
    const QByteArray body = client.get(u"/"_s, &error, 20'000);
    const bool ok = error.isEmpty() && !body.isEmpty() && !body.contains("No instance");
    if (!ok)
        qWarning().noquote() << "no answer:" << error << body.left(200);
    return ok;
}

void EdgeSurroundingsTest::initTestCase()
{
    if (haproxyInstalled().isEmpty())
        QSKIP("no HAProxy is installed");
    m_program = m_fabric.folder() + u"/bin/haproxy"_s;
    QVERIFY(QDir().mkpath(m_fabric.folder() + u"/bin"_s));
    qputenv("SLIPWAY_HAPROXY", m_program.toUtf8());
    QVERIFY2(m_fabric.start(), qPrintable(m_fabric.log()));
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"shop"_s}).ok());
}

void EdgeSurroundingsTest::missingAtFirst()
{
    const CtlResult deployed = deploySample(m_fabric, u"shop"_s, u"production"_s, "guestbook-v1");
    QVERIFY2(!deployed.ok(), qPrintable(deployed.all()));
    QVERIFY2(deployed.err.contains(u"No such file"_s), qPrintable(deployed.all()));
    QCOMPARE(m_fabric.readyCount(u"shop"_s, u"production"_s), 5);
    const CtlResult shown = m_fabric.ctl({u"service"_s, u"show"_s, u"shop"_s});
    QVERIFY(!shown.ok() && shown.err.contains(u"No such file"_s));
    const CtlResult status = m_fabric.ctl({u"status"_s});
    QVERIFY(!status.ok() && status.err.contains(u"No such file"_s));
    QVERIFY(m_fabric.ctl({u"events"_s}).out.contains(u"No such file"_s));
    QElapsedTimer passed;
    passed.start();
    QVERIFY(setProgram(""));
    QTRY_VERIFY_WITH_TIMEOUT(problem().isEmpty(), kHealMax_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!(m_url = m_fabric.slotUrl(u"shop"_s, u"production"_s)).isEmpty(),
                             kHealMax_ms);
    QTRY_VERIFY_WITH_TIMEOUT(answers(), kHealMax_ms);
    row("HAProxy", "missing, then installed", u"connections refused"_s,
        u"deploy --wait, service show, status: "_s + status.err.trimmed(), passed.elapsed());
}

// Replaced long before 30 s have passed: for 30 s and for ever are the same.
void EdgeSurroundingsTest::proxyStoppedForEver()
{
    const qint64 stopped = pidOf("haproxy_pid");
    const qint64 keeper = pidOf("edge_pid");
    QElapsedTimer passed;
    passed.start();
    QVERIFY(signalProcess(stopped, SIGSTOP));
    QTRY_VERIFY(stands(stopped)); // else it may still accept
    QVERIFY(answers());           // after a wait
    const qint64 waited_ms = passed.elapsed();
    QTRY_VERIFY_WITH_TIMEOUT(pidOf("haproxy_pid") != stopped && pidOf("haproxy_pid") != 0,
                             kHealMax_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!lives(stopped), kHealMax_ms);
    QCOMPARE(pidOf("edge_pid"), keeper); // it is not the keeper's fault
    QVERIFY(m_fabric.ctl({u"events"_s}).out.contains(u"was stopped by a signal"_s));
    row("HAProxy", "SIGSTOP 30 s, and for ever", u"requests wait"_s,
        u"an error in Activity: it was stopped, and is replaced"_s, waited_ms);
}

void EdgeSurroundingsTest::proxyKilled()
{
    const qint64 killed = pidOf("haproxy_pid");
    QElapsedTimer passed;
    passed.start();
    QVERIFY(signalProcess(killed, SIGKILL));
    QVERIFY(answers());
    row("HAProxy", "SIGKILL", u"open requests break, new ones wait"_s, u"an error in Activity"_s,
        passed.elapsed());
    QTRY_VERIFY_WITH_TIMEOUT(pidOf("haproxy_pid") != killed, kHealMax_ms);
}

void EdgeSurroundingsTest::keeperStoppedForEver()
{
    const qint64 stopped = pidOf("edge_pid");
    const qint64 haproxy = pidOf("haproxy_pid");
    QElapsedTimer passed;
    passed.start();
    QVERIFY(signalProcess(stopped, SIGSTOP));
    QVERIFY(answers());
    QTRY_VERIFY_WITH_TIMEOUT(pidOf("edge_pid") != stopped && pidOf("edge_pid") != 0, kHealMax_ms);
    const qint64 healed_ms = passed.elapsed();
    QTRY_VERIFY_WITH_TIMEOUT(pidOf("haproxy_pid") == haproxy, kHealMax_ms); // taken over
    QTRY_VERIFY(!QFile::exists(u"/proc/"_s + QString::number(stopped)));    // reaped, no zombie
    row("keeper", "SIGSTOP 30 s, and for ever", u"nothing"_s, u"a warning in Activity"_s,
        healed_ms);
}

void EdgeSurroundingsTest::keeperKilled()
{
    const qint64 killed = pidOf("edge_pid");
    const qint64 haproxy = pidOf("haproxy_pid");
    QElapsedTimer passed;
    passed.start();
    QVERIFY(signalProcess(killed, SIGKILL));
    QVERIFY(answers());
    QTRY_VERIFY_WITH_TIMEOUT(pidOf("edge_pid") != killed && pidOf("edge_pid") != 0, kHealMax_ms);
    row("keeper", "SIGKILL", u"nothing"_s, u"a warning in Activity"_s, passed.elapsed());
    QTRY_VERIFY_WITH_TIMEOUT(pidOf("haproxy_pid") == haproxy, kHealMax_ms);
}

void EdgeSurroundingsTest::proxyCannotStart_data()
{
    QTest::addColumn<QByteArray>("lines");
    QTest::addColumn<QString>("says");
    QTest::newRow("cannot start: descriptors") << QByteArray("ulimit -n 30\n") << u"FD limit"_s;
    QTest::newRow("cannot start: memory") << QByteArray("ulimit -v 12000\n") << u"map segment"_s;
    QTest::newRow("cannot start: too old")
        << QByteArray(
               "echo \"[ALERT]    ($$) : config : unknown keyword 'retry-on'\" >&2\nexit 1\n")
        << u"unknown keyword 'retry-on'"_s;
}

void EdgeSurroundingsTest::proxyCannotStart()
{
    QFETCH(const QByteArray, lines);
    QFETCH(const QString, says);
    QVERIFY(setProgram(lines));
    QVERIFY(signalProcess(pidOf("haproxy_pid"), SIGKILL));
    QTRY_VERIFY2_WITH_TIMEOUT(problem().contains(says), qPrintable(problem()), kHealMax_ms);
    const QString said = problem();
    QVERIFY(!m_fabric.ctl({u"status"_s}).ok());
    QElapsedTimer passed;
    passed.start();
    QVERIFY(setProgram(""));
    QTRY_VERIFY_WITH_TIMEOUT(problem().isEmpty(), kHealMax_ms);
    QVERIFY(answers());
    row("HAProxy", QTest::currentDataTag(), u"requests wait"_s, u"status: "_s + said,
        passed.elapsed());
}

// Where its next files would go there are folders: they cannot be written, as on a full disk.
void EdgeSurroundingsTest::diskRefusesItsFiles()
{
    QStringList obstacles; // folders, over which no file can be moved
    for (int generation = 1; generation < 200; ++generation) {
        const QString folder =
            proxyFolder() + u"/haproxy-"_s + QString::number(generation) + u".cfg"_s;
        if (!QFileInfo::exists(folder) && QDir().mkpath(folder))
            obstacles << folder;
    }
    QVERIFY(!obstacles.isEmpty());
    QVERIFY(signalProcess(pidOf("haproxy_pid"), SIGKILL));
    QTRY_VERIFY_WITH_TIMEOUT(problem().contains(u"Cannot write"_s), kHealMax_ms);
    const QString said = problem();
    QElapsedTimer passed;
    passed.start();
    for (const QString &folder : std::as_const(obstacles))
        QDir().rmdir(folder);
    QTRY_VERIFY_WITH_TIMEOUT(problem().isEmpty(), kHealMax_ms);
    QVERIFY(answers());
    row("HAProxy", "cannot start: disk takes nothing", u"requests wait"_s, u"status: "_s + said,
        passed.elapsed());
}

void EdgeSurroundingsTest::cleanupTestCase()
{
    qunsetenv("SLIPWAY_HAPROXY");
    QVERIFY(m_fabric.stop());
    QVERIFY2(m_fabric.leftovers().isEmpty(), qPrintable(m_fabric.leftovers().join(u'\n')));
}

QTEST_GUILESS_MAIN(EdgeSurroundingsTest)
#include "edge_surroundings_test.moc"
