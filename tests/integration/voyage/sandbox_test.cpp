// What a sandbox is for: a program that takes too much memory ends at its limit and hurts nobody,
// and a curious one sees neither the operator's files, nor the operator's loopback, nor another's
// disk.
#include "tests/support/fabric_harness.h"

#include <QDateTime>
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

struct Sample {
    qint64 time_us = 0; // since the epoch
    double latency_ms = 0;
};

// One request every 2 ms on one connection, so that it measures the neighbour and not the queue
// that a load generator at full speed makes by itself.
class PacedObserver
{
public:
    explicit PacedObserver(QString url)
        : m_thread([this, url = std::move(url)](std::stop_token stop) { observe(url, stop); })
    {
    }
    std::vector<Sample> finish()
    {
        m_thread.request_stop();
        m_thread.join();
        return m_samples;
    }
    QString error() const { return m_error; } // after finish()

private:
    void observe(const QString &url, const std::stop_token &stop)
    {
        KeptAliveClient client(url);
        auto next = std::chrono::steady_clock::now();
        while (!stop.stop_requested()) {
            std::this_thread::sleep_until(next += std::chrono::milliseconds(2));
            next = std::max(next, std::chrono::steady_clock::now());
            QElapsedTimer timer;
            timer.start();
            const qint64 time_us = QDateTime::currentMSecsSinceEpoch() * 1000;
            if (client.get(u"/"_s, &m_error).isEmpty())
                return;
            m_samples.push_back({time_us, double(timer.nsecsElapsed()) / 1e6});
        }
    }

    std::vector<Sample> m_samples;
    QString m_error;
    std::jthread m_thread; // last: it uses the others
};

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
    double percentile99(const std::vector<Sample> &samples, const QString &phase) const;

    FabricHarness m_fabric;
    QTcpServer m_operator_service;
    QString m_neighbour_url;
};

namespace
{

constexpr qint64 kSettling_us = 200'000; // the program's start is no part of its rest
constexpr qint64 kPhase_us = 1'500'000;

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

// Two quiet seconds, then about two until 768 MiB are full, again and again.
constexpr char kHog[] = R"(
console.log('hog rests');
const held = [];
setTimeout(() => {
  console.log('hog eats');
  setInterval(() => held.push(Buffer.alloc(16 * 1024 * 1024, 1)), 40);
}, 2000);
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
    QTRY_COMPARE_WITH_TIMEOUT(m_fabric.json({u"hosts"_s}).array()[0][u"state"_s].toString(),
                              u"Ready"_s, 20000);
    QVERIFY(m_operator_service.listen(QHostAddress::LocalHost));
    write(m_fabric.folder() + u"/home/secret.txt"_s, "the operator's own words");
}

bool SandboxTest::isolated(bool with_limits)
{
    const QString level = m_fabric.json({u"hosts"_s}).array()[0][u"isolation"_s].toString();
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
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric.log()));
}

// Of the samples taken while the hog was in `phase` ("hog rests" or "hog eats"), as its log says.
double SandboxTest::percentile99(const std::vector<Sample> &samples, const QString &phase) const
{
    std::vector<double> latencies_ms;
    const QJsonArray lines = m_fabric.json({u"logs"_s, u"hog"_s}).array();
    for (qsizetype i = 0; i < lines.size(); ++i) {
        if (lines[i][u"text"_s].toString() != phase)
            continue;
        const qint64 begin_us = lines[i][u"time_us"_s].toInteger() + kSettling_us;
        const qint64 end_us = begin_us + kPhase_us;
        for (const Sample &sample : samples)
            if (sample.time_us >= begin_us && sample.time_us < end_us)
                latencies_ms.push_back(sample.latency_ms);
    }
    if (latencies_ms.size() < 1000)
        return 0;
    const auto place = latencies_ms.begin() + std::ptrdiff_t(latencies_ms.size() * 99 / 100);
    std::nth_element(latencies_ms.begin(), place, latencies_ms.end());
    return *place;
}

void SandboxTest::hogEndsAtItsLimit()
{
    if (!isolated(true))
        QSKIP("memory limits need root or a delegated cgroup; the host reports a lower isolation "
              "level");
    const QString site = QStringLiteral(SLIPWAY_SAMPLES_DIR "/static-site");
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"neighbour"_s}).ok());
    const CtlResult deployed =
        m_fabric.ctl({u"deploy"_s, u"neighbour"_s, u"--slot"_s, u"production"_s, u"--package"_s,
                      site + u".cspkg"_s, u"--config"_s, site + u".cscfg"_s, u"--wait"_s});
    QVERIFY2(deployed.ok(), qPrintable(deployed.all()));
    m_neighbour_url = m_fabric.slotUrl(u"neighbour"_s, u"production"_s);
    const QJsonArray before = m_fabric.instances(u"neighbour"_s);

    PacedObserver observer(m_neighbour_url);
    deployTrial(u"hog"_s, kHog, 1);
    QString events;
    QTRY_VERIFY2_WITH_TIMEOUT((events = m_fabric.ctl({u"events"_s, u"hog"_s}).out)
                                      .count(u"out of memory"_s, Qt::CaseInsensitive) >= 3,
                              qPrintable(events), 60000);
    const std::vector<Sample> samples = observer.finish();
    QCOMPARE(observer.error(), QString());
    const double alone_ms = percentile99(samples, u"hog rests"_s);
    const double beside_ms = percentile99(samples, u"hog eats"_s);
    qInfo() << "neighbour's p99:" << alone_ms << "ms beside the resting hog," << beside_ms
            << "ms beside the eating one," << samples.size() << "requests";
    const QJsonArray after = m_fabric.instances(u"neighbour"_s);
    QCOMPARE(after.size(), before.size());
    for (int i = 0; i < before.size(); ++i) {
        QCOMPARE(after[i][u"program_pid"_s], before[i][u"program_pid"_s]);
        QCOMPARE(after[i][u"agent_pid"_s], before[i][u"agent_pid"_s]);
    }
    QVERIFY2(alone_ms > 0 && beside_ms > 0, "too few samples in a phase");
    QVERIFY(beside_ms <= 2 * alone_ms);
}

void SandboxTest::spySeesNothing()
{
    if (!isolated(false))
        QSKIP("this machine gives no isolation; the host says what would raise it");
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
