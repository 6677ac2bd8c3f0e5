// Dozens of attempts to get out of a sandbox, to become its agent, or to take what is others'. Each
// must fail, and neither the neighbour on the same host nor what is the operator's may show any
// trace of them.
#include "tests/integration/voyage/voyage.h"

#include <QElapsedTimer>
#include <QMap>
#include <QRegularExpression>
#include <QTcpServer>
#include <cstddef>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace slipway::test;

namespace
{

constexpr char kSecretName[] = "slipway-escape-test";
constexpr unsigned kOrdinaryUser = 64'123; // nobody's

// A socket that has no file: seen by everybody in the machine's network namespace.
int listenWithoutAFile()
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(std::begin(kSecretName), std::end(kSecretName) - 1, address.sun_path + 1);
    const auto size = socklen_t(offsetof(sockaddr_un, sun_path) + sizeof kSecretName);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return bind(fd, reinterpret_cast<sockaddr *>(&address), size) == 0 && listen(fd, 8) == 0 ? fd
                                                                                             : -1;
}

} // namespace

// Declared before the raw strings: moc does not find a class behind them.
class EscapeTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void attempts_data();
    void attempts();
    void logsAreNoCommands();
    void floods_data();
    void floods();
    void cleanupTestCase();

private:
    struct Level {
        FabricHarness fabric;
        QString isolation;
        QString log;                     // of the probe
        QMap<QString, QString> verdicts; // of the attempts
        QStringList neighbour;           // who it is
        QProcess process;                // of the operator's, which does nothing
        QString broken;                  // why nothing can be said of this level
    };
    QString operatorsThings(const Level &level) const;
    Level *level(const QString &name);
    QString begin(Level &level);
    QString beginProbe(Level &level);
    QString deploy(Level &level, const QString &service, const QString &what);
    bool waitForLog(Level &level, const QString &service, const QString &words);
    bool neighbourIsWell(Level &level, QString &why);
    QString log(Level &level, const QString &service) const
    {
        return level.fabric.ctl({u"logs"_s, service, u"--tail"_s, u"5000"_s}).out;
    }

    std::map<QString, std::unique_ptr<Level>> m_levels;
    QTcpServer m_operator_service;
    int m_nameless = -1;
    int m_shared_memory = -1;
};

namespace
{

constexpr char kDefinition[] = R"(<?xml version="1.0" encoding="utf-8"?>
<ServiceDefinition name="Probe" xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceDefinition">
  <WorkerRole name="Probe" vmsize="ExtraSmall">
    <Runtime>
      <EntryPoint>
        <ProgramEntryPoint commandLine="escape_probe %1" setReadyOnProcessStart="true" />
      </EntryPoint>
    </Runtime>
    <LocalResources>
      <LocalStorage name="scratch" sizeInMB="16" cleanOnRoleRecycle="true" />
    </LocalResources>
    <ConfigurationSettings>
      <Setting name="SECRET_FILE" />
      <Setting name="SECRET_PORT" />
      <Setting name="SECRET_NAME" />
      <Setting name="SECRET_PROCESS" />
      <Setting name="FABRIC_SOCKET" />
      <Setting name="FABRIC_DATA" />
    </ConfigurationSettings>
  </WorkerRole>
</ServiceDefinition>
)";

constexpr char kConfiguration[] = R"(<?xml version="1.0" encoding="utf-8"?>
<ServiceConfiguration serviceName="Probe" xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceConfiguration">
  <Role name="Probe">
    <Instances count="1" />
    <ConfigurationSettings>
      <Setting name="SECRET_FILE" value="%1/secret.txt" />
      <Setting name="SECRET_PORT" value="%2" />
      <Setting name="SECRET_NAME" value="%3" />
      <Setting name="SECRET_PROCESS" value="%4" />
      <Setting name="FABRIC_SOCKET" value="%1/run/fabric.sock" />
      <Setting name="FABRIC_DATA" value="%1/data" />
    </ConfigurationSettings>
  </Role>
</ServiceConfiguration>
)";

const QStringList kLevels = {u"root"_s, u"rootless"_s};
constexpr int kAllAttempts_ms = 240'000;
constexpr int kLevelPatience_ms = 60'000;

} // namespace

