// Kills every part of the fabric in turn, under load: what the architecture promises must hold.
#include "tests/support/fabric_harness.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSet>
#include <QTest>
#include <csignal>

using namespace Qt::StringLiterals;
using namespace slipway::test;

namespace
{

QString sample(const char *name)
{
    return QStringLiteral(SLIPWAY_SAMPLES_DIR "/") + QString::fromLatin1(name);
}

QString startTicks(qint64 pid)
{
    QFile file(u"/proc/"_s + QString::number(pid) + u"/stat"_s);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QString text = QString::fromUtf8(file.readAll());
    return text.mid(text.lastIndexOf(u')') + 2).section(u' ', 19, 19);
}

// "name pid start" of every program: equal before and after means adopted, not restarted.
QStringList identities(const QJsonArray &instances)
{
    QStringList result;
    for (const QJsonValue &value : instances) {
        const qint64 pid = value[u"program_pid"_s].toInteger();
        result << value[u"name"_s].toString() + u' ' + QString::number(pid) + u' ' +
                      startTicks(pid);
    }
    result.sort();
    return result;
}

// A zombie that its new parent has not reaped yet runs no more.
bool gone(qint64 pid)
{
    QFile file(u"/proc/"_s + QString::number(pid) + u"/stat"_s);
    if (!file.open(QIODevice::ReadOnly))
        return true;
    const QString text = QString::fromUtf8(file.readAll());
    return text.section(u") "_s, 1).startsWith(u'Z');
}

} // namespace

class KillTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void program();
    void agent();
    void host();
    void edgeKeeper();
    void haproxy();
    void controller();
    void everything();
    void cleanupTestCase();

private:
    QJsonObject victim() const;
    QString uncrowded() const; // what is wrong with the web instances' placement; empty: nothing
    // Kills `pid`, waits for `healed`, ends the load, prints the time and returns wrk's problems.
    QString killUnderLoad(qint64 pid, const char *what, const std::function<bool()> &healed);
    bool flows(const Load &load) const;
    bool allReady() const { return m_fabric.readyCount(u"guestbook"_s, u"production"_s) == 5; }

    FabricHarness m_fabric;
    QString m_url;
};

void KillTest::initTestCase()
{
    if (!haveProgram(u"wrk"_s))
        QSKIP("wrk is not installed; .ci/install-dependencies --tests brings it");
    QVERIFY(m_fabric.start());
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"guestbook"_s}).ok());
    const CtlResult deployed = m_fabric.ctl(
        {u"deploy"_s, u"guestbook"_s, u"--slot"_s, u"production"_s, u"--package"_s,
         sample("guestbook-v1.cspkg"), u"--config"_s, sample("guestbook-v1.cscfg"), u"--wait"_s});
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric.log()));
    QVERIFY(m_fabric.waitReady(u"guestbook"_s, u"production"_s, 5));
    QCOMPARE(uncrowded(), QString());
    m_url = m_fabric.slotUrl(u"guestbook"_s, u"production"_s);
}

// Deployed the moment after the fabric's start: the fastest host must not have got everything.
QString KillTest::uncrowded() const
{
    QSet<QString> hosts;
    QSet<int> domains;
    QString all;
    for (const QJsonValue &value : m_fabric.instances(u"guestbook"_s)) {
        if (value[u"role"_s].toString() != u"WebRole"_s)
            continue;
        hosts << value[u"host"_s].toString();
        domains << value[u"fault_domain"_s].toInt();
        all += value[u"name"_s].toString() + u" on "_s + value[u"host"_s].toString() + u"; "_s;
    }
    return hosts.size() == 3 && domains.size() == 2 ? QString() : all;
}

QJsonObject KillTest::victim() const
{
    return m_fabric.instance(u"guestbook"_s, u"WebRole_IN_1"_s, u"production"_s);
}

// A hundred answers beside it: by then wrk has opened its connections and gets answers too.
bool KillTest::flows(const Load &load) const
{
    KeptAliveClient client(m_url);
    for (int i = 0; i < 100; ++i)
        if (client.get(u"/whoami"_s).isEmpty())
            return false;
    return load.started();
}

QString KillTest::killUnderLoad(qint64 pid, const char *what, const std::function<bool()> &healed)
{
    if (pid <= 1)
        return u"no pid to kill"_s;
    Load load(m_url + u"/whoami"_s, 16, 120);
    KeptAliveClient client(m_url);
    if (!flows(load))
        return u"the load did not start"_s;
    QElapsedTimer timer;
    timer.start();
    ::kill(pid_t(pid), SIGKILL);
    QString first_failure;
    const bool ok = QTest::qWaitFor(
        [&] {
            QString error;
            if (client.get(u"/whoami"_s, &error).isEmpty() && first_failure.isEmpty())
                first_failure = QString::number(timer.elapsed()) + u" ms after: "_s + error;
            return healed();
        },
        60000);
    qInfo().noquote() << what << "killed; healed after" << timer.elapsed() << "ms";
    const LoadResult result = load.interrupt();
    if (!first_failure.isEmpty())
        return first_failure + u"; "_s + result.problems;
    if (!ok)
        return u"not healed: "_s + m_fabric.ctl({u"instance"_s, u"list"_s, u"guestbook"_s}).all() +
               m_fabric.log();
    return result.requests > 100 ? result.problems : u"too few requests: "_s + result.text;
}

void KillTest::program()
{
    const qint64 pid = victim()[u"program_pid"_s].toInteger();
    const QString problems = killUnderLoad(pid, "program", [&] {
        return allReady() && victim()[u"program_pid"_s].toInteger() != pid;
    });
    QCOMPARE(problems, QString());
    QVERIFY(victim()[u"restarts"_s].toInt() > 0);
}

