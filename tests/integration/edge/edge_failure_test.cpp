// Deaths under load: of the keeper, of HAProxy, of an instance, of the controller.
#include "edge_harness.h"

#include <QTest>
#include <algorithm>
#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace slipway;
using namespace slipway::test;

namespace
{
constexpr std::uint32_t kPort = 8080;
const std::string kKey = "shop/production/80";
} // namespace

class EdgeFailureTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void keeperDiesAndTakesOver_data();
    void keeperDiesAndTakesOver();
    void haproxyDiesAndComesBack();
    void haproxyDiesWithTheKeeper();
    void instanceDiesUnderLoad();
    void aDyingInstancesRequestIsSentAgain();
    void postsAreNeverSentAgain();
    void instancesLearnTheClientsAddress();
    void worksWithoutController();
    void speaksWithoutTraffic();
    void stopLeavesNothing();
    void proxyIsAUserOfItsOwn();
};

void EdgeFailureTest::keeperDiesAndTakesOver_data()
{
    QTest::addColumn<bool>("controller_too");
    QTest::newRow("the controller holds the sockets") << false;
    QTest::newRow("the controller died too") << true;
}

void EdgeFailureTest::keeperDiesAndTakesOver()
{
    QFETCH(bool, controller_too);
    EdgeHarness edge;
    edge.addPool("v1", 2);
    edge.addPool("v2", 2);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.addListener("shop/staging/80", kPort + 1, "v2/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    edge.swapPools(0, 1); // what a restarted keeper finds is not what the configuration says
    QVERIFY(edge.apply());
    const int haproxy = edge.haproxyPid();
    KeptClient observer(edge.address(), kPort);
    QVERIFY(observer.get().starts_with("v2 "));

    std::error_code refused;
    const auto root =
        std::filesystem::read_symlink("/proc/" + std::to_string(haproxy) + "/root", refused);
    if (controller_too && root.empty())
        QSKIP("The kernel lets nobody take a process's sockets here (no CAP_SYS_PTRACE).");
    edge.startLoad(kPort, 5, false);
    edge.killKeeper();
    if (controller_too)
        edge.forgetSockets();
    QVERIFY(observer.get().starts_with("v2 "));
    edge.startKeeper();
    QCOMPARE(edge.hello().haproxy_pid(), haproxy);
    QCOMPARE(edge.hello().applied_revision(), edge.table().revision());
    edge.swapPools(0, 1);
    QVERIFY(edge.apply());
    QCOMPARE(edge.haproxyPid(), haproxy);
    QVERIFY(observer.get().starts_with("v1 "));
    edge.addPool("v3", 1); // the sockets came back too: a reload needs them
    edge.addListener("other/production/80", kPort + 2, "v3/HttpIn");
    QVERIFY(edge.apply());
    QVERIFY(edge.haproxyPid() != haproxy);
    QCOMPARE(edge.boundPort(kKey), kPort);
    QVERIFY(edge.loadRuns());
    QCOMPARE(QString::fromStdString(edge.finishLoad().problem), QString());
}

void EdgeFailureTest::haproxyDiesAndComesBack()
{
    EdgeHarness edge;
    edge.addPool("v1", 2);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    const int haproxy = edge.haproxyPid();
    kill(haproxy, SIGKILL);
    KeptClient waiting(edge.address(), kPort); // waits in the keeper's socket
    QVERIFY(waiting.get().starts_with("v1 "));
    QVERIFY(edge.until([&] { return edge.haproxyPid() != haproxy && edge.haproxyPid() != 0; }));
    QCOMPARE(edge.happenings().size(), std::size_t(1));
    QCOMPARE(edge.happenings()[0].kind(), std::string("EdgeProxyEnded"));
}

void EdgeFailureTest::haproxyDiesWithTheKeeper()
{
    EdgeHarness edge;
    edge.addPool("v1", 2);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    const int haproxy = edge.haproxyPid();
    edge.killKeeper();
    kill(haproxy, SIGKILL);
    QVERIFY(edge.until([&] { return sys::processStartTicks(haproxy) == 0; }));
    edge.startKeeper(); // says nothing new: the keeper's own file has the routes
    QVERIFY(edge.until([&] { return edge.haproxyPid() != haproxy && edge.haproxyPid() != 0; }));
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("v1 "));
}

void EdgeFailureTest::instanceDiesUnderLoad()
{
    EdgeHarness edge;
    edge.addPool("v1", 3);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    for (const bool close_connections : {false, true}) {
        edge.startLoad(kPort, 4, close_connections);
        edge.until([] { return false; }, 500); // the load runs
        edge.killInstance("v1", "Web_IN_1");
        edge.until([] { return false; }, 300); // nobody has told the edge yet
        const v1::PoolServer gone = edge.table().pools(0).servers(1);
        edge.table().mutable_pools(0)->mutable_servers()->DeleteSubrange(1, 1);
        QVERIFY(edge.apply());
        edge.until([] { return false; }, 300);
        *edge.table().mutable_pools(0)->add_servers() = edge.startInstance("v1", "Web_IN_1");
        edge.table().mutable_pools(0)->mutable_servers()->SwapElements(1, 2);
        QVERIFY(edge.apply());
        QVERIFY(edge.loadRuns());
        QCOMPARE(QString::fromStdString(edge.finishLoad().problem), QString());
        QVERIFY(edge.until([&] { return edge.metrics().samples_size() == 3; }));
    }
}

