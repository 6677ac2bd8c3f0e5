// The fabric, its hosts, agents and the edge's keeper: missing from the machine, or without what
// they need to start: descriptors, memory, room on a disk, a port.
#include "tests/integration/surroundings/surroundings.h"

#include <QTcpServer>

using namespace Qt::StringLiterals;
using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr char kNoDisk[] = "trap '' XFSZ; ulimit -f 0"; // no file takes a byte more

} // namespace

class StartSurroundingsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void fabricCannotStart_data();
    void fabricCannotStart();
    void secondFabric();
    void fabricMissing();
    void hostCannotStart_data();
    void hostCannotStart();
    void keeperCannotStart_data();
    void keeperCannotStart();
    void agentCannotStart_data();
    void agentCannotStart();
    void publicPortTaken();
    void cleanupTestCase();

private:
    QString problem() const { return m_fabric.status()[u"edge_problem"_s].toString(); }
    // Of these lines for this one of the daemons; no lines: there is none any more.
    bool take(const char *daemon, const QByteArray &lines);
    bool giveBack(const QByteArray &lines);

    Surroundings m_all;
    FabricHarness &m_fabric = m_all.fabric;
    QString m_runtime; // the stand-in of runc, by which an agent gets less
};

void StartSurroundingsTest::initTestCase()
{
    if (sys::findSandboxProgram().empty())
        QSKIP("runc is not installed");
    QVERIFY(m_fabric.useOwnDaemon());
    m_runtime = m_fabric.folder() + u"/bin/runc"_s;
    const QByteArray real = QByteArray::fromStdString(sys::findSandboxProgram().string());
    // A file `less` beside it holds the limit of an agent that is started.
    QVERIFY(writeText(m_runtime, "#!/bin/sh\nless=$(cat '" + m_runtime.toUtf8() +
                                     ".less' 2>/dev/null)\n"
                                     "if [ -n \"$less\" ]; then bundle=; before=\n"
                                     "  for word in \"$@\"; do\n"
                                     "    [ \"$before\" = --bundle ] && bundle=$word\n"
                                     "    before=$word\n"
                                     "  done\n"
                                     "  [ -n \"$bundle\" ] && sed -z -i \"$less\" "
                                     "\"$bundle/config.json\"\nfi\nexec " +
                                     real + " \"$@\"\n"));
    QVERIFY(QFile::setPermissions(m_runtime, QFile::Permissions(0x7755)));
    m_fabric.setVariable(u"PATH"_s, m_fabric.folder() + u"/bin:"_s + qEnvironmentVariable("PATH"));
    QVERIFY2(m_fabric.start(), qPrintable(m_fabric.log()));
    QTRY_VERIFY_WITH_TIMEOUT(!m_fabric.status()[u"isolation"_s].toString().isEmpty(), kHealMax_ms);
    if (!m_fabric.status()[u"isolation"_s].toString().startsWith(u"isolated"_s))
        QSKIP("No sandbox possible here.");
    const QString problem = m_all.deploy();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

bool StartSurroundingsTest::take(const char *daemon, const QByteArray &lines)
{
    return lines.isEmpty() ? m_fabric.hideDaemon(true)
                           : m_fabric.setDaemon("if [ \"$1\" = " + QByteArray(daemon) +
                                                " ]; then " + lines + "; fi");
}

bool StartSurroundingsTest::giveBack(const QByteArray &lines)
{
    return lines.isEmpty() ? m_fabric.hideDaemon(false) : m_fabric.setDaemon({});
}

void StartSurroundingsTest::fabricCannotStart_data()
{
    QTest::addColumn<QByteArray>("lines");
    QTest::addColumn<bool>("port_taken");
    QTest::addColumn<QString>("says");
    QTest::newRow("cannot start: descriptors") << QByteArray("ulimit -n 8") << false << u"open"_s;
    QTest::newRow("cannot start: memory")
        << QByteArray("ulimit -v 40000") << false << u"map segment"_s;
    QTest::newRow("cannot start: disk takes nothing")
        << QByteArray("trap '' XFSZ; ulimit -f 40") << false << u"disk"_s;
    QTest::newRow("cannot start: port") << QByteArray(":") << true << u"taken by another program"_s;
}

void StartSurroundingsTest::fabricCannotStart()
{
    QFETCH(const QByteArray, lines);
    QFETCH(const bool, port_taken);
    QFETCH(const QString, says);
    const QStringList before = identities(m_fabric, m_all.shop);
    m_fabric.killController();
    QTcpServer holder;
    QVERIFY(holder.listen(QHostAddress::LocalHost));
    const QString log = m_fabric.folder() + u"/fabric.log"_s;
    const qsizetype logged = readText(log).size();
    const QString port = QString::number(holder.serverPort());
    m_fabric.startThrough(
        {u"sh"_s, u"-c"_s, QString::fromLatin1(lines) + u"; exec \"$0\" \"$@\""_s});
    QVERIFY(!m_fabric.start(port_taken ? QStringList{u"--tcp-port"_s, port} : QStringList()));
    m_fabric.startThrough({});
    const QString said = QString::fromUtf8(readText(log).mid(logged)).trimmed().section(u'\n', -1);
    const int lost = m_all.requestsLost([] { return true; });
    QElapsedTimer passed;
    passed.start();
    QVERIFY(m_fabric.start());
    QVERIFY2(said.contains(says, Qt::CaseInsensitive), qPrintable(said));
    QCOMPARE(lost, 0);
    QTRY_COMPARE_WITH_TIMEOUT(identities(m_fabric, m_all.shop), before, kHealMax_ms);
    row("fabric", QTest::currentDataTag(), u"nothing"_s,
        u"slipwayd ends with a code and says: "_s + said, passed.elapsed());
}

// Two would order about the same instances.
void StartSurroundingsTest::secondFabric()
{
    const QStringList before = identities(m_fabric, m_all.shop);
    QProcess second;
    second.start(m_fabric.folder() + u"/bin/slipwayd"_s,
                 {u"fabric"_s, u"--data"_s, m_fabric.dataFolder(), u"--socket"_s,
                  m_fabric.folder() + u"/run/second.sock"_s});
    QVERIFY(second.waitForFinished(kHealMax_ms));
    const QString said = QString::fromUtf8(second.readAllStandardError()).trimmed();
    QVERIFY2(second.exitStatus() == QProcess::NormalExit && second.exitCode() != 0,
             qPrintable(said));
    QVERIFY2(said.contains(QString::number(m_fabric.controllerPid())), qPrintable(said));
    QCOMPARE(m_all.requestsLost([] { return true; }), 0);
    QCOMPARE(identities(m_fabric, m_all.shop), before);
    row("fabric", "cannot start: another has its data folder", u"nothing"_s,
        u"slipwayd ends with a code and says: "_s + said, 0);
}

void StartSurroundingsTest::fabricMissing()
{
    const QStringList before = identities(m_fabric, m_all.shop);
    m_fabric.killController();
    QVERIFY(m_fabric.hideDaemon(true));
    QVERIFY(!m_fabric.start());
    const CtlResult status = m_fabric.ctl({u"status"_s});
    QVERIFY(!status.ok());
    QCOMPARE(m_all.requestsLost([] { return true; }), 0);
    QVERIFY(m_fabric.hideDaemon(false));
    QElapsedTimer passed;
    passed.start();
    QVERIFY(m_fabric.start());
    QTRY_COMPARE_WITH_TIMEOUT(identities(m_fabric, m_all.shop), before, kHealMax_ms);
    row("fabric", "missing, then there again", u"nothing"_s, status.err.trimmed(),
        passed.elapsed());
}

void StartSurroundingsTest::hostCannotStart_data()
{
    QTest::addColumn<QByteArray>("lines");
    QTest::addColumn<QString>("says");
    QTest::newRow("missing, then there again") << QByteArray() << u"No such file"_s;
    QTest::newRow("cannot start: descriptors") << QByteArray("ulimit -n 6") << u"open"_s;
    QTest::newRow("cannot start: memory") << QByteArray("ulimit -v 30000") << u"map segment"_s;
    // Its log takes no word either.
    QTest::newRow("cannot start: disk takes nothing") << QByteArray(kNoDisk) << QString();
}

void StartSurroundingsTest::hostCannotStart()
{
    QFETCH(const QByteArray, lines);
    QFETCH(const QString, says);
    const QString host = m_all.host();
    QVERIFY(take("host", lines));
    QVERIFY(signalProcess(m_all.pidOfHost(host), SIGKILL));
    QString said;
    const int lost = m_all.requestsLost([&] {
        const QJsonObject now = m_all.hostNamed(host);
        said = now[u"reason"_s].toString() + now[u"unfit_reason"_s].toString();
        // It is placed elsewhere, and starts there when there is an agent for it again.
        return !said.contains(u"signal 9"_s) && said.contains(says, Qt::CaseInsensitive) &&
               m_all.host() != host;
    });
    const qint64 told_ms = m_all.timer.elapsed();
    QVERIFY(giveBack(lines));
    const int more = m_all.requestsLost([&] {
        const QJsonObject now = m_all.hostNamed(host);
        return m_all.allReady() && now[u"state"_s].toString() == u"Ready"_s &&
               now[u"unfit_reason"_s].toString().isEmpty();
    });
    QVERIFY2(lost >= 0 && more >= 0, qPrintable(said));
    row("host", QTest::currentDataTag(), lostWords(lost + more),
        u"HostLost, HostNotStarted: "_s + said + u"; its instances are placed elsewhere"_s,
        told_ms + m_all.timer.elapsed());
}

void StartSurroundingsTest::keeperCannotStart_data()
{
    QTest::addColumn<QByteArray>("lines");
    QTest::addColumn<QString>("says");
    QTest::newRow("missing, then there again") << QByteArray() << u"No such file"_s;
    QTest::newRow("cannot start: descriptors") << QByteArray("ulimit -n 6") << u"open"_s;
    QTest::newRow("cannot start: memory") << QByteArray("ulimit -v 30000") << u"map segment"_s;
}

void StartSurroundingsTest::keeperCannotStart()
{
    QFETCH(const QByteArray, lines);
    QFETCH(const QString, says);
    const qint64 haproxy = m_fabric.status()[u"haproxy_pid"_s].toInteger();
    QVERIFY(take("edge", lines));
    QVERIFY(signalProcess(m_fabric.status()[u"edge_pid"_s].toInteger(), SIGKILL));
    QString said;
    const int lost = m_all.requestsLost([&] {
        said = problem();
        return !said.isEmpty() && said.contains(says, Qt::CaseInsensitive);
    });
    const qint64 told_ms = m_all.timer.elapsed();
    QVERIFY(giveBack(lines));
    const int more = m_all.requestsLost([&] { return problem().isEmpty(); });
    QVERIFY2(lost == 0 && more == 0, qPrintable(said));
    QTRY_COMPARE_WITH_TIMEOUT(m_fabric.status()[u"haproxy_pid"_s].toInteger(), haproxy,
                              kHealMax_ms);
    row("keeper", QTest::currentDataTag(), u"nothing; HAProxy goes on, and is taken over"_s,
        u"status: "_s + said, told_ms + m_all.timer.elapsed());
}

void StartSurroundingsTest::agentCannotStart_data()
{
    QTest::addColumn<QByteArray>("less"); // for sed, on its sandbox's configuration
    QTest::addColumn<QString>("says");
    QTest::newRow("missing, then there again") << QByteArray() << u"no such file"_s;
    QTest::newRow("cannot start: descriptors")
        << QByteArray("s/\"hard\": [0-9]*,\\n *\"soft\": [0-9]*,\\n *\"type\": \"RLIMIT_NOFILE\"/"
                      "\"hard\": 4, \"soft\": 4, \"type\": \"RLIMIT_NOFILE\"/")
        << u"open"_s;
    // The runtime starts it with the same limit, and already lacks what it needs.
    QTest::newRow("cannot start: memory")
        << QByteArray("s/\"rlimits\": \\[/\"rlimits\": [{\"type\": \"RLIMIT_AS\", "
                      "\"hard\": 20000000, \"soft\": 20000000},/")
        << u"did not start"_s;
}

void StartSurroundingsTest::agentCannotStart()
{
    QFETCH(const QByteArray, less);
    QFETCH(const QString, says);
    if (less.isEmpty())
        QVERIFY(m_fabric.hideDaemon(true));
    else
        QVERIFY(writeText(m_runtime + u".less"_s, less));
    m_all.rest();
    QVERIFY(signalProcess(m_all.agent(), SIGKILL));
    const int lost = m_all.requestsLost([&] { return m_all.tells(says); });
    const qint64 told_ms = m_all.timer.elapsed();
    if (less.isEmpty())
        QVERIFY(m_fabric.hideDaemon(false));
    else
        QVERIFY(QFile::remove(m_runtime + u".less"_s));
    const int more = m_all.requestsLost([&] { return m_all.allReady(); });
    QVERIFY2(lost >= 0 && more >= 0, qPrintable(m_all.said));
    row("agent", QTest::currentDataTag(), lostWords(lost + more), m_all.said,
        told_ms + m_all.timer.elapsed());
}

// The keeper binds the public ports, and hands them to HAProxy.
void StartSurroundingsTest::publicPortTaken()
{
    const QUrl url(m_all.url);
    QTcpServer holder;
    const QString staging =
        QString(url.host())
            .replace(url.host().lastIndexOf(u'.') + 1, 10,
                     QString::number(url.host().section(u'.', 3, 3).toInt() + 1));
    if (!holder.listen(QHostAddress(staging), quint16(url.port(80))))
        QSKIP("Port 80 can be held only by root.");
    QElapsedTimer passed;
    passed.start();
    const CtlResult deployed = deploySample(m_fabric, m_all.shop, u"staging"_s, "guestbook-v1");
    QVERIFY2(deployed.ok(), qPrintable(deployed.all()));
    const QString other = m_fabric.slotUrl(m_all.shop, u"staging"_s);
    QVERIFY2(QUrl(other).port(80) != url.port(80), qPrintable(other + u" at "_s + staging));
    QVERIFY(!KeptAliveClient(other).get(u"/whoami"_s).isEmpty());
    const QString told = m_fabric.ctl({u"service"_s, u"show"_s, m_all.shop}).out;
    QVERIFY2(told.contains(u"used by another program"_s), qPrintable(told));
    row("keeper", "cannot start: port (a public one is taken)",
        u"the service answers at "_s + other, u"service show says why"_s, passed.elapsed());
}

void StartSurroundingsTest::cleanupTestCase()
{
    const QString problem = m_all.end();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

QTEST_GUILESS_MAIN(StartSurroundingsTest)
#include "start_surroundings_test.moc"