void EscapeTest::initTestCase()
{
    QVERIFY(m_operator_service.listen(QHostAddress::LocalHost));
    m_nameless = listenWithoutAFile();
    QVERIFY(m_nameless >= 0);
    m_shared_memory = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
    QVERIFY(m_shared_memory >= 0);
    void *memory = shmat(m_shared_memory, nullptr, 0);
    std::copy(std::begin(kSecretName), std::end(kSecretName), static_cast<char *>(memory));
    shmdt(memory);
}

// Started when its first row comes.
EscapeTest::Level *EscapeTest::level(const QString &name)
{
    auto &level = m_levels[name];
    if (level)
        return level.get();
    level = std::make_unique<Level>();
    const QStringList idle = {u"sleep"_s, u"infinity"_s};
    const bool as_other = name == u"rootless"_s && geteuid() == 0;
    if (as_other)
        level->fabric.runAs(kOrdinaryUser);
    const QString user = QString::number(as_other ? kOrdinaryUser : geteuid());
    level->process.start(u"setpriv"_s, QStringList{u"--reuid"_s, user} + idle);
    level->broken = begin(*level);
    if (!level->broken.isEmpty()) // whole, which a failed check would not print
        qWarning().noquote() << level->broken;
    return level.get();
}

// Returns what went wrong.
QString EscapeTest::begin(Level &level)
{
    if (!level.fabric.start({u"--hosts"_s, u"1"_s, u"--fault-domains"_s, u"1"_s}))
        return u"the fabric did not start: "_s + level.fabric.log();
    const auto host = [&level] { return level.fabric.json({u"hosts"_s}).array().at(0); };
    if (!QTest::qWaitFor([&] { return host()[u"state"_s] == u"Ready"_s; }, kLevelPatience_ms))
        return u"no host: "_s + level.fabric.log();
    level.isolation = host()[u"isolation"_s].toString();
    qInfo().noquote() << level.isolation << host()[u"isolation_advice"_s].toString();
    writeText(level.fabric.folder() + u"/secret.txt"_s, "the operator's own words");
    if (const CtlResult made = level.fabric.ctl({u"service"_s, u"create"_s, u"neighbour"_s});
        !made.ok())
        return made.all();
    if (const CtlResult deployed =
            deploySample(level.fabric, u"neighbour"_s, u"production"_s, "static-site");
        !deployed.ok())
        return deployed.all();
    level.neighbour = identities(level.fabric, u"neighbour"_s);
    if (!level.process.waitForStarted())
        return level.process.errorString();
    return level.isolation == u"no isolation"_s ? QString() : beginProbe(level);
}

// All attempts, one after the other, while somebody visits the neighbour all the time.
QString EscapeTest::beginProbe(Level &level)
{
    KeptAliveClient visitor(level.fabric.slotUrl(u"neighbour"_s, u"production"_s));
    const QString before = operatorsThings(level);
    QString missed;
    const auto visit = [&] {
        QString error;
        if (visitor.get(u"/"_s, &error).isEmpty())
            missed += error + u'\n';
    };
    if (const QString problem = deploy(level, u"probe"_s, u"all"_s); !problem.isEmpty())
        return problem;
    const bool done = QTest::qWaitFor(
        [&] {
            visit();
            return (level.log = log(level, u"probe"_s)).contains(u"PROBE done"_s);
        },
        kAllAttempts_ms);
    static const QRegularExpression line(u"PROBE (\\S+) (refused|SUCCEEDED) (.*)"_s);
    for (auto found = line.globalMatch(level.log); found.hasNext();) {
        const auto match = found.next();
        QString &verdict = level.verdicts[match.captured(1)]; // a success is not forgotten
        if (!verdict.startsWith(u"SUCCEEDED"_s))
            verdict = match.captured(2) + u' ' + match.captured(3);
    }
    if (!done)
        return u"the probe did not end: "_s + level.log + level.fabric.log();
    if (!missed.isEmpty())
        return u"a visitor of the neighbour was not served: "_s + missed;
    if (const QString now = operatorsThings(level); now != before)
        return u"the operator's own has changed: "_s + before + u"\nis now\n"_s + now;
    QString why;
    return neighbourIsWell(level, why) ? QString() : why;
}

