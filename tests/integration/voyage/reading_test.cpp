// What slipwayctl tells: its JSON with every documented field, its streams, and its exit codes.
#include "tests/integration/voyage/voyage.h"

#include <csignal>

using namespace Qt::StringLiterals;
using namespace slipway::test;

// Declared before the raw strings: moc does not find a class behind them.
class ReadingTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void jsonHasItsFields_data();
    void jsonHasItsFields();
    void slotsHaveTheirFields();
    void processesAreThoseOfTheMachine();
    void everythingIsReadableText();
    void eventsTellWhatHappened();
    void logsAreReadAndFollowed();
    void watchPrintsChanges();
    void topShowsSamples();
    void anOperationIsWaitedForAndCancelled();
    void exitCodesTellFailuresApart();
    void shellsComplete_data();
    void shellsComplete();
    void cleanupTestCase();

private:
    FabricHarness m_fabric;
};

namespace
{

// Never ready: the program does not listen where its endpoint says.
constexpr char kDefinition[] = R"(<?xml version="1.0" encoding="utf-8"?>
<ServiceDefinition name="Never" xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceDefinition">
  <WorkerRole name="Never" vmsize="ExtraSmall">
    <Runtime><EntryPoint><ProgramEntryPoint commandLine="node.exe .\never.js" setReadyOnProcessStart="true" /></EntryPoint></Runtime>
    <Endpoints><InputEndpoint name="Never" protocol="tcp" port="7000" /></Endpoints>
  </WorkerRole>
</ServiceDefinition>
)";

QString missing(const QJsonObject &object, const QStringList &fields)
{
    QStringList absent;
    for (const QString &field : fields)
        if (!object.contains(field))
            absent << field;
    return absent.join(u", "_s);
}

bool lives(const QJsonValue &pid)
{
    return pid.toInteger() > 1 && QFile::exists(u"/proc/"_s + QString::number(pid.toInteger()));
}

} // namespace

void ReadingTest::initTestCase()
{
    QVERIFY(m_fabric.start());
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"shop"_s}).ok());
    const CtlResult deployed = deploySample(m_fabric, u"shop"_s, u"production"_s, "guestbook-v1");
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric.log()));
}

void ReadingTest::jsonHasItsFields_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<bool>("list");
    QTest::addColumn<QStringList>("fields");
    const QStringList service{u"name"_s,           u"label"_s,          u"description"_s,
                              u"create_time_ms"_s, u"outside_access"_s, u"revision"_s,
                              u"production"_s,     u"staging"_s};
    const QStringList operation{u"id"_s,      u"kind"_s,          u"title"_s,
                                u"service"_s, u"slot"_s,          u"state"_s,
                                u"phase"_s,   u"error"_s,         u"progress_permille"_s,
                                u"actor"_s,   u"start_time_ms"_s, u"end_time_ms"_s};
    QTest::newRow("service list") << QStringList{u"service"_s, u"list"_s} << true << service;
    QTest::newRow("service show") << QStringList{u"service"_s, u"show"_s, u"shop"_s} << false
                                  << service;
    QTest::newRow("instance list")
        << QStringList{u"instance"_s, u"list"_s, u"shop"_s} << true
        << QStringList{u"name"_s,         u"slot"_s,          u"deployment_id"_s, u"role"_s,
                       u"state"_s,        u"reason"_s,        u"size"_s,          u"host"_s,
                       u"fault_domain"_s, u"update_domain"_s, u"restarts"_s,      u"agent_pid"_s,
                       u"program_pid"_s};
    QTest::newRow("hosts") << QStringList{u"hosts"_s} << true
                           << QStringList{u"id"_s,
                                          u"fault_domain"_s,
                                          u"state"_s,
                                          u"reason"_s,
                                          u"pid"_s,
                                          u"cores"_s,
                                          u"memory_bytes"_s,
                                          u"real_cores"_s,
                                          u"real_memory_bytes"_s,
                                          u"isolation"_s,
                                          u"isolation_advice"_s,
                                          u"instances"_s};
    QTest::newRow("status") << QStringList{u"status"_s} << false
                            << QStringList{u"version"_s,       u"fabric_id"_s,      u"engine"_s,
                                           u"isolation"_s,     u"embedded"_s,       u"socket"_s,
                                           u"data_dir"_s,      u"start_time_ms"_s,  u"revision"_s,
                                           u"edge_revision"_s, u"controller_pid"_s, u"edge_pid"_s,
                                           u"haproxy_pid"_s,   u"hosts"_s};
    QTest::newRow("package list") << QStringList{u"package"_s, u"list"_s} << true
                                  << QStringList{u"digest"_s, u"file_name"_s, u"size_bytes"_s,
                                                 u"format"_s, u"roles"_s,     u"problems"_s};
    QTest::newRow("operations") << QStringList{u"operations"_s} << true << operation;
    QTest::newRow("operations of a service")
        << QStringList{u"operations"_s, u"--service"_s, u"shop"_s} << true << operation;
    QTest::newRow("events") << QStringList{u"events"_s, u"shop"_s} << true
                            << QStringList{u"id"_s,       u"time_ms"_s, u"severity"_s,
                                           u"kind"_s,     u"service"_s, u"deployment_id"_s,
                                           u"instance"_s, u"host"_s,    u"message"_s,
                                           u"cause"_s,    u"reaction"_s};
    QTest::newRow("logs") << QStringList{u"logs"_s, u"shop"_s} << true
                          << QStringList{u"time_us"_s, u"slot"_s, u"deployment_id"_s, u"instance"_s,
                                         u"stream"_s,  u"text"_s, u"position"_s};
    QTest::newRow("version") << QStringList{u"version"_s} << false
                             << QStringList{u"slipwayctl"_s, u"fabric"_s};
    QTest::newRow("sizes") << QStringList{u"sizes"_s} << true
                           << QStringList{u"name"_s, u"cores"_s, u"memory_bytes"_s,
                                          u"local_disk_bytes"_s, u"price_micros_per_hour"_s};
    QTest::newRow("settings") << QStringList{u"settings"_s, u"show"_s} << false
                              << QStringList{u"host_count"_s, u"fault_domain_count"_s,
                                             u"drain_limit_ms"_s, u"stop_grace_ms"_s};
    QTest::newRow("validated change")
        << QStringList{u"scale"_s, u"shop"_s, u"WebRole"_s, u"4"_s, u"--validate-only"_s} << false
        << QStringList{u"operation"_s, u"checks"_s, u"preview"_s, u"problems"_s, u"revision"_s};
}

