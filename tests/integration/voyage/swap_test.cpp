// A hundred swaps in a row under load, and not one request lost: the reason why Slipway exists.
#include "tests/support/fabric_harness.h"

#include <QElapsedTimer>
#include <QTest>
#include <algorithm>

using namespace Qt::StringLiterals;
using namespace slipway::test;

namespace
{

constexpr int kSwaps = 100;
constexpr int kConnections = 32;

QString sample(const char *name)
{
    return QStringLiteral(SLIPWAY_SAMPLES_DIR "/") + QString::fromLatin1(name);
}

QString versionOf(const QByteArray &body)
{
    return QJsonDocument::fromJson(body).object()[u"version"_s].toString();
}

} // namespace

class SwapTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void swapsLoseNoRequest_data();
    void swapsLoseNoRequest();
    void keptAliveConnectionNeverSeesTheOldVersion();
    void swapIsRefusedWithoutStaging();
    void cleanupTestCase();

private:
    void deploy(const QString &slot, const char *package);
    FabricHarness m_fabric;
    QString m_url;
};

void SwapTest::deploy(const QString &slot, const char *package)
{
    const CtlResult deployed =
        m_fabric.ctl({u"deploy"_s, u"guestbook"_s, u"--slot"_s, slot, u"--package"_s,
                      sample(package) + u".cspkg"_s, u"--config"_s, sample(package) + u".cscfg"_s,
                      u"--label"_s, QString::fromLatin1(package), u"--wait"_s});
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric.log()));
}

void SwapTest::initTestCase()
{
    if (!haveProgram(u"wrk"_s))
        QSKIP("wrk is not installed; .ci/install-dependencies --tests brings it");
    QVERIFY(m_fabric.start());
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"guestbook"_s}).ok());
    deploy(u"production"_s, "guestbook-v1");
    deploy(u"staging"_s, "guestbook-v2");
    QVERIFY(m_fabric.waitReady(u"guestbook"_s, u"production"_s, 5));
    QVERIFY(m_fabric.waitReady(u"guestbook"_s, u"staging"_s, 5));
    m_url = m_fabric.slotUrl(u"guestbook"_s, u"production"_s);
    QVERIFY(!m_url.isEmpty());
}

void SwapTest::swapsLoseNoRequest_data()
{
    QTest::addColumn<bool>("close");
    QTest::newRow("kept-alive connections") << false;
    QTest::newRow("Connection: close") << true;
}

void SwapTest::swapsLoseNoRequest()
{
    QFETCH(bool, close);
    Load load(m_url + u"/whoami"_s, kConnections, 300, close);
    QVERIFY(load.started());
    std::vector<qint64> times_ms;
    for (int i = 0; i < kSwaps; ++i) {
        QElapsedTimer timer;
        timer.start();
        const CtlResult swapped = m_fabric.ctl({u"swap"_s, u"guestbook"_s, u"--wait"_s});
        times_ms.push_back(timer.elapsed());
        QVERIFY2(swapped.ok(), qPrintable(swapped.all() + m_fabric.log()));
    }
    const LoadResult result = load.interrupt();
    std::sort(times_ms.begin(), times_ms.end());
    qInfo().noquote() << kSwaps << "swaps under" << result.requests
                      << "requests; swap --wait median" << times_ms[times_ms.size() / 2]
                      << "ms, longest" << times_ms.back() << "ms";
    QVERIFY2(result.requests > 1000, qPrintable(result.text));
    QVERIFY2(result.problems.isEmpty(), qPrintable(result.problems));
}

void SwapTest::keptAliveConnectionNeverSeesTheOldVersion()
{
    Load load(m_url + u"/whoami"_s, 8, 60);
    KeptAliveClient client(m_url);
    QString error;
    QString serving = versionOf(client.get(u"/whoami"_s, &error));
    QVERIFY2(!serving.isEmpty(), qPrintable(error));
    for (int i = 0; i < 20; ++i) {
        QVERIFY(m_fabric.ctl({u"swap"_s, u"guestbook"_s, u"--wait"_s}).ok());
        const QString after = versionOf(client.get(u"/whoami"_s, &error));
        QVERIFY2(!after.isEmpty(), qPrintable(error));
        QVERIFY2(after != serving,
                 qPrintable(u"old answer after confirmed swap "_s + QString::number(i)));
        serving = after;
    }
    QCOMPARE(client.connectionsMade(), 1);
    const LoadResult result = load.interrupt();
    QVERIFY2(result.problems.isEmpty(), qPrintable(result.problems));
}

void SwapTest::swapIsRefusedWithoutStaging()
{
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"empty"_s}).ok());
    const CtlResult refused = m_fabric.ctl({u"swap"_s, u"empty"_s});
    QVERIFY(!refused.ok());
    QVERIFY2(refused.err.contains(u"staging"_s, Qt::CaseInsensitive), qPrintable(refused.err));
}

void SwapTest::cleanupTestCase()
{
    if (!m_fabric.running())
        return;
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QCOMPARE(m_fabric.leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(SwapTest)
#include "swap_test.moc"
