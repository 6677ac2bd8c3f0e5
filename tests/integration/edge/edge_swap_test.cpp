// Swaps and reloads under load: no request may be lost, no old answer after the confirmation.
#include "edge_harness.h"

#include <QTest>

using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr int kSwaps = 100;
constexpr std::uint32_t kProduction = 8080;
constexpr std::uint32_t kStaging = 8081;

void buildTwoVersions(EdgeHarness &edge, int instances)
{
    edge.addPool("v1", instances);
    edge.addPool("v2", instances);
    edge.addListener("shop/production/80", kProduction, "v1/HttpIn");
    edge.addListener("shop/staging/80", kStaging, "v2/HttpIn");
    edge.startKeeper();
}

} // namespace

class EdgeSwapTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void hundredSwapsUnderLoad_data();
    void hundredSwapsUnderLoad();
    void newDeploymentUnderLoad();
    void idleConnectionFollowsASwapThroughAReload();
};

void EdgeSwapTest::hundredSwapsUnderLoad_data()
{
    QTest::addColumn<bool>("close_connections");
    QTest::newRow("kept connections") << false;
    QTest::newRow("Connection: close") << true;
}

void EdgeSwapTest::hundredSwapsUnderLoad()
{
    QFETCH(bool, close_connections);
    EdgeHarness edge;
    buildTwoVersions(edge, 3);
    QVERIFY(edge.apply());
    KeptClient observer(edge.address(), kProduction);
    QVERIFY(observer.get().starts_with("v1 "));
    const int haproxy = edge.haproxyPid();

    edge.startLoad(kProduction, 120, close_connections); // more than a loaded machine needs
    for (int i = 0; i < kSwaps; ++i) {
        edge.swapPools(0, 1);
        QVERIFY(edge.apply());
        const std::string expected = i % 2 == 0 ? "v2 " : "v1 ";
        const std::string answer = observer.get();
        QVERIFY2(answer.starts_with(expected), answer.c_str());
        edge.until([] { return false; }, 30); // spreads the swaps over the load's time
    }
    QVERIFY2(edge.loadRuns(), "the load ended before the swaps");
    const LoadResult result = edge.endLoad();
    qInfo("%d swaps, %.0f requests per second", kSwaps, result.requests_per_second);
    QCOMPARE(QString::fromStdString(result.problem), QString());
    QCOMPARE(edge.haproxyPid(), haproxy);
    QVERIFY(observer.isOpen());
}

void EdgeSwapTest::newDeploymentUnderLoad()
{
    EdgeHarness edge;
    edge.addPool("v1", 2);
    edge.addListener("shop/production/80", kProduction, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    for (const bool close_connections : {false, true}) {
        edge.startLoad(kProduction, 4, close_connections);
        for (int i = 0; i < 5; ++i) {
            const std::string name = "more" + std::to_string(i) + (close_connections ? "c" : "k");
            const int haproxy = edge.haproxyPid();
            edge.addPool(name, 1);
            edge.addListener("more/" + name, std::uint32_t(8100 + i + 10 * close_connections),
                             name + "/HttpIn");
            QVERIFY(edge.apply());
            QVERIFY(edge.haproxyPid() != haproxy);
            KeptClient client(edge.address(), edge.boundPort("more/" + name));
            QCOMPARE(client.get(), name + " Web_IN_0");
        }
        QVERIFY2(edge.loadRuns(), "the load ended before the deployments");
        const LoadResult result = edge.finishLoad();
        qInfo("5 reloads, %.0f requests per second", result.requests_per_second);
        QCOMPARE(QString::fromStdString(result.problem), QString());
    }
}

void EdgeSwapTest::idleConnectionFollowsASwapThroughAReload()
{
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addListener("shop/production/80", kProduction, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient idle(edge.address(), kProduction); // belongs to the first HAProxy for good
    QCOMPARE(idle.get(), std::string("v1 Web_IN_0"));
    edge.addPool("v2", 1);
    edge.addListener("shop/staging/80", kStaging, "v2/HttpIn");
    QVERIFY(edge.apply());
    edge.swapPools(0, 1);
    QVERIFY(edge.apply());
    QVERIFY(idle.isOpen());
    QCOMPARE(idle.get(), std::string("v2 Web_IN_0"));
}

int main(int argc, char **argv)
{
    if (const auto part = slipway::test::playPart(argc, argv))
        return *part;
    EdgeSwapTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "edge_swap_test.moc"
