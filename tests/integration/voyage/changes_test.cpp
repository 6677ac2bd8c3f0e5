// What changes a running deployment: counts, sizes, reboots, reimages; under load where users
// would notice.
#include "tests/integration/voyage/voyage.h"

#include <optional>

using namespace Qt::StringLiterals;
using namespace slipway::test;

class ChangesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void scalesOutUnderLoad();
    void scalesInUnderLoad();
    void theLastInstanceNeedsConsent();
    void impossibleChangesAreRefused();
    void resizesUnderLoad();
    void rebootKeepsTheDisk();
    void reimageBringsAFreshDisk();
    void cleanupTestCase();

private:
    void beginLoad();
    QString endLoad(); // the clients' problems
    QJsonArray instances() const { return m_fabric.instances(u"shop"_s, u"production"_s); }
    QJsonObject instance(const QString &name) const
    {
        return m_fabric.instance(u"shop"_s, name, u"production"_s);
    }
    QString mark(const QString &name) const
    {
        return diskOf(m_fabric, instance(name)) + u"/mark"_s;
    }

    FabricHarness m_fabric;
    QString m_url;
    std::optional<Load> m_load;
};

void ChangesTest::initTestCase()
{
    QVERIFY(m_fabric.start());
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"shop"_s}).ok());
    const CtlResult deployed = deploySample(m_fabric, u"shop"_s, u"production"_s, "guestbook-v1");
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric.log()));
    m_url = m_fabric.slotUrl(u"shop"_s, u"production"_s);
}

void ChangesTest::beginLoad()
{
    if (haveProgram(u"wrk"_s))
        m_load.emplace(m_url + u"/whoami"_s, 8, 120);
    else
        qWarning("without load: wrk is not installed");
}

QString ChangesTest::endLoad()
{
    if (!m_load)
        return {};
    const LoadResult result = m_load->interrupt();
    m_load.reset();
    return result.requests > 0 ? result.problems : u"no request was answered: "_s + result.text;
}

void ChangesTest::scalesOutUnderLoad()
{
    const QJsonArray before = instances();
    beginLoad();
    const CtlResult scaled =
        m_fabric.ctl({u"scale"_s, u"shop"_s, u"WebRole"_s, u"5"_s, u"--wait"_s});
    QCOMPARE(endLoad(), QString());
    QVERIFY2(scaled.ok(), qPrintable(scaled.all() + m_fabric.log()));
    QCOMPARE(m_fabric.readyCount(u"shop"_s, u"production"_s), 7);
    QVERIFY(namesOf(instances()).contains(u"WebRole_IN_4"_s));
    for (const QJsonValue &old : before)
        QCOMPARE(instance(old[u"name"_s].toString())[u"program_pid"_s], old[u"program_pid"_s]);
}

void ChangesTest::scalesInUnderLoad()
{
    beginLoad();
    const CtlResult scaled =
        m_fabric.ctl({u"scale"_s, u"shop"_s, u"WebRole"_s, u"2"_s, u"--wait"_s});
    QCOMPARE(endLoad(), QString());
    QVERIFY2(scaled.ok(), qPrintable(scaled.all() + m_fabric.log()));
    QCOMPARE(namesOf(instances()), QStringList({u"WebRole_IN_0"_s, u"WebRole_IN_1"_s,
                                                u"WorkerRole_IN_0"_s, u"WorkerRole_IN_1"_s}));
}

void ChangesTest::theLastInstanceNeedsConsent()
{
    const CtlResult refused = m_fabric.ctl({u"scale"_s, u"shop"_s, u"WebRole"_s, u"1"_s});
    QCOMPARE(refused.exit_code, 1);
    QVERIFY2(refused.err.contains(u"--accept-single-instance"_s), qPrintable(refused.err));
    const CtlResult preview = m_fabric.json({u"scale"_s, u"shop"_s, u"WebRole"_s, u"1"_s,
                                             u"--accept-single-instance"_s, u"--validate-only"_s});
    QVERIFY2(preview.ok(), qPrintable(preview.all()));
    QVERIFY(preview.object()[u"operation"_s].isNull());
    QCOMPARE(preview.object()[u"preview"_s].toArray().size(), 1);
    QCOMPARE(instances().size(), 4);
}

