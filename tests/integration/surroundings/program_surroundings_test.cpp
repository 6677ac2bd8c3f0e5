// Programs and their nginx: stopped, killed, missing, unable to start; and a data folder that is
// full. A script before the program in its sandbox does what the row says.
#include "tests/integration/surroundings/surroundings.h"

using namespace Qt::StringLiterals;
using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr char kNginx[] = "/usr/sbin/nginx";
constexpr char kAside[] = "/tmp/aside"; // of the sandbox: where the real program is meanwhile

} // namespace

class ProgramSurroundingsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void programStoppedForAMoment();
    void programStoppedForEver();
    void programKilled();
    void webServerStopped();
    void webServerKilled();
    void cannotStart_data();
    void cannotStart();
    void portIsTaken();
    void dataFolderFull();
    void agentEndsOnAFullDisk();
    void cleanupTestCase();

private:
    bool packWithFilesInFront();
    qint64 childOf(qint64 parent, const QByteArray &name) const;
    qint64 webServer() const { return childOf(m_all.agent(), "nginx"); }
    QString programFile() const
    {
        return QFile::symLinkTarget(u"/proc/%1/exe"_s.arg(m_all.program()));
    }
    bool inSandbox(const QString &script) const; // as its root
    // The sandbox's program becomes these lines of shell, then the real one; {}: the real one.
    bool replaceProgram(const QString &path, const QByteArray &lines) const;
    bool restoreProgram(const QString &path) const;
    void tell(const char *part, const char *what, int lost, const QString &operators)
    {
        row(part, what, lostWords(lost), operators, m_all.timer.elapsed());
    }

    Surroundings m_all;
    FabricHarness &m_fabric = m_all.fabric;
    bool m_has_mounts = false;
};

void ProgramSurroundingsTest::initTestCase()
{
    if (::geteuid() != 0)
        QSKIP("What is in a sandbox can be taken away only by root.");
    if (sys::findSandboxProgram().empty())
        QSKIP("runc is not installed");
    m_has_mounts = m_fabric.mountFirst(
        u"mkdir -p '%1' && mount -t tmpfs -o size=160m,mode=700 none '%1'"_s.arg(
            m_fabric.dataFolder()));
    QVERIFY(packWithFilesInFront());
    const QString problem = m_all.begin();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    if (!m_all.isolated())
        QSKIP("No sandbox possible here.");
}

// The sample without the rule that hands its program every address: nginx stands before it.
bool ProgramSurroundingsTest::packWithFilesInFront()
{
    m_all.package = m_fabric.folder() + u"/guestbook"_s;
    std::error_code error;
    std::filesystem::copy(SLIPWAY_SOURCE_DIR "/resources/samples/guestbook-v1",
                          m_all.package.toStdString(), std::filesystem::copy_options::recursive,
                          error);
    QFile::remove(m_all.package + u"/ServiceConfiguration.Local.cscfg"_s);
    return !error && writeText(m_all.package + u"/WebRole/web.config"_s,
                               "<configuration><system.webServer><handlers>"
                               "<add name=\"iisnode\" path=\"server.js\" verb=\"*\""
                               " modules=\"iisnode\"/></handlers></system.webServer>"
                               "</configuration>");
}

qint64 ProgramSurroundingsTest::childOf(qint64 parent, const QByteArray &name) const
{
    const QString folder = u"/proc/%1/task/%1/children"_s.arg(parent);
    for (const QByteArray &pid : readText(folder).split(' '))
        if (readText(u"/proc/"_s + QString::fromLatin1(pid) + u"/comm"_s).trimmed() == name)
            return pid.toLongLong();
    return 0;
}

bool ProgramSurroundingsTest::inSandbox(const QString &script) const
{
    return QProcess::execute(u"nsenter"_s, {u"-t"_s, QString::number(m_all.agent()), u"-U"_s,
                                            u"-m"_s, u"-p"_s, u"sh"_s, u"-ec"_s, script}) == 0;
}

bool ProgramSurroundingsTest::replaceProgram(const QString &path, const QByteArray &lines) const
{
    const QString aside = QString::fromLatin1(kAside);
    const QString script =
        u"mkdir -m 755 '%1' && touch '%1/real' '%1/script' && chmod 755 '%1/script'\n"
        "mount --bind '%2' '%1/real'\n"
        "cat > '%1/script' <<'END'\n#!/bin/sh\n%3\nexec '%1/real' \"$@\"\nEND\n"
        "mount --bind '%1/script' '%2'\n"_s;
    return inSandbox(script.arg(aside, path, QString::fromLatin1(lines)));
}

bool ProgramSurroundingsTest::restoreProgram(const QString &path) const
{
    return inSandbox(
        u"umount -l '%2' '%1/real'; rm -r '%1'"_s.arg(QString::fromLatin1(kAside), path));
}

