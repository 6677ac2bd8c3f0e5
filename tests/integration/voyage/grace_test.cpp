// How long a stubborn program may take to end: short when a person asks, long when the fabric
// decides, and never longer than the fabric's own end.
#include "tests/integration/voyage/voyage.h"

#include <QElapsedTimer>

using namespace Qt::StringLiterals;
using namespace slipway::test;

namespace
{

// No raw string: moc takes its slashes for a comment.
constexpr const char *kDefinition =
    "<ServiceDefinition name='Stubborn'\n"
    "    xmlns='http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceDefinition'>\n"
    "  <WorkerRole name='Worker' vmsize='ExtraSmall'>\n"
    "    <Runtime><EntryPoint>\n"
    "      <ProgramEntryPoint commandLine='node main.js' setReadyOnProcessStart='true' />\n"
    "    </EntryPoint></Runtime>\n"
    "  </WorkerRole>\n"
    "</ServiceDefinition>\n";
constexpr const char *kProgram = "process.on('SIGTERM', () => console.log('not yet'));\n"
                                 "setInterval(() => {}, 1000);\n";

} // namespace

class GraceTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void aPersonWaitsTenSeconds();
    void theFabricWaitsFiveMinutes();
    void theFabricsEndWaitsForNobody();

private:
    QJsonObject instance(const char *name) const
    {
        return m_fabric.instance(u"shop"_s, QString::fromLatin1(name));
    }
    FabricHarness m_fabric;
};

void GraceTest::initTestCase()
{
    QVERIFY(m_fabric.start({u"--hosts"_s, u"2"_s}));
    const QString folder = m_fabric.folder() + u"/stubborn"_s;
    QVERIFY(writeText(folder + u"/ServiceDefinition.csdef"_s, kDefinition));
    QVERIFY(writeText(folder + u"/Worker/main.js"_s, kProgram));
    const QString package = m_fabric.folder() + u"/stubborn.cspkg"_s;
    const CtlResult packed = m_fabric.ctl({u"package"_s, u"pack"_s, folder, u"-o"_s, package});
    QVERIFY2(packed.ok(), qPrintable(packed.all()));
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"shop"_s}).ok());
    const CtlResult deployed =
        m_fabric.ctl({u"deploy"_s, u"shop"_s, u"--slot"_s, u"production"_s, u"--package"_s, package,
                      u"--accept-single-instance"_s, u"--wait"_s});
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric.log()));
    const CtlResult scaled =
        m_fabric.ctl({u"scale"_s, u"shop"_s, u"Worker"_s, u"2"_s, u"--wait"_s});
    QVERIFY2(scaled.ok(), qPrintable(scaled.all() + m_fabric.log()));
}

void GraceTest::aPersonWaitsTenSeconds()
{
    const QJsonValue program = instance("Worker_IN_0")[u"program_pid"_s];
    QElapsedTimer took;
    took.start();
    const CtlResult rebooted =
        m_fabric.ctl({u"instance"_s, u"reboot"_s, u"shop"_s, u"Worker_IN_0"_s, u"--wait"_s});
    QVERIFY2(rebooted.ok(), qPrintable(rebooted.all()));
    qInfo() << "rebooted after" << took.elapsed() << "ms";
    QVERIFY(took.elapsed() >= 9'500); // it had its ten seconds, and did not get five minutes
    QVERIFY(instance("Worker_IN_0")[u"program_pid"_s] != program);
    bool told = false;
    for (const QJsonValue &event :
         m_fabric.json({u"events"_s, u"shop"_s, u"Worker_IN_0"_s}).array())
        told = told || (event[u"kind"_s] == u"InstanceRebooting"_s &&
                        !event[u"actor"_s].toString().isEmpty());
    QVERIFY(told);
    const CtlResult words = m_fabric.ctl({u"events"_s, u"shop"_s, u"Worker_IN_0"_s});
    QVERIFY2(words.out.contains(u"asked for by"_s), qPrintable(words.out));
}

void GraceTest::theFabricWaitsFiveMinutes()
{
    QVERIFY(
        m_fabric.ctl({u"scale"_s, u"shop"_s, u"Worker"_s, u"1"_s, u"--accept-single-instance"_s})
            .ok());
    QTRY_VERIFY2_WITH_TIMEOUT(
        m_fabric.ctl({u"logs"_s, u"shop"_s, u"Worker_IN_1"_s}).out.contains(u"not yet"_s),
        "SIGTERM did not reach it", 10'000);
    const QString all = m_fabric.ctl({u"logs"_s, u"shop"_s, u"Worker_IN_1"_s}).out;
    const QJsonObject leaving = instance("Worker_IN_1");
    QVERIFY2(leaving[u"program_pid"_s].toInt() > 0, qPrintable(all));
}

void GraceTest::theFabricsEndWaitsForNobody()
{
    const QJsonObject leaving = instance("Worker_IN_1");
    QVERIFY(leaving[u"program_pid"_s].toInt() > 0); // still in its five minutes
    QElapsedTimer took;
    took.start();
    QVERIFY2(m_fabric.stop(8000), qPrintable(m_fabric.log()));
    qInfo() << "ended after" << took.elapsed() << "ms";
    QCOMPARE(m_fabric.leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(GraceTest)
#include "grace_test.moc"