void ChangesTest::impossibleChangesAreRefused()
{
    const qint64 before = m_fabric.status()[u"revision"_s].toInteger();
    const auto refuses = [this](const QStringList &arguments, int exit_code, const QString &word) {
        const CtlResult refused = m_fabric.ctl(arguments);
        return refused.exit_code == exit_code && refused.err.contains(word)
                   ? QString()
                   : refused.all() + QString::number(refused.exit_code);
    };
    QCOMPARE(refuses({u"scale"_s, u"shop"_s, u"WebRole"_s, u"0"_s}, 2, u"not in range"_s),
             QString());
    QCOMPARE(refuses({u"scale"_s, u"shop"_s, u"NoRole"_s, u"2"_s}, 1, u"NoRole"_s), QString());
    QCOMPARE(refuses({u"scale"_s, u"shop"_s, u"WebRole"_s, u"9000"_s}, 1, u"no room"_s), QString());
    QCOMPARE(refuses({u"resize"_s, u"shop"_s, u"WebRole"_s, u"Huge"_s}, 1, u"Huge"_s), QString());
    QCOMPARE(
        refuses({u"instance"_s, u"reboot"_s, u"shop"_s, u"WebRole_IN_9"_s}, 1, u"WebRole_IN_9"_s),
        QString());
    QCOMPARE(m_fabric.status()[u"revision"_s].toInteger(), before);
}

void ChangesTest::resizesUnderLoad()
{
    for (const QString &name : {u"WebRole_IN_0"_s, u"WebRole_IN_1"_s})
        QVERIFY2(writeText(mark(name), "kept?"), qPrintable(mark(name)));
    const QString marked = mark(u"WebRole_IN_0"_s);
    beginLoad();
    const CtlResult resized =
        m_fabric.ctl({u"resize"_s, u"shop"_s, u"WebRole"_s, u"Small"_s, u"--wait"_s});
    QCOMPARE(endLoad(), QString());
    QVERIFY2(resized.ok(), qPrintable(resized.all() + m_fabric.log()));
    QCOMPARE(m_fabric.readyCount(u"shop"_s, u"production"_s), 4);
    for (const QJsonValue &value : instances())
        QCOMPARE(value[u"size"_s].toString(),
                 value[u"role"_s].toString() == u"WebRole"_s ? u"Small"_s : u"ExtraSmall"_s);
    QVERIFY2(!QFile::exists(marked), "a resize brings fresh disks");
}

void ChangesTest::rebootKeepsTheDisk()
{
    const QJsonObject before = instance(u"WorkerRole_IN_0"_s);
    const QJsonObject neighbour = instance(u"WorkerRole_IN_1"_s);
    const QString marked = mark(u"WorkerRole_IN_0"_s);
    QVERIFY2(writeText(marked, "kept"), qPrintable(marked));
    beginLoad();
    const CtlResult rebooted = m_fabric.ctl({u"instance"_s, u"reboot"_s, u"shop"_s,
                                             u"WorkerRole_IN_0"_s, u"WebRole_IN_0"_s, u"--wait"_s});
    QCOMPARE(endLoad(), QString());
    QVERIFY2(rebooted.ok(), qPrintable(rebooted.all() + m_fabric.log()));
    const QJsonObject after = instance(u"WorkerRole_IN_0"_s);
    QCOMPARE(after[u"state"_s].toString(), u"ReadyRole"_s);
    QVERIFY(after[u"program_pid"_s].toInteger() > 0);
    QVERIFY(after[u"program_pid"_s] != before[u"program_pid"_s]);
    QVERIFY(after[u"agent_pid"_s] != before[u"agent_pid"_s]);
    QCOMPARE(readText(mark(u"WorkerRole_IN_0"_s)), QByteArray("kept"));
    QCOMPARE(instance(u"WorkerRole_IN_1"_s)[u"program_pid"_s], neighbour[u"program_pid"_s]);
}

void ChangesTest::reimageBringsAFreshDisk()
{
    const QJsonObject before = instance(u"WorkerRole_IN_0"_s);
    const QString marked = mark(u"WorkerRole_IN_0"_s);
    QVERIFY(QFile::exists(marked));
    const CtlResult reimaged =
        m_fabric.ctl({u"instance"_s, u"reimage"_s, u"shop"_s, u"WorkerRole_IN_0"_s, u"--wait"_s});
    QVERIFY2(reimaged.ok(), qPrintable(reimaged.all() + m_fabric.log()));
    const QJsonObject after = instance(u"WorkerRole_IN_0"_s);
    QCOMPARE(after[u"state"_s].toString(), u"ReadyRole"_s);
    QVERIFY(after[u"program_pid"_s] != before[u"program_pid"_s]);
    QVERIFY(QDir(diskOf(m_fabric, after)).exists());
    QVERIFY2(!QFile::exists(marked), "a reimage brings a fresh disk");
}

void ChangesTest::cleanupTestCase()
{
    if (!m_fabric.running())
        return;
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QCOMPARE(m_fabric.leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(ChangesTest)
#include "changes_test.moc"