// The instance has read the request and dies without a word.
void EdgeFailureTest::aDyingInstancesRequestIsSentAgain()
{
    EdgeHarness edge;
    edge.addPool("v1", 2);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient client(edge.address(), kPort);
    for (int i = 0; i < 4; ++i) // once to each instance's new connection, once to its kept one
        QVERIFY(client.get().starts_with("v1 "));
    for (int i = 0; i < 4; ++i)
        QCOMPARE(client.get("/die/Web_IN_0"), std::string("v1 Web_IN_1"));
}

void EdgeFailureTest::postsAreNeverSentAgain()
{
    EdgeHarness edge;
    edge.addPool("v1", 2);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    std::vector<std::string> answers;
    for (int i = 0; i < 2; ++i) { // in turns: one of the two comes to the instance that dies
        KeptClient client(edge.address(), kPort);
        client.send("/die/Web_IN_0", "POST");
        answers.push_back(client.receive().substr(0, 3));
    }
    std::sort(answers.begin(), answers.end());
    QCOMPARE(answers, (std::vector<std::string>{"502", "v1 "}));
}

void EdgeFailureTest::instancesLearnTheClientsAddress()
{
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient client(edge.address(), kPort);
    for (int i = 0; i < 2; ++i) // a kept connection's second request too
        QCOMPARE(client.get("/forwarded-for"), std::string("127.0.0.1"));
}

void EdgeFailureTest::worksWithoutController()
{
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    const int haproxy = edge.haproxyPid();
    edge.hangUp();
    kill(haproxy, SIGKILL);
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("v1 "));
    QVERIFY(edge.until([&] { return edge.connected() && edge.haproxyPid() != haproxy; }));
}

// The controller takes a silent keeper for a hung one.
void EdgeFailureTest::speaksWithoutTraffic()
{
    EdgeHarness edge;
    edge.startKeeper();
    const int before = edge.messages();
    QVERIFY(edge.until([&] { return edge.messages() >= before + 3; }));
    QCOMPARE(edge.metrics().samples_size(), 0);
}

void EdgeFailureTest::stopLeavesNothing()
{
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient idle(edge.address(), kPort);
    QVERIFY(idle.get().starts_with("v1 "));
    const int haproxy = edge.haproxyPid();
    QVERIFY(edge.stopKeeper());
    QCOMPARE(sys::processStartTicks(haproxy), std::uint64_t(0));
    for (const auto &entry : std::filesystem::directory_iterator(edge.paths().edgeFolder()))
        QCOMPARE(entry.path().filename().string(), std::string("keeper.lock"));
}

// Under root: a user that is nobody else, whose only files are the endpoints' sockets.
void EdgeFailureTest::proxyIsAUserOfItsOwn()
{
    if (geteuid() != 0)
        QSKIP("only root can give HAProxy a user of its own");
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("v1 "));
    const std::filesystem::path proc = "/proc/" + std::to_string(edge.haproxyPid());
    std::ifstream file(proc / "status");
    const std::string status(std::istreambuf_iterator<char>(file), {});
    QVERIFY(status.find("NoNewPrivs:\t1") != std::string::npos);
    for (const char *set : {"CapInh:", "CapPrm:", "CapEff:", "CapAmb:"})
        QVERIFY2(status.find(std::string(set) + "\t0000000000000000") != std::string::npos, set);
    QVERIFY(status.find("Groups:\t \n") != std::string::npos ||
            status.find("Groups:\t\n") != std::string::npos);
    std::error_code refused; // by a container that lets nobody trace
    const auto root = std::filesystem::read_symlink(proc / "root", refused);
    if (!refused)
        QCOMPARE(root, edge.paths().mesh());
    for (const char *word : {"Uid:\t0", "Gid:\t0"})
        QVERIFY2(status.find(word) == std::string::npos, word);
    // Its latencies still come: the log crosses the new root.
    edge.startLoad(kPort, 2, false);
    QVERIFY(edge.until([&] {
        return edge.metrics().samples_size() == 1 && edge.metrics().samples(0).latency_p50_us() > 0;
    }));
    QCOMPARE(QString::fromStdString(edge.finishLoad().problem), QString());
}

int main(int argc, char **argv)
{
    if (const auto part = slipway::test::playPart(argc, argv))
        return *part;
    EdgeFailureTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "edge_failure_test.moc"