void ReadingTest::jsonHasItsFields()
{
    QFETCH(QStringList, arguments);
    QFETCH(bool, list);
    QFETCH(QStringList, fields);
    const CtlResult printed = m_fabric.json(arguments);
    QVERIFY2(printed.ok(), qPrintable(printed.all()));
    const QJsonDocument document = QJsonDocument::fromJson(printed.out.toUtf8());
    QVERIFY2(list ? document.isArray() : document.isObject(), qPrintable(printed.out));
    const QJsonObject object = list ? document.array().at(0).toObject() : document.object();
    QVERIFY2(missing(object, fields).isEmpty(), qPrintable(missing(object, fields)));
}

void ReadingTest::slotsHaveTheirFields()
{
    const QJsonObject shown = m_fabric.json({u"service"_s, u"show"_s, u"shop"_s}).object();
    QVERIFY(shown[u"staging"_s].isNull());
    const QJsonObject slot = shown[u"production"_s].toObject();
    const QStringList fields{u"label"_s,         u"version"_s, u"digest"_s, u"endpoints"_s,
                             u"deployment_id"_s, u"package"_s, u"status"_s, u"ready"_s,
                             u"total"_s,         u"roles"_s};
    QVERIFY2(missing(slot, fields).isEmpty(), qPrintable(missing(slot, fields)));
    const QJsonObject endpoint = slot[u"endpoints"_s][0].toObject();
    const QStringList endpoint_fields{u"name"_s, u"role"_s,       u"protocol"_s, u"address"_s,
                                      u"port"_s, u"bound_port"_s, u"reason"_s};
    QVERIFY2(missing(endpoint, endpoint_fields).isEmpty(),
             qPrintable(missing(endpoint, endpoint_fields)));
    const QString address = endpoint[u"address"_s].toString();
    QCOMPARE(address.section(u':', 1).toInt(), endpoint[u"bound_port"_s].toInt());
    QVERIFY2(address.startsWith(u"127."_s), qPrintable(address));
    if (endpoint[u"bound_port"_s] != endpoint[u"port"_s])
        QVERIFY(!endpoint[u"reason"_s].toString().isEmpty());
}

