// The fabric, its hosts, agents and the OCI runtime: stopped, hung, failing, swept away. Killing
// them is voyage_kill_test's; HAProxy and its keeper have a test of their own.
#include "tests/integration/voyage/voyage.h"

#include "backend/sys/sandbox.h"

#include <QElapsedTimer>
#include <csignal>

using namespace Qt::StringLiterals;
using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr int kHealMax_ms = 60'000;

// Stands before the real runtime in PATH, and fails or hangs as a file beside it says.
constexpr char kRuntime[] = R"sh(#!/bin/sh
case "$(cat "%1" 2>/dev/null)" in
fail) echo "out of luck" >&2; exit 1 ;;
hang) exec sleep 1000 ;;
esac
exec "%2" "$@"
)sh";

void row(const char *part, const char *what, const QString &users, const QString &operators,
         qint64 healed_ms)
{
    qInfo().noquote() << QStringLiteral("| %1 | %2 | %3 | %4 | %5 s |")
                             .arg(QString::fromLatin1(part), QString::fromLatin1(what), users,
                                  operators, QString::number(double(healed_ms) / 1000, 'f', 1));
}

} // namespace

class SurroundingsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void hostStoppedForAMoment();
    void hostStoppedForEver();
    void fabricStopped();
    void agentStoppedForEver();
    void runtimeFails();
    void runtimeHangs();
    void runtimeHangsWhileAHostDies();
    void runtimeFolderSwept();
    void cleanupTestCase();

private:
    QString modeFile() const { return m_fabric.folder() + u"/bin/mode"_s; }
    void setRuntime(const QByteArray &mode) { QVERIFY(writeText(modeFile(), mode)); }
    QJsonObject web() const { return m_fabric.instance(u"shop"_s, u"WebRole_IN_1"_s); }
    qint64 pidOfHost(const QString &name) const;
    QStringList eventsOf(const QString &kind) const; // "message: cause"
    bool allReady() const { return m_fabric.readyCount(u"shop"_s, u"production"_s) == 5; }
    // How many of the requests failed that were sent one after the other until `healed`; -1: it
    // never came to that.
    int requestsLost(const std::function<bool()> &healed, int limit_ms = kHealMax_ms);

    FabricHarness m_fabric;
    QString m_url;
    QElapsedTimer m_timer;
};

void SurroundingsTest::initTestCase()
{
    const QString runtime = QString::fromStdString(sys::findSandboxProgram().string());
    if (runtime.isEmpty())
        QSKIP("runc is not installed");
    const QString stand_in = m_fabric.folder() + u"/bin/runc"_s;
    QVERIFY(writeText(stand_in, QString::fromLatin1(kRuntime).arg(modeFile(), runtime).toUtf8()));
    QVERIFY(
        QFile::setPermissions(stand_in, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    m_fabric.setVariable(u"PATH"_s, m_fabric.folder() + u"/bin:"_s + qEnvironmentVariable("PATH"));
    QVERIFY(m_fabric.start());
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"shop"_s}).ok());
    const CtlResult deployed = deploySample(m_fabric, u"shop"_s, u"production"_s, "guestbook-v1");
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric.log()));
    m_url = m_fabric.slotUrl(u"shop"_s, u"production"_s);
    if (web()[u"isolation"_s].toString().startsWith(u"no "))
        QSKIP("No sandbox possible here.");
}

qint64 SurroundingsTest::pidOfHost(const QString &name) const
{
    for (const QJsonValue &value : m_fabric.json({u"hosts"_s}).array())
        if (value[u"id"_s].toString() == name)
            return value[u"pid"_s].toInteger();
    return 0;
}

QStringList SurroundingsTest::eventsOf(const QString &kind) const
{
    QStringList found;
    for (const QJsonValue &event : m_fabric.json({u"events"_s}).array())
        if (event[u"kind"_s].toString() == kind)
            found << event[u"message"_s].toString() + u": "_s + event[u"cause"_s].toString();
    return found;
}