// What an attempt may have changed without saying so: a file, the store's rights, a process and
// what it may use, shared memory.
QString EscapeTest::operatorsThings(const Level &level) const
{
    const auto rights = [](const QString &path) -> QString {
        const QFileInfo info(path);
        return QString::number(info.permissions(), 16) + u' ' + QString::number(info.ownerId());
    };
    const QString secret = level.fabric.folder() + u"/secret.txt"_s;
    const QString process = u"/proc/"_s + QString::number(level.process.processId());
    // Priorities and policy behind the name, which may hold blanks; the last is the state.
    const QStringList stat = QString::fromUtf8(readText(process + u"/stat"_s))
                                 .section(u") "_s, -1)
                                 .split(u' ', Qt::SkipEmptyParts);
    const auto *memory = static_cast<const char *>(shmat(m_shared_memory, nullptr, SHM_RDONLY));
    const QString words = QString::fromLatin1(memory, qsizetype(sizeof kSecretName));
    shmdt(memory);
    QString all = QString::fromUtf8(readText(secret)) + u'\n' + rights(secret) + u'\n';
    all += QFileInfo(secret).lastModified().toString(Qt::ISODateWithMs) + u'\n';
    all += rights(level.fabric.folder() + u"/data/fabric.db"_s) + u'\n';
    all += QString::fromUtf8(readText(process + u"/limits"_s));
    for (const int field : {0, 15, 16, 38})
        all += stat.value(field) + u' ';
    return all + words;
}

// Returns what went wrong.
QString EscapeTest::deploy(Level &level, const QString &service, const QString &what)
{
    const FabricHarness &fabric = level.fabric;
    const QString folder = fabric.folder() + u"/packages/"_s + service;
    const QString package = fabric.folder() + u'/' + service + u".cspkg"_s;
    const QString configuration = folder + u".cscfg"_s;
    writeText(folder + u"/ServiceDefinition.csdef"_s,
              QString::fromLatin1(kDefinition).arg(what).toUtf8());
    QDir().mkpath(folder + u"/Probe"_s);
    QFile::copy(QStringLiteral(SLIPWAY_PROBE), folder + u"/Probe/escape_probe"_s);
    writeText(configuration,
              QString::fromLatin1(kConfiguration)
                  .arg(fabric.folder(), QString::number(m_operator_service.serverPort()),
                       QString::fromLatin1(kSecretName), QString::number(level.process.processId()))
                  .toUtf8());
    for (const QStringList &command :
         {QStringList{u"package"_s, u"pack"_s, folder, u"-o"_s, package},
          QStringList{u"service"_s, u"create"_s, service},
          QStringList{u"deploy"_s, service, u"--slot"_s, u"production"_s, u"--package"_s, package,
                      u"--config"_s, configuration, u"--accept-single-instance"_s}})
        if (const CtlResult done = fabric.ctl(command); !done.ok())
            return done.all();
    return {};
}

bool EscapeTest::waitForLog(Level &level, const QString &service, const QString &words)
{
    return QTest::qWaitFor([&] { return log(level, service).contains(words); }, kLevelPatience_ms);
}

bool EscapeTest::neighbourIsWell(Level &level, QString &why)
{
    const QStringList now = identities(level.fabric, u"neighbour"_s);
    if (now != level.neighbour)
        why = level.neighbour.join(u'\n') + u"\nis now\n"_s + now.join(u'\n') + u'\n' +
              level.fabric.ctl({u"events"_s, u"neighbour"_s}).all();
    QString error;
    KeptAliveClient client(level.fabric.slotUrl(u"neighbour"_s, u"production"_s));
    if (client.get(u"/"_s, &error).isEmpty())
        why += u" it does not answer: "_s + error;
    return why.isEmpty();
}

void EscapeTest::attempts_data()
{
    QTest::addColumn<QString>("on");
    QTest::addColumn<QString>("attempt");
    QProcess names;
    names.start(QStringLiteral(SLIPWAY_PROBE), {u"list"_s});
    QVERIFY(names.waitForFinished());
    const QStringList all =
        QString::fromUtf8(names.readAllStandardOutput()).split(u'\n', Qt::SkipEmptyParts);
    QVERIFY(all.size() >= 40);
    for (const QString &on : kLevels)
        for (const QString &attempt : all)
            QTest::newRow(qPrintable(on + u' ' + attempt)) << on << attempt;
}