void ReadingTest::processesAreThoseOfTheMachine()
{
    const QJsonObject status = m_fabric.status();
    QCOMPARE(status[u"controller_pid"_s].toInteger(), m_fabric.controllerPid());
    QVERIFY(lives(status[u"edge_pid"_s]));
    QVERIFY(lives(status[u"haproxy_pid"_s]));
    const QJsonArray hosts = m_fabric.json({u"hosts"_s}).array();
    QCOMPARE(hosts.size(), 6);
    for (const QJsonValue &host : hosts)
        QVERIFY2(lives(host[u"pid"_s]), qPrintable(host[u"id"_s].toString()));
    for (const QJsonValue &instance : m_fabric.instances(u"shop"_s)) {
        QVERIFY(lives(instance[u"agent_pid"_s]));
        QVERIFY(lives(instance[u"program_pid"_s]));
    }
}

void ReadingTest::everythingIsReadableText()
{
    const QString deploy_id = m_fabric.json({u"operations"_s}).array().at(0)[u"id"_s].toString();
    const QList<QStringList> commands{{u"service"_s, u"list"_s},
                                      {u"service"_s, u"show"_s, u"shop"_s},
                                      {u"instance"_s, u"list"_s, u"shop"_s},
                                      {u"hosts"_s},
                                      {u"sizes"_s},
                                      {u"status"_s},
                                      {u"version"_s},
                                      {u"package"_s, u"list"_s},
                                      {u"operations"_s},
                                      {u"operation"_s, u"show"_s, deploy_id},
                                      {u"events"_s, u"shop"_s},
                                      {u"logs"_s, u"shop"_s, u"--tail"_s, u"3"_s},
                                      {u"top"_s, u"--once"_s},
                                      {u"settings"_s, u"show"_s},
                                      {u"package"_s, u"inspect"_s, sample("static-site.cspkg")}};
    for (const QStringList &command : commands) {
        const CtlResult printed = m_fabric.ctl(command);
        QVERIFY2(printed.ok(), qPrintable(command.join(u' ') + printed.all()));
        QVERIFY2(!printed.out.trimmed().isEmpty(), qPrintable(command.join(u' ')));
        QVERIFY2(printed.err.isEmpty(), qPrintable(command.join(u' ') + printed.err));
        QVERIFY2(!printed.out.contains(QChar(0x1b)), "colours outside a terminal");
    }
}

void ReadingTest::eventsTellWhatHappened()
{
    const QJsonArray all = m_fabric.json({u"events"_s, u"shop"_s}).array();
    const QJsonArray one = m_fabric.json({u"events"_s, u"shop"_s, u"WebRole_IN_1"_s}).array();
    QVERIFY(one.size() > 0 && one.size() < all.size());
    for (const QJsonValue &event : one)
        QCOMPARE(event[u"instance"_s].toString(), u"WebRole_IN_1"_s);
    for (qsizetype i = 1; i < all.size(); ++i)
        QVERIFY(all[i - 1][u"id"_s].toInteger() < all[i][u"id"_s].toInteger());
    QCOMPARE(m_fabric.json({u"events"_s, u"shop"_s, u"--limit"_s, u"2"_s}).array().size(), 2);
    QCOMPARE(m_fabric.ctl({u"events"_s, u"shop"_s, u"--slot"_s, u"staging"_s}).exit_code, 1);
}

void ReadingTest::logsAreReadAndFollowed()
{
    const QString all = m_fabric.ctl({u"logs"_s, u"shop"_s}).out;
    QVERIFY2(all.contains(u"WebRole_IN_0"_s) && all.contains(u"WorkerRole_IN_1"_s),
             qPrintable(all));
    const QString one = m_fabric.ctl({u"logs"_s, u"shop"_s, u"WebRole_IN_0"_s}).out;
    QVERIFY2(one.contains(u"guestbook v1 of WebRole_IN_0 listens"_s), qPrintable(one));
    QVERIFY(!one.contains(u"WebRole_IN_1"_s));
    QCOMPARE(m_fabric.json({u"logs"_s, u"shop"_s, u"--tail"_s, u"2"_s}).array().size(), 2);
    const CtlResult too_many = m_fabric.ctl({u"logs"_s, u"shop"_s, u"--tail"_s, u"6000"_s});
    QVERIFY2(too_many.err.contains(u"only the last 5000 lines"_s), qPrintable(too_many.err));
    QCOMPARE(m_fabric.ctl({u"logs"_s, u"shop"_s, u"Nobody_IN_0"_s}).exit_code, 1);

    CtlStream follow(m_fabric, {u"--json"_s, u"logs"_s, u"shop"_s, u"WebRole_IN_0"_s, u"-f"_s});
    QTRY_VERIFY(follow.text().contains("listens on"));
    const qsizetype before = follow.text().count("listens on");
    QVERIFY(
        m_fabric.ctl({u"instance"_s, u"reboot"_s, u"shop"_s, u"WebRole_IN_0"_s, u"--wait"_s}).ok());
    QTRY_VERIFY2(follow.text().count("listens on") > before, follow.text());
    QVERIFY(!follow.ended());
    const QByteArray text = follow.text();
    for (const QByteArray &line : text.left(text.lastIndexOf('\n')).split('\n'))
        QVERIFY2(QJsonDocument::fromJson(line).isObject(), line);
}

