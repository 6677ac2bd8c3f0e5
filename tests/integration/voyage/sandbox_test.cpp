// What a sandbox is for: a program that takes too much memory ends at its limit and hurts nobody,
// and a curious one sees neither the operator's files, nor the operator's loopback, nor another's
// disk.
#include "tests/support/fabric_harness.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTcpServer>
#include <QTest>
#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

using namespace Qt::StringLiterals;
using namespace slipway::test;

namespace
{

// Of requests on one connection, one every 2 ms: what the neighbour itself takes, without the queue
// that a load generator makes.
double pacedP99_ms(const QString &url, std::chrono::seconds duration, QString &error)
{
    std::vector<double> latencies_ms;
    KeptAliveClient client(url);
    auto next = std::chrono::steady_clock::now();
    const auto end = next + duration;
    while (next < end) {
        std::this_thread::sleep_until(next += std::chrono::milliseconds(2));
        next = std::max(next, std::chrono::steady_clock::now());
        QElapsedTimer timer;
        timer.start();
        if (client.get(u"/"_s, &error).isEmpty())
            return 0;
        latencies_ms.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    const auto place = latencies_ms.begin() + std::ptrdiff_t(latencies_ms.size() * 99 / 100);
    std::nth_element(latencies_ms.begin(), place, latencies_ms.end());
    return *place;
}

struct NeighbourTimes {
    double loaded_ms = 0; // p99 under wrk with 64 connections
    double paced_ms = 0;  // p99 of a request every 2 ms
    QString error;
};

NeighbourTimes measure(const QString &url)
{
    NeighbourTimes times;
    Load load(url, 64, 6);
    const LoadResult result = load.finish(30000);
    times.loaded_ms = result.p99_ms;
    times.error = result.problems;
    times.paced_ms = pacedP99_ms(url, std::chrono::seconds(4), times.error);
    return times;
}

} // namespace

// Declared before the raw strings: moc does not find a class behind them.
class SandboxTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void hogEndsAtItsLimit();
    void spySeesNothing();
    void cleanupTestCase();

private:
    bool isolated(bool with_limits);
    void deployTrial(const QString &service, const char *program, int count);

    FabricHarness m_fabric;
    QTcpServer m_operator_service;
};

namespace
{

constexpr double kBearable_ms = 1'000; // on a loaded machine, too
constexpr char kDefinition[] = R"(<?xml version="1.0" encoding="utf-8"?>
<ServiceDefinition name="Trial" xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceDefinition">
  <WorkerRole name="Trial" vmsize="ExtraSmall">
    <Runtime>
      <EntryPoint>
        <ProgramEntryPoint commandLine="node.exe .\trial.js" setReadyOnProcessStart="true" />
      </EntryPoint>
    </Runtime>
    <ConfigurationSettings>
      <Setting name="SECRET_FILE" />
      <Setting name="SECRET_PORT" />
    </ConfigurationSettings>
  </WorkerRole>
</ServiceDefinition>
)";

constexpr char kConfiguration[] = R"(<?xml version="1.0" encoding="utf-8"?>
<ServiceConfiguration serviceName="Trial" xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceConfiguration">
  <Role name="Trial">
    <Instances count="%1" />
    <ConfigurationSettings>
      <Setting name="SECRET_FILE" value="%2" />
      <Setting name="SECRET_PORT" value="%3" />
    </ConfigurationSettings>
  </Role>
</ServiceConfiguration>
)";

// About two seconds until 768 MiB are full, again and again.
constexpr char kHog[] = R"(
console.log('hog eats');
const held = [];
setInterval(() => held.push(Buffer.alloc(16 * 1024 * 1024, 1)), 40);
)";

constexpr char kSpy[] = R"(
const fs = require('fs'), net = require('net'), path = require('path');
const say = (what, text) => console.log('SPY ' + what + ': ' + text);
const attempt = (what, action) => { try { say(what, 'SUCCEEDED ' + action()); } catch (e) { say(what, 'refused ' + e.code); } };
attempt('secret', () => fs.readFileSync(process.env.SECRET_FILE, 'utf8'));
attempt('folder', () => fs.readdirSync(path.dirname(process.env.SECRET_FILE)));
attempt('home', () => fs.readdirSync('/home').concat(fs.readdirSync('/root')).length || (() => { throw { code: 'EMPTY' }; })());
attempt('package', () => fs.writeFileSync(path.join(__dirname, 'written'), 'x'));
fs.writeFileSync('/local/mine-' + process.env.ROLE_INSTANCE_ID, 'x');
const others = fs.readdirSync('/local').filter(n => n.startsWith('mine-') && n !== 'mine-' + process.env.ROLE_INSTANCE_ID);
say('disk', others.length ? 'SUCCEEDED ' + others : 'refused EMPTY');
const socket = net.connect({ host: '127.0.0.1', port: Number(process.env.SECRET_PORT) });
socket.on('connect', () => { say('loopback', 'SUCCEEDED'); socket.destroy(); });
socket.on('error', e => say('loopback', 'refused ' + e.code));
setTimeout(() => say('done', 'all'), 2000);
setInterval(() => {}, 1000);
)";

void write(const QString &path, const QByteArray &text)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

} // namespace