void ProgramSurroundingsTest::programStoppedForAMoment()
{
    const qint64 pid = m_all.program();
    QVERIFY(signalProcess(pid, SIGSTOP));
    // Nobody asks meanwhile: who asked the stopped one would wait until it is ended.
    QTRY_COMPARE_WITH_TIMEOUT(m_all.web()[u"state"_s].toString(), u"UnresponsiveRole"_s,
                              kHealMax_ms);
    const QString said = m_all.reason();
    QVERIFY(signalProcess(pid, SIGCONT));
    QVERIFY2(said.contains(u"SIGSTOP"_s), qPrintable(said));
    const int lost = m_all.requestsLost([&] { return m_all.allReady(); });
    QCOMPARE(lost, 0);
    QCOMPARE(m_all.program(), pid);
    tell("program", "SIGSTOP for a moment", lost, said);
}

void ProgramSurroundingsTest::programStoppedForEver()
{
    const qint64 pid = m_all.program();
    QVERIFY(signalProcess(pid, SIGSTOP));
    const int lost = m_all.requestsLost([&] { return m_all.program() != pid && m_all.allReady(); });
    QVERIFY(lost >= 0);
    QVERIFY(!lives(pid));
    QVERIFY(m_all.hasEvent(u"stood for 10 s"_s));
    tell("program", "SIGSTOP 30 s, and for ever", lost,
         u"ProgramStopped, no requests to it; after 10 s ended and started again"_s);
}

void ProgramSurroundingsTest::programKilled()
{
    const qint64 pid = m_all.program();
    QVERIFY(signalProcess(pid, SIGKILL));
    const int lost = m_all.requestsLost([&] { return m_all.program() != pid && m_all.allReady(); });
    QVERIFY(lost >= 0);
    tell("program", "SIGKILL", lost, u"ProgramEnded, started again at once"_s);
}

// Its worker: who asks sees no difference to its master.
void ProgramSurroundingsTest::webServerStopped()
{
    const qint64 master = webServer();
    const qint64 worker = childOf(master, "nginx");
    QVERIFY(master != 0 && worker != 0);
    QVERIFY(signalProcess(worker, SIGSTOP));
    const int lost = m_all.requestsLost(
        [&] { return webServer() != master && webServer() != 0 && m_all.allReady(); });
    QVERIFY(lost >= 0);
    QVERIFY(!lives(worker));
    QVERIFY(m_all.hasEvent(u"The web server was stopped by a signal"_s));
    tell("nginx", "SIGSTOP 30 s, and for ever", lost,
         u"ProgramStopped, no requests to it; after 10 s ended and started again"_s);
}

void ProgramSurroundingsTest::webServerKilled()
{
    const qint64 master = webServer();
    QVERIFY(master != 0);
    QVERIFY(signalProcess(master, SIGKILL));
    const int lost = m_all.requestsLost(
        [&] { return webServer() != master && webServer() != 0 && m_all.allReady(); });
    QVERIFY(lost >= 0);
    tell("nginx", "SIGKILL", lost, u"ProgramEnded, started again at once"_s);
}

void ProgramSurroundingsTest::cannotStart_data()
{
    QTest::addColumn<bool>("web_server");
    QTest::addColumn<QByteArray>("lines"); // none: it is no program at all
    QTest::addColumn<QString>("says");
    QTest::newRow("program|missing, then there again") << false << QByteArray() << u"Permission"_s;
    QTest::newRow("program|cannot start: descriptors")
        << false << QByteArray("ulimit -n 8") << u"it said"_s;
    QTest::newRow("program|cannot start: memory")
        << false << QByteArray("ulimit -v 700000") << u"memory"_s;
    QTest::newRow("program|cannot start: disk takes nothing")
        << false << QByteArray("trap '' XFSZ; ulimit -f 0; echo data > /tmp/aside.txt || exit 1")
        << u"I/O error"_s;
    QTest::newRow("nginx|missing, then there again") << true << QByteArray() << u"Permission"_s;
    QTest::newRow("nginx|cannot start: descriptors")
        << true << QByteArray("ulimit -n 4") << u"open"_s;
    QTest::newRow("nginx|cannot start: memory")
        << true << QByteArray("ulimit -v 6000") << u"map segment"_s;
    QTest::newRow("nginx|cannot start: disk takes nothing")
        << true << QByteArray("trap '' XFSZ; ulimit -f 0") << u"nginx.pid"_s;
}

void ProgramSurroundingsTest::cannotStart()
{
    QFETCH(const bool, web_server);
    QFETCH(const QByteArray, lines);
    QFETCH(const QString, says);
    const QString path = web_server ? QString::fromLatin1(kNginx) : programFile();
    const qint64 agent = m_all.agent();
    const bool done = lines.isEmpty() ? inSandbox(u"mount --bind /dev/null '%1'"_s.arg(path))
                                      : replaceProgram(path, lines);
    QVERIFY(done);
    m_all.rest();
    QVERIFY(signalProcess(web_server ? webServer() : m_all.program(), SIGKILL));
    const int lost = m_all.requestsLost([&] { return m_all.tells(says); });
    const qint64 told_ms = m_all.timer.elapsed();
    QVERIFY(lines.isEmpty() ? inSandbox(u"umount '%1'"_s.arg(path)) : restoreProgram(path));
    const int more = m_all.requestsLost([&] { return m_all.allReady(); });
    QVERIFY2(lost >= 0 && more >= 0, qPrintable(m_all.said));
    QCOMPARE(m_all.agent(), agent);
    const QList<QByteArray> words = QByteArray(QTest::currentDataTag()).split('|');
    row(words[0], words[1], lostWords(lost + more), m_all.said, told_ms + m_all.timer.elapsed());
}