void ReadingTest::watchPrintsChanges()
{
    CtlStream whole(m_fabric, {u"--json"_s, u"watch"_s, u"--snapshot"_s, u"--count"_s, u"4"_s});
    QTRY_VERIFY(whole.ended());
    QCOMPARE(whole.exitCode(), 0);
    const QByteArrayList lines = whole.text().trimmed().split('\n');
    QCOMPARE(lines.size(), 4);
    for (const QByteArray &line : lines) {
        const QJsonObject change = QJsonDocument::fromJson(line).object();
        const QStringList fields{u"revision"_s,  u"kind"_s,    u"id"_s,
                                 u"parent_id"_s, u"removed"_s, u"entity"_s};
        QVERIFY2(missing(change, fields).isEmpty(), line);
    }
    // What happens while somebody watches: the service and the operation that made it.
    CtlStream watch(m_fabric, {u"--json"_s, u"watch"_s, u"--service"_s, u"watched"_s});
    int made = 0;
    QTRY_VERIFY2_WITH_TIMEOUT((m_fabric.ctl({u"service"_s, u"create"_s, u"watched"_s}),
                               m_fabric.ctl({u"service"_s, u"delete"_s, u"watched"_s}), ++made,
                               watch.text().contains("\"kind\":\"service\"")),
                              watch.text(), 20000);
    QVERIFY2(watch.text().contains("\"kind\":\"operation\""), watch.text());
    QVERIFY2(!watch.text().contains("WebRole_IN_0"), watch.text());
}

void ReadingTest::topShowsSamples()
{
    QJsonArray samples;
    QTRY_VERIFY_WITH_TIMEOUT(
        (samples = m_fabric.json({u"top"_s, u"--once"_s, u"--service"_s, u"shop"_s}).array(),
         samples.size() == 5 && samples[0][u"memory_bytes"_s].toInteger() > 0),
        15000);
    const QStringList fields{u"instance"_s,      u"service"_s,      u"slot"_s,
                             u"cpu_permille"_s,  u"memory_bytes"_s, u"requests_per_second"_s,
                             u"latency_p99_us"_s};
    QVERIFY2(missing(samples[0].toObject(), fields).isEmpty(),
             qPrintable(missing(samples[0].toObject(), fields)));
}

void ReadingTest::anOperationIsWaitedForAndCancelled()
{
    const QString folder = m_fabric.folder() + u"/never"_s;
    QVERIFY(writeText(folder + u"/ServiceDefinition.csdef"_s, kDefinition));
    QVERIFY(writeText(folder + u"/Never/never.js"_s, "setInterval(() => {}, 1000);\n"));
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"never"_s}).ok());
    const CtlResult deployed =
        m_fabric.json({u"deploy"_s, u"never"_s, u"--slot"_s, u"staging"_s, u"--package"_s, folder,
                       u"--accept-single-instance"_s});
    QVERIFY2(deployed.ok(), qPrintable(deployed.all()));
    const QString id = deployed.object()[u"operation"_s][u"id"_s].toString();
    const CtlResult late = m_fabric.ctl({u"operation"_s, u"wait"_s, id, u"--timeout"_s, u"0.5"_s});
    QCOMPARE(late.exit_code, 4);
    QVERIFY2(late.err.contains(id), qPrintable(late.err));
    QCOMPARE(m_fabric.json({u"operation"_s, u"show"_s, id}).object()[u"state"_s].toString(),
             u"Running"_s);
    const CtlResult cancelled = m_fabric.ctl({u"operation"_s, u"cancel"_s, id, u"--wait"_s});
    QVERIFY2(cancelled.ok(), qPrintable(cancelled.all()));
    QCOMPARE(m_fabric.json({u"operation"_s, u"show"_s, id}).object()[u"state"_s].toString(),
             u"Cancelled"_s);
    QCOMPARE(m_fabric.ctl({u"operation"_s, u"wait"_s, id}).exit_code, 1);
    QCOMPARE(m_fabric.ctl({u"operation"_s, u"cancel"_s, id}).exit_code, 1);
    QTRY_COMPARE(m_fabric.instances(u"never"_s).size(), 0);
    QVERIFY(m_fabric.json({u"service"_s, u"show"_s, u"never"_s}).object()[u"staging"_s].isNull());
}

