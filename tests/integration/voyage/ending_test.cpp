// How a fabric ends: with everything it ran, or leaving the services to the next one; and that two
// never share a data folder.
#include "tests/integration/voyage/voyage.h"

#include <QDirIterator>
#include <QElapsedTimer>

using namespace Qt::StringLiterals;
using namespace slipway::test;

class EndingTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void aSecondFabricIsRefused();
    void keptServicesAnswerAndAreAdopted();
    void theEndLeavesNothing();

private:
    QStringList cgroupFolders() const;

    FabricHarness m_fabric;
    QString m_url;
    QString m_fabric_id;
};

void EndingTest::initTestCase()
{
    QVERIFY(m_fabric.start({u"--keep-services"_s}));
    m_fabric_id = m_fabric.status()[u"fabric_id"_s].toString();
    QVERIFY(!m_fabric_id.isEmpty());
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"shop"_s}).ok());
    const CtlResult deployed = deploySample(m_fabric, u"shop"_s, u"production"_s, "guestbook-v1");
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric.log()));
    m_url = m_fabric.slotUrl(u"shop"_s, u"production"_s);
}

QStringList EndingTest::cgroupFolders() const
{
    QStringList found;
    QDirIterator walk(u"/sys/fs/cgroup"_s, QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks,
                      QDirIterator::Subdirectories);
    while (walk.hasNext())
        if (const QString folder = walk.next(); folder.contains(m_fabric_id))
            found << folder;
    return found;
}

void EndingTest::aSecondFabricIsRefused()
{
    QProcess second;
    second.start(QStringLiteral(SLIPWAY_BIN_DIR "/slipwayd"),
                 {u"fabric"_s, u"--data"_s, m_fabric.dataFolder(), u"--socket"_s,
                  m_fabric.folder() + u"/other/fabric.sock"_s});
    QVERIFY(second.waitForFinished(10000));
    QCOMPARE(second.exitCode(), 3);
    const QString words = QString::fromUtf8(second.readAllStandardError());
    QVERIFY2(words.contains(QString::number(m_fabric.controllerPid())), qPrintable(words));
    QVERIFY(second.readAllStandardOutput().isEmpty());
    QVERIFY(!KeptAliveClient(m_url).get(u"/whoami"_s).isEmpty());
}

void EndingTest::keptServicesAnswerAndAreAdopted()
{
    const QStringList before = identities(m_fabric, u"shop"_s);
    KeptAliveClient client(m_url);
    QString error;
    QVERIFY2(!client.get(u"/whoami"_s, &error).isEmpty(), qPrintable(error));
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QVERIFY(!m_fabric.ctl({u"status"_s}).ok());
    for (int i = 0; i < 20; ++i)
        QVERIFY2(!client.get(u"/whoami"_s, &error).isEmpty(), qPrintable(error));
    QVERIFY(m_fabric.start());
    QVERIFY(m_fabric.waitReady(u"shop"_s, u"production"_s, 5));
    QTRY_COMPARE(identities(m_fabric, u"shop"_s), before);
    QVERIFY2(!client.get(u"/whoami"_s, &error).isEmpty(), qPrintable(error));
    QCOMPARE(client.connectionsMade(), 1);
}

void EndingTest::theEndLeavesNothing()
{
    QElapsedTimer took;
    took.start();
    QVERIFY2(m_fabric.stop(8000), qPrintable(m_fabric.log()));
    qInfo() << "ended after" << took.elapsed() << "ms";
    QCOMPARE(m_fabric.leftovers(), QStringList());
    QCOMPARE(cgroupFolders(), QStringList());
    QVERIFY(!QDir(m_fabric.folder() + u"/run"_s).exists());
    QVERIFY(QDir(m_fabric.dataFolder()).exists());
}

QTEST_GUILESS_MAIN(EndingTest)
#include "ending_test.moc"