void SandboxTest::initTestCase()
{
    // One host, so that everybody is everybody's neighbour.
    QVERIFY(m_fabric.start({u"--hosts"_s, u"1"_s, u"--fault-domains"_s, u"1"_s}));
    QTRY_COMPARE_WITH_TIMEOUT(m_fabric.json({u"hosts"_s}).array().at(0)[u"state"_s].toString(),
                              u"Ready"_s, 20000);
    QVERIFY(m_operator_service.listen(QHostAddress::LocalHost));
    write(m_fabric.folder() + u"/home/secret.txt"_s, "the operator's own words");
}

bool SandboxTest::isolated(bool with_limits)
{
    const QString level = m_fabric.json({u"hosts"_s}).array().at(0)[u"isolation"_s].toString();
    return level == u"isolated with limits"_s ||
           (!with_limits && level == u"isolated without limits"_s);
}

void SandboxTest::deployTrial(const QString &service, const char *program, int count)
{
    const QString folder = m_fabric.folder() + u"/packages/"_s + service;
    write(folder + u"/ServiceDefinition.csdef"_s, kDefinition);
    write(folder + u"/Trial/trial.js"_s, program);
    const QString package = folder + u".cspkg"_s;
    const QString configuration = folder + u".cscfg"_s;
    write(configuration, QString::fromLatin1(kConfiguration)
                             .arg(QString::number(count), m_fabric.folder() + u"/home/secret.txt"_s,
                                  QString::number(m_operator_service.serverPort()))
                             .toUtf8());
    const CtlResult packed = m_fabric.ctl({u"package"_s, u"pack"_s, folder, u"-o"_s, package});
    QVERIFY2(packed.ok(), qPrintable(packed.all()));
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, service}).ok());
    const CtlResult deployed =
        m_fabric.ctl({u"deploy"_s, service, u"--slot"_s, u"production"_s, u"--package"_s, package,
                      u"--config"_s, configuration, u"--accept-single-instance"_s, u"--wait"_s});
    // A program that ends again and again is told as failed; it goes on all the same.
    QVERIFY2(deployed.ok() || deployed.err.contains(u"INSTANCES_NOT_READY"_s),
             qPrintable(deployed.all() + m_fabric.log()));
}

void SandboxTest::hogEndsAtItsLimit()
{
    if (!isolated(true))
        QSKIP("memory limits need root or a delegated cgroup; the host reports a lower isolation "
              "level");
    if (!haveProgram(u"wrk"_s))
        QSKIP("wrk is not installed; .ci/install-dependencies --tests brings it");
    const QString site = QStringLiteral(SLIPWAY_SAMPLES_DIR "/static-site");
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"neighbour"_s}).ok());
    const CtlResult deployed =
        m_fabric.ctl({u"deploy"_s, u"neighbour"_s, u"--slot"_s, u"production"_s, u"--package"_s,
                      site + u".cspkg"_s, u"--config"_s, site + u".cscfg"_s, u"--wait"_s});
    QVERIFY2(deployed.ok(), qPrintable(deployed.all()));
    const QString url = m_fabric.slotUrl(u"neighbour"_s, u"production"_s);
    const QJsonArray before = m_fabric.instances(u"neighbour"_s);

    const NeighbourTimes alone = measure(url);
    QCOMPARE(alone.error, QString());
    deployTrial(u"hog"_s, kHog, 1);
    const NeighbourTimes beside = measure(url);
    QCOMPARE(beside.error, QString());
    QString events;
    QTRY_VERIFY2((events = m_fabric.ctl({u"events"_s, u"hog"_s}).out)
                         .count(u"out of memory"_s, Qt::CaseInsensitive) >= 3,
                 qPrintable(events));
    qInfo() << "neighbour's p99 under load:" << alone.loaded_ms << "ms alone," << beside.loaded_ms
            << "ms beside the hog; of a request every 2 ms:" << alone.paced_ms << "ms,"
            << beside.paced_ms << "ms";
    const QJsonArray after = m_fabric.instances(u"neighbour"_s);
    QCOMPARE(after.size(), before.size());
    for (int i = 0; i < before.size(); ++i) {
        QCOMPARE(after[i][u"program_pid"_s], before[i][u"program_pid"_s]);
        QCOMPARE(after[i][u"agent_pid"_s], before[i][u"agent_pid"_s]);
    }
    // How much longer says the machine's load as much as the hog: docs/testing.md has the figure.
    QVERIFY(alone.loaded_ms > 0 && beside.loaded_ms < kBearable_ms);
}

void SandboxTest::spySeesNothing()
{
    if (!isolated(false))
        QSKIP("no namespaces here, so the network is the machine's; escape_confined tries that "
              "level");
    deployTrial(u"spy"_s, kSpy, 2);
    QString logs;
    QTRY_VERIFY2_WITH_TIMEOUT(
        (logs = m_fabric.ctl({u"logs"_s, u"spy"_s}).out).count(u"SPY done"_s) >= 2,
        qPrintable(logs), 20000);
    for (const QString &what :
         {u"secret"_s, u"folder"_s, u"home"_s, u"package"_s, u"disk"_s, u"loopback"_s})
        QVERIFY2(logs.count(u"SPY "_s + what + u": refused"_s) >= 2,
                 qPrintable(what + u"\n"_s + logs));
    QVERIFY2(!logs.contains(u"SUCCEEDED"_s), qPrintable(logs));
    QVERIFY2(!m_operator_service.hasPendingConnections(),
             "somebody reached the operator's loopback");
}

void SandboxTest::cleanupTestCase()
{
    if (!m_fabric.running())
        return;
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QCOMPARE(m_fabric.leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(SandboxTest)
#include "sandbox_test.moc"