void KillTest::agent()
{
    const qint64 pid = victim()[u"agent_pid"_s].toInteger();
    const QString problems = killUnderLoad(pid, "agent (VM)", [&] {
        return allReady() && victim()[u"agent_pid"_s].toInteger() != pid;
    });
    QCOMPARE(problems, QString());
}

void KillTest::host()
{
    const QString name = victim()[u"host"_s].toString();
    qint64 pid = 0;
    for (const QJsonValue &value : m_fabric.json({u"hosts"_s}).array())
        if (value[u"id"_s].toString() == name)
            pid = value[u"pid"_s].toInteger();
    const qint64 agent = victim()[u"agent_pid"_s].toInteger();
    const QString problems = killUnderLoad(
        pid, "host", [&] { return allReady() && victim()[u"host"_s].toString() != name; });
    QCOMPARE(problems, QString());
    QVERIFY2(gone(agent), "the dead host's sandbox still runs");
    QTRY_COMPARE_WITH_TIMEOUT(m_fabric.json({u"hosts"_s}).array().size(), 6, 20000);
    QVERIFY2(victim()[u"host"_s].toString() != name, "the instance moved back");
}

void KillTest::edgeKeeper()
{
    const qint64 pid = m_fabric.status()[u"edge_pid"_s].toInteger();
    const qint64 haproxy = m_fabric.status()[u"haproxy_pid"_s].toInteger();
    const QString problems = killUnderLoad(pid, "edge's keeper", [&] {
        const qint64 now = m_fabric.status()[u"edge_pid"_s].toInteger();
        return now != pid && now > 0;
    });
    QCOMPARE(problems, QString());
    QTRY_COMPARE_WITH_TIMEOUT(m_fabric.status()[u"haproxy_pid"_s].toInteger(), haproxy, 10000);
}

void KillTest::haproxy()
{
    const qint64 pid = m_fabric.status()[u"haproxy_pid"_s].toInteger();
    QVERIFY(pid > 1);
    Load load(m_url + u"/whoami"_s, 16, 120);
    QVERIFY(flows(load));
    QElapsedTimer timer;
    timer.start();
    ::kill(pid_t(pid), SIGKILL);
    // Open connections break; a new one waits in the keeper's listening socket and is answered.
    KeptAliveClient client(m_url);
    QString error;
    const QByteArray body = client.get(u"/whoami"_s, &error);
    QVERIFY2(!body.isEmpty(), qPrintable(error));
    qInfo().noquote() << "HAProxy killed; answering again after" << timer.elapsed() << "ms";
    QTRY_VERIFY_WITH_TIMEOUT(m_fabric.status()[u"haproxy_pid"_s].toInteger() > 1 &&
                                 m_fabric.status()[u"haproxy_pid"_s].toInteger() != pid,
                             10000);
    const LoadResult result = load.interrupt();
    qInfo().noquote() << "wrk meanwhile:" << result.requests << "requests;" << result.problems;
    QVERIFY2(!result.problems.contains(u"Non-2xx"_s), qPrintable(result.text));
    QCOMPARE(result.connect_errors, 0);
    QVERIFY2(result.broken_connections <= 16, qPrintable(result.text)); // each open one, once
}

void KillTest::controller()
{
    const QStringList before = identities(m_fabric.instances(u"guestbook"_s));
    Load load(m_url + u"/whoami"_s, 16, 120);
    QVERIFY(flows(load));
    m_fabric.killController();
    KeptAliveClient client(m_url);
    for (int i = 0; i < 50; ++i)
        QVERIFY2(!client.get(u"/whoami"_s).isEmpty(), "no traffic without a controller");
    QElapsedTimer timer;
    timer.start();
    QVERIFY2(m_fabric.start(), qPrintable(m_fabric.log()));
    QTRY_VERIFY_WITH_TIMEOUT(allReady(), 30000);
    qInfo().noquote() << "controller killed; all adopted" << timer.elapsed()
                      << "ms after its start";
    const LoadResult result = load.interrupt();
    QVERIFY2(result.problems.isEmpty(), qPrintable(result.problems));
    const QStringList after = identities(m_fabric.instances(u"guestbook"_s));
    if (after != before)
        qWarning().noquote() << m_fabric.json({u"events"_s, u"guestbook"_s}).out.right(6000);
    QCOMPARE(after, before);
}

void KillTest::everything()
{
    Load load(m_url + u"/whoami"_s, 16, 120);
    QVERIFY(flows(load));
    m_fabric.killController();
    m_fabric.killLeftovers();
    QTRY_COMPARE_WITH_TIMEOUT(m_fabric.leftovers(), QStringList(), 10000);
    load.interrupt(); // the service is down: what wrk saw in its last moments may be anything
    QElapsedTimer timer;
    timer.start();
    QVERIFY2(m_fabric.start(), qPrintable(m_fabric.log()));
    QVERIFY2(m_fabric.waitReady(u"guestbook"_s, u"production"_s, 5),
             qPrintable(QString::number(timer.elapsed())));
    qInfo().noquote() << "everything killed; all Ready" << timer.elapsed() << "ms after the start";
    QCOMPARE(m_fabric.slotUrl(u"guestbook"_s, u"production"_s), m_url);
    QTRY_VERIFY_WITH_TIMEOUT(!KeptAliveClient(m_url).get(u"/whoami"_s).isEmpty(), 10000);
    const LoadResult again = Load(m_url + u"/whoami"_s, 16, 2).finish(20000);
    QVERIFY2(again.problems.isEmpty() && again.requests > 100, qPrintable(again.text));
}

void KillTest::cleanupTestCase()
{
    if (!m_fabric.running())
        return;
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QCOMPARE(m_fabric.leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(KillTest)
#include "kill_test.moc"