void EscapeTest::attempts()
{
    QFETCH(QString, on);
    QFETCH(QString, attempt);
    if (on == u"root"_s && geteuid() != 0)
        QSKIP("needs root");
    Level *here = level(on);
    QVERIFY2(here->broken.isEmpty(), qPrintable(here->broken.left(200)));
    if (!here->isolation.startsWith(u"isolated"_s) && here->isolation != u"confined"_s)
        QSKIP(qPrintable(u"this machine gives: "_s + here->isolation));
    if (attempt == u"flood-memory"_s && here->isolation != u"isolated with limits"_s)
        QSKIP("memory limits need the level isolated with limits");
    const QString verdict = here->verdicts.value(attempt);
    QVERIFY2(verdict.startsWith(u"refused"_s), qPrintable(attempt + u": "_s + verdict));
}

// The probe writes some into its log, and makes files of such names.
void EscapeTest::logsAreNoCommands()
{
    for (const auto &[name, level] : m_levels)
        for (const QChar letter : level->log)
            QVERIFY2(letter.isPrint() || letter == u'\n' || letter == u'\t',
                     qPrintable(name + u" printed "_s + QString::number(letter.unicode(), 16)));
}

void EscapeTest::floods_data()
{
    QTest::addColumn<QString>("on");
    QTest::addColumn<QString>("flood");
    QTest::addColumn<bool>("told");
    for (const QString &on : kLevels) {
        QTest::newRow(qPrintable(on + u" disk"_s)) << on << u"fill-disk"_s << true;
        QTest::newRow(qPrintable(on + u" files"_s)) << on << u"fill-files"_s << true;
        QTest::newRow(qPrintable(on + u" log"_s)) << on << u"fill-log"_s << false;
    }
}

// Where the kernel holds the disk the program is refused; else it is ended. Both are told.
void EscapeTest::floods()
{
    QFETCH(QString, on);
    QFETCH(QString, flood);
    QFETCH(bool, told);
    if (on == u"root"_s && geteuid() != 0)
        QSKIP("needs root");
    Level *here = level(on);
    QVERIFY2(here->broken.isEmpty(), qPrintable(here->broken.left(200)));
    const QString problem = deploy(*here, flood, flood);
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    const auto events = [&] { return here->fabric.ctl({u"events"_s, flood}).all(); };
    if (told)
        QTRY_VERIFY2_WITH_TIMEOUT(events().contains(u"disk is full"_s), qPrintable(events()),
                                  kLevelPatience_ms);
    const QString advice =
        here->fabric.json({u"hosts"_s}).array().at(0)[u"isolation_advice"_s].toString();
    if (!told || !advice.contains(u"counting"_s))
        QVERIFY2(waitForLog(*here, flood, u"PROBE "_s + flood + u" refused ENOSPC"_s),
                 qPrintable(log(*here, flood) + events()));
    QString why;
    QVERIFY2(neighbourIsWell(*here, why), qPrintable(why));
    const CtlResult deleted = here->fabric.ctl(
        {u"deployment"_s, u"delete"_s, flood, u"--slot"_s, u"production"_s, u"--wait"_s});
    QVERIFY2(deleted.ok(), qPrintable(deleted.all()));
}

void EscapeTest::cleanupTestCase()
{
    QVERIFY2(!m_operator_service.hasPendingConnections(),
             "somebody reached the operator's loopback");
    for (auto &[name, level] : m_levels) {
        level->process.kill();
        level->process.waitForFinished();
        if (!level->fabric.running())
            continue;
        QVERIFY2(level->fabric.stop(20000), qPrintable(level->fabric.log()));
        QCOMPARE(level->fabric.leftovers(), QStringList());
    }
    ::close(m_nameless);
    shmctl(m_shared_memory, IPC_RMID, nullptr);
}

QTEST_GUILESS_MAIN(EscapeTest)
#include "escape_test.moc"