void ReadingTest::exitCodesTellFailuresApart()
{
    const auto code = [this](const QStringList &arguments) {
        const CtlResult result = m_fabric.ctl(arguments);
        const bool one_line = result.err.startsWith(u"slipwayctl: "_s) && result.out.isEmpty();
        return one_line || result.ok() ? result.exit_code : -1000;
    };
    QCOMPARE(code({u"hosts"_s}), 0);
    QCOMPARE(code({u"service"_s, u"show"_s, u"nobody"_s}), 1);
    QCOMPARE(code({u"operation"_s, u"show"_s, u"0123456789abcdef"_s}), 1);
    QCOMPARE(code({u"deploy"_s, u"shop"_s, u"--package"_s, u"/nowhere.cspkg"_s}), 1);
    QCOMPARE(code({u"sail"_s}), 2);
    QCOMPARE(code({u"service"_s, u"create"_s}), 2);
    QCOMPARE(code({u"swap"_s, u"shop"_s, u"--slot"_s, u"elsewhere"_s}), 2);
    QProcess alone;
    alone.start(QStringLiteral(SLIPWAY_BIN_DIR "/slipwayctl"),
                {u"--socket"_s, m_fabric.folder() + u"/nobody.sock"_s, u"status"_s});
    QVERIFY(alone.waitForFinished());
    QCOMPARE(alone.exitCode(), 3);
    alone.start(QStringLiteral(SLIPWAY_BIN_DIR "/slipwayctl"),
                {u"--connect"_s, u"192.0.2.1:1"_s, u"status"_s});
    QVERIFY(alone.waitForFinished());
    QCOMPARE(alone.exitCode(), 2);
}

void ReadingTest::shellsComplete_data()
{
    QTest::addColumn<QStringList>("command"); // %1: the file with what `completion` printed
    const QString words =
        u"; COMP_WORDS=(slipwayctl deploy x --slot s); COMP_CWORD=4; _slipwayctl;"
        " echo \"${COMPREPLY[@]}\"; COMP_WORDS=(slipwayctl instance re); COMP_CWORD=2;"
        " _slipwayctl; echo \"${COMPREPLY[@]}\""_s;
    QTest::newRow("bash") << QStringList{u"bash"_s, u"--norc"_s, u"-c"_s, u"source %1"_s + words};
    QTest::newRow("zsh") << QStringList{u"zsh"_s, u"-f"_s, u"-c"_s,
                                        u"autoload -Uz compinit; compinit -D -u; source %1;"
                                        " setopt ksharrays"_s +
                                            words};
    QTest::newRow("fish") << QStringList{u"fish"_s, u"--no-config"_s, u"-c"_s,
                                         u"source %1; complete -C 'slipwayctl deploy x --slot s';"
                                         " complete -C 'slipwayctl instance re'"_s};
}

void ReadingTest::shellsComplete()
{
    QFETCH(QStringList, command);
    const QString shell = command.takeFirst();
    if (!haveProgram(shell))
        QSKIP(qPrintable(shell + u" is not installed"_s));
    QFile file(m_fabric.folder() + u"/completion."_s + shell);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(m_fabric.ctl({u"completion"_s, shell}).out.toUtf8());
    file.close();
    command.last().replace(u"%1"_s, file.fileName());
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"PATH"_s,
                       QStringLiteral(SLIPWAY_BIN_DIR ":") + environment.value(u"PATH"_s));
    environment.insert(u"HOME"_s, m_fabric.folder());
    process.setProcessEnvironment(environment);
    process.start(shell, command);
    QVERIFY(process.waitForFinished());
    const QString said = QString::fromUtf8(process.readAllStandardOutput()).simplified();
    const QString errors = QString::fromUtf8(process.readAllStandardError());
    for (const QString &word : {u"staging"_s, u"reboot"_s, u"reimage"_s})
        QVERIFY2(said.split(u' ').contains(word), qPrintable(said + u"\n"_s + errors));
    QVERIFY2(!said.contains(u"README"_s) && errors.isEmpty(), qPrintable(said + errors));
}

void ReadingTest::cleanupTestCase()
{
    if (!m_fabric.running())
        return;
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QCOMPARE(m_fabric.leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(ReadingTest)
#include "reading_test.moc"