int SurroundingsTest::requestsLost(const std::function<bool()> &healed, int limit_ms)
{
    m_timer.start();
    int lost = 0;
    const bool ok = QTest::qWaitFor(
        [&] {
            KeptAliveClient client(m_url);
            lost += client.get(u"/whoami"_s).isEmpty() ? 1 : 0;
            return healed();
        },
        limit_ms);
    return ok ? lost : -1;
}

void SurroundingsTest::hostStoppedForAMoment()
{
    const QString host = web()[u"host"_s].toString();
    const qint64 pid = pidOfHost(host);
    const QStringList before = identities(m_fabric, u"shop"_s);
    ::kill(pid_t(pid), SIGSTOP);
    QElapsedTimer stopped;
    stopped.start();
    const int lost = requestsLost([&] { return stopped.elapsed() > 1'500; });
    ::kill(pid_t(pid), SIGCONT);
    QCOMPARE(lost, 0);
    QTest::qWait(3'000); // a wrong verdict would be carried out by now
    QCOMPARE(identities(m_fabric, u"shop"_s), before);
    QCOMPARE(eventsOf(u"HostLost"_s), QStringList());
    row("host", "SIGSTOP 1.5 s", u"nothing"_s, u"nothing"_s, 0);
}

void SurroundingsTest::hostStoppedForEver()
{
    const QString host = web()[u"host"_s].toString();
    ::kill(pid_t(pidOfHost(host)), SIGSTOP);
    const int lost =
        requestsLost([&] { return allReady() && web()[u"host"_s].toString() != host; });
    const qint64 healed_ms = m_timer.elapsed();
    QCOMPARE(lost, 0);
    const QStringList told = eventsOf(u"HostLost"_s);
    QVERIFY2(told.size() == 1 && told.first().contains(u"silent for 3 s"_s),
             qPrintable(told.join(u"; "_s)));
    row("host", "SIGSTOP for ever", u"0 requests lost"_s, told.first(), healed_ms);
}

void SurroundingsTest::fabricStopped()
{
    const QStringList before = identities(m_fabric, u"shop"_s);
    const QStringList told = eventsOf(u"HostLost"_s);
    ::kill(pid_t(m_fabric.controllerPid()), SIGSTOP);
    const int stop_ms = qEnvironmentVariableIntValue("SLIPWAY_LONG") > 0 ? 30'000 : 8'000;
    QElapsedTimer stopped;
    stopped.start();
    const int lost = requestsLost([&] { return stopped.elapsed() > stop_ms; });
    ::kill(pid_t(m_fabric.controllerPid()), SIGCONT);
    QCOMPARE(lost, 0);
    QElapsedTimer back;
    back.start();
    QTRY_VERIFY_WITH_TIMEOUT(m_fabric.ctl({u"status"_s}).ok(), 10'000);
    const qint64 healed_ms = back.elapsed();
    QTest::qWait(4'000); // a wrong verdict on those that it did not hear would be carried out
    QCOMPARE(eventsOf(u"HostLost"_s), told);
    QCOMPARE(identities(m_fabric, u"shop"_s), before);
    row("fabric", "SIGSTOP", u"0 requests lost"_s, u"commands wait until it goes on"_s, healed_ms);
}

void SurroundingsTest::agentStoppedForEver()
{
    const qint64 agent = web()[u"agent_pid"_s].toInteger();
    ::kill(pid_t(agent), SIGSTOP);
    const int lost =
        requestsLost([&] { return allReady() && web()[u"agent_pid"_s].toInteger() != agent; });
    const qint64 healed_ms = m_timer.elapsed();
    QVERIFY(lost >= 0);
    const QStringList told = eventsOf(u"VirtualMachineEnded"_s).filter(u"silent for 10 s"_s);
    QVERIFY(!told.isEmpty());
    row("agent", "SIGSTOP for ever", QString::number(lost) + u" requests lost"_s, told.first(),
        healed_ms);
}

void SurroundingsTest::runtimeFails()
{
    const qint64 agent = web()[u"agent_pid"_s].toInteger();
    setRuntime("fail");
    ::kill(pid_t(agent), SIGKILL);
    const int lost = requestsLost(
        [&] { return web()[u"reason"_s].toString().contains(u"out of luck"_s); }, 30'000);
    const QString reason = web()[u"reason"_s].toString();
    setRuntime("");
    QVERIFY2(lost >= 0, qPrintable(reason));
    const int more = requestsLost([&] { return allReady(); });
    QVERIFY(more >= 0);
    row("runc", "fails", QString::number(lost + more) + u" requests lost"_s, reason,
        m_timer.elapsed());
}

void SurroundingsTest::runtimeHangs()
{
    const qint64 agent = web()[u"agent_pid"_s].toInteger();
    setRuntime("hang");
    ::kill(pid_t(agent), SIGKILL);
    const int lost = requestsLost(
        [&] {
            return m_timer.elapsed() > 1'000 && web()[u"state"_s].toString() != u"ReadyRole"_s &&
                   eventsOf(u"VirtualMachineEnded"_s)
                           .filter(u"did not report within 20 s"_s)
                           .size() > 0;
        },
        90'000);
    const qint64 told_ms = m_timer.elapsed();
    setRuntime("");
    QVERIFY2(lost >= 0, qPrintable(web()[u"reason"_s].toString()));
    const int more = requestsLost([&] { return allReady(); });
    QVERIFY(more >= 0);
    row("runc", "hangs", QString::number(lost + more) + u" requests lost"_s,
        u"told after %1 s: did not report within 20 s"_s.arg(told_ms / 1000), m_timer.elapsed());
}

// What it held is proven gone without the runtime, so that it can run elsewhere.
void SurroundingsTest::runtimeHangsWhileAHostDies()
{
    const QString host = web()[u"host"_s].toString();
    const qint64 agent = web()[u"agent_pid"_s].toInteger();
    setRuntime("hang");
    ::kill(pid_t(pidOfHost(host)), SIGKILL);
    const int lost = requestsLost([&] { return web()[u"host"_s].toString() != host; }, 60'000);
    const qint64 moved_ms = m_timer.elapsed();
    setRuntime("");
    QVERIFY(lost >= 0);
    QVERIFY(::kill(pid_t(agent), 0) != 0);
    QVERIFY(requestsLost([&] { return allReady(); }) >= 0);
    row("runc", "hangs while a host dies", QString::number(lost) + u" requests lost"_s,
        u"moved after %1 s"_s.arg(double(moved_ms) / 1000), m_timer.elapsed());
}

void SurroundingsTest::runtimeFolderSwept()
{
    QVERIFY(QProcess::execute(
                u"rm"_s, {u"-rf"_s, u"--one-file-system"_s, m_fabric.folder() + u"/run"_s}) >= 0);
    QElapsedTimer timer;
    timer.start();
    QTRY_VERIFY_WITH_TIMEOUT(m_fabric.ctl({u"status"_s}).ok(), 20'000);
    const qint64 commands_ms = timer.elapsed();
    QTRY_VERIFY_WITH_TIMEOUT(!eventsOf(u"RuntimeFolderSwept"_s).isEmpty(), 20'000);
    QTRY_VERIFY_WITH_TIMEOUT(allReady(), kHealMax_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!KeptAliveClient(m_url).get(u"/whoami"_s).isEmpty(), kHealMax_ms);
    row("runtime folder", "swept",
        u"no answers until it heals; commands again after %1 s"_s.arg(double(commands_ms) / 1000),
        u"RuntimeFolderSwept"_s, timer.elapsed());
}

void SurroundingsTest::cleanupTestCase()
{
    if (!m_fabric.running())
        return;
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QTRY_COMPARE_WITH_TIMEOUT(m_fabric.leftovers(), QStringList(), 5'000);
}

QTEST_GUILESS_MAIN(SurroundingsTest)
#include "surroundings_test.moc"