// Somebody in its sandbox took it while the program was away. (nginx takes none: it is handed in.)
void ProgramSurroundingsTest::portIsTaken()
{
    const QString path = programFile();
    const qint64 agent = m_all.agent();
    const QByteArray hold = "while [ -e /tmp/hold ]; do sleep 0.05; done";
    QVERIFY(replaceProgram(path, hold) && inSandbox(u"touch /tmp/hold"_s));
    const QByteArray environment =
        readText(u"/proc/%1/environ"_s.arg(m_all.program())).replace('\0', '\n');
    const qsizetype at = environment.indexOf("\nPORT=");
    QVERIFY(at >= 0);
    const QByteArray port = environment.mid(at + 6).split('\n').first();
    m_all.rest();
    QVERIFY(signalProcess(m_all.program(), SIGKILL));
    QProcess thief;
    thief.start(
        u"nsenter"_s,
        {u"-t"_s, QString::number(agent), u"-n"_s, path, u"-e"_s,
         u"require('net').createServer(c => c.destroy()).listen(%1, () => console.log('has it'))"_s
             .arg(QString::fromLatin1(port))});
    const bool taken = QTest::qWaitFor(
        [&] {
            thief.waitForReadyRead(100);
            return thief.readAllStandardOutput().contains("has it");
        },
        20'000);
    QVERIFY(inSandbox(u"rm /tmp/hold"_s));
    QVERIFY2(taken, thief.readAllStandardError().constData());
    const int lost = m_all.requestsLost([&] { return m_all.tells(u"EADDRINUSE"_s); });
    const qint64 told_ms = m_all.timer.elapsed();
    thief.kill();
    thief.waitForFinished();
    QVERIFY(restoreProgram(path));
    QVERIFY2(lost >= 0, qPrintable(m_all.said));
    const int more = m_all.requestsLost([&] { return m_all.allReady(); });
    QVERIFY(more >= 0);
    row("program", "cannot start: port", lostWords(lost + more), m_all.said,
        told_ms + m_all.timer.elapsed());
}

// What runs goes on; what would have to be written is refused, with the reason.
void ProgramSurroundingsTest::dataFolderFull()
{
    if (!m_has_mounts)
        QSKIP("A small data folder can be had only where this test may mount.");
    const QString filler = m_fabric.dataFolder() + u"/filler"_s;
    QVERIFY(m_fabric.amongMounts(u"cat /dev/zero > '%1' || test -s '%1'"_s.arg(filler)));
    CtlResult refused;
    const int lost = m_all.requestsLost([&] {
        refused = deploySample(m_fabric, m_all.shop, u"staging"_s, "static-site");
        return !refused.ok();
    });
    QVERIFY(lost >= 0);
    QVERIFY2(refused.err.contains(u"DISK_TOO_FULL"_s), qPrintable(refused.all()));
    QVERIFY(m_all.allReady());
    QVERIFY(m_fabric.amongMounts(u"rm '%1'"_s.arg(filler)));
    const int more = m_all.requestsLost(
        [&] { return deploySample(m_fabric, m_all.shop, u"staging"_s, "static-site").ok(); });
    QVERIFY(more >= 0);
    tell("fabric", "runs, and its disk is full", lost + more, refused.err.trimmed());
}

// Its disk stays what it is, and it comes back without anybody's help once there is room.
void ProgramSurroundingsTest::agentEndsOnAFullDisk()
{
    if (!m_has_mounts)
        QSKIP("A small data folder can be had only where this test may mount.");
    QVERIFY(inSandbox(u"echo kept > /local/kept"_s));
    const QString filler = m_fabric.dataFolder() + u"/filler"_s;
    QVERIFY(m_fabric.amongMounts(u"cat /dev/zero > '%1' || test -s '%1'"_s.arg(filler)));
    const qint64 before = m_all.agent();
    QVERIFY(signalProcess(before, SIGKILL));
    const int lost = m_all.requestsLost(
        [&] { return m_all.agent() != before && m_all.agent() > 0 && m_all.allReady(); });
    const qint64 healed_ms = m_all.timer.elapsed();
    QVERIFY(m_fabric.amongMounts(u"rm '%1'"_s.arg(filler)));
    QVERIFY2(lost >= 0, qPrintable(m_all.reason()));
    QVERIFY(inSandbox(u"grep -q kept /local/kept"_s));
    const QStringList events = m_all.eventsOf(u"InstanceState"_s);
    row("agent", "is killed while its host's disk is full", lostWords(lost),
        events.isEmpty() ? QString() : events.last(), healed_ms);
}

void ProgramSurroundingsTest::cleanupTestCase()
{
    const QString problem = m_all.end();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

QTEST_GUILESS_MAIN(ProgramSurroundingsTest)
#include "program_surroundings_test.moc"
