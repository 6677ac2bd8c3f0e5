// HAProxy that is stopped, missing, cannot start or is given what it cannot take: what users see,
// what is said, and that it heals by itself.
#include "edge_harness.h"
#include "tests/support/signal_process.h"

#include <QElapsedTimer>
#include <QTest>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr std::uint32_t kPort = 8080;
constexpr int kPatience_ms = 60'000; // on a loaded machine; the seconds are printed
const std::string kKey = "shop/production/80";
const std::string kOther = "other/production/80";

// The program that keepers started from now on take for HAProxy.
class ProgramNamed
{
public:
    explicit ProgramNamed(const std::filesystem::path &program)
    {
        qputenv("SLIPWAY_HAPROXY", QByteArray::fromStdString(program.string()));
    }
    ~ProgramNamed() { qunsetenv("SLIPWAY_HAPROXY"); }
};

std::filesystem::path installedProxy()
{
    for (const char *folder : {"/usr/sbin", "/usr/local/sbin", "/usr/bin"})
        if (access((std::string(folder) + "/haproxy").c_str(), X_OK) == 0)
            return std::string(folder) + "/haproxy";
    return {};
}

void writeScript(const std::filesystem::path &file, const std::string &text)
{
    std::ofstream(file) << "#!/bin/sh\n" << text;
    std::filesystem::permissions(file, std::filesystem::perms(0755));
}

QString problemOf(const EdgeHarness &edge)
{
    return QString::fromStdString(edge.report().problem());
}

std::string errorOf(const EdgeHarness &edge, const std::string &key)
{
    for (const v1::BoundListener &listener : edge.report().listeners())
        if (listener.key() == key)
            return listener.error();
    return "no such listener";
}

bool gone(int pid)
{
    return sys::processStartTicks(pid) == 0;
}

} // namespace

class EdgeFaultTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void stoppedProxyIsReplaced();
    void stoppedProxyIsReplacedByTheNextKeeper();
    void shortStopIsForgiven();
    void missingProgramSaysSoAndHeals();
    void brokenProgramSpeaksForItself();
    void unbindableListenerSparesTheOthers();
    void hostileTargetsSpareTheOthers();
    void poolThatProxyRefusesIsLeftOut();
    void idleClientsLeaveRoomForOthers();
    void sweptMeshIsMadeAgain();
};

void EdgeFaultTest::stoppedProxyIsReplaced()
{
    EdgeHarness edge;
    edge.addPool("v1", 2);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    const int stopped = edge.haproxyPid();
    const int keeper = edge.keeperPid();
    QElapsedTimer passed;
    passed.start();
    kill(stopped, SIGSTOP);
    QVERIFY(edge.until([&] { return stands(stopped); })); // else it may still accept
    KeptClient waiting(edge.address(), kPort);            // waits in the listener, which is kept
    QVERIFY(edge.until([&] { return edge.haproxyPid() != stopped && edge.haproxyPid() != 0; },
                       kPatience_ms));
    QVERIFY(waiting.get().starts_with("v1 "));
    qInfo("a stopped HAProxy was replaced and a request answered after %.1f s",
          double(passed.elapsed()) / 1000);
    QVERIFY(edge.until([&] { return gone(stopped); }));
    QCOMPARE(edge.keeperPid(), keeper);
    QVERIFY(edge.hello().pid() == keeper);
    QCOMPARE(edge.boundPort(kKey), kPort);
    QVERIFY(QString::fromStdString(edge.happenings().at(0).message())
                .contains(QStringLiteral("was stopped by a signal")));
}

void EdgeFaultTest::stoppedProxyIsReplacedByTheNextKeeper()
{
    EdgeHarness edge;
    edge.addPool("v1", 2);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    const int stopped = edge.haproxyPid();
    kill(stopped, SIGSTOP);
    edge.killKeeper();
    QElapsedTimer passed;
    passed.start();
    edge.startKeeper();
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("v1 "));
    qInfo("the next keeper served after %.1f s", double(passed.elapsed()) / 1000);
    QVERIFY(edge.until([&] { return gone(stopped); }));
    QCOMPARE(edge.boundPort(kKey), kPort);
}

void EdgeFaultTest::shortStopIsForgiven()
{
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    const int haproxy = edge.haproxyPid();
    for (int i = 0; i < 3; ++i) {
        kill(haproxy, SIGSTOP);
        edge.until([] { return false; }, 1000);
        kill(haproxy, SIGCONT);
        KeptClient client(edge.address(), kPort);
        QVERIFY(client.get().starts_with("v1 "));
    }
    QCOMPARE(edge.haproxyPid(), haproxy);
}

void EdgeFaultTest::missingProgramSaysSoAndHeals()
{
    EdgeHarness edge;
    const std::filesystem::path program = edge.paths().runtime / "bin/haproxy";
    std::filesystem::create_directories(program.parent_path());
    std::filesystem::permissions(program.parent_path(), std::filesystem::perms(0755));
    const ProgramNamed named(program);
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    edge.send();
    QVERIFY(edge.until([&] { return !edge.report().problem().empty(); }, kPatience_ms));
    qInfo("missing: %s", qPrintable(problemOf(edge)));
    QVERIFY(problemOf(edge).contains(QStringLiteral("No such file")));
    QCOMPARE(edge.happenings().size(), std::size_t(1)); // told once, tried again and again
    QCOMPARE(edge.happenings()[0].severity(), v1::ERROR);
    std::ofstream(program) << "no program";
    QVERIFY(edge.until([&] { return problemOf(edge).contains(QStringLiteral("Permission")); },
                       kPatience_ms));
    std::filesystem::remove(program);
    writeScript(program, "exec " + installedProxy().string() + " \"$@\"\n");
    QVERIFY(edge.until([&] { return edge.report().problem().empty(); }, kPatience_ms));
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("v1 "));
}

void EdgeFaultTest::brokenProgramSpeaksForItself()
{
    EdgeHarness edge;
    const std::filesystem::path program = edge.paths().runtime / "bin/haproxy";
    std::filesystem::create_directories(program.parent_path());
    std::filesystem::permissions(program.parent_path(), std::filesystem::perms(0755));
    writeScript(program, "echo '[ALERT]    ('$$') : [haproxy.main()] Cannot fork.' >&2\nexit 1\n");
    const ProgramNamed named(program);
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    edge.send();
    QVERIFY(edge.until([&] { return !edge.report().problem().empty(); }, kPatience_ms));
    QCOMPARE(problemOf(edge),
             QStringLiteral("HAProxy did not start: [haproxy.main()] Cannot fork."));
    writeScript(program, "exit 3\n");
    QVERIFY(edge.until([&] { return problemOf(edge).contains(QStringLiteral("code 3")); },
                       kPatience_ms));
}

void EdgeFaultTest::unbindableListenerSparesTheOthers()
{
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addPool("v2", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.addListener(kOther, kPort, "v2/HttpIn").set_address("10.255.254.253");
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("v1 "));
    QVERIFY(QString::fromStdString(errorOf(edge, kOther)).contains(QStringLiteral("assign")));
    QCOMPARE(edge.boundPort(kOther), 0U);
    QCOMPARE(errorOf(edge, kKey), std::string());
}

void EdgeFaultTest::hostileTargetsSpareTheOthers()
{
    EdgeHarness edge;
    const std::string mesh = edge.paths().mesh().string();
    edge.addPool("v1", 1);
    v1::Pool &hostile = edge.addPool("v2", 1);
    const std::string fabric_socket = "unix:" + edge.paths().edgeSocket().string();
    std::filesystem::create_symlink(edge.paths().edgeSocket(), mesh + "/link.sock");
    for (const std::string &target :
         {"unix:" + mesh + "/x\n\tset map routes-1.map f none\n", "unix:" + mesh + "/x;quit",
          "unix:" + mesh + "/../edge.sock", fabric_socket, std::string("127.0.0.1:22\nquit"),
          std::string("169.254.169.254:80"), "unix:" + mesh + "/link.sock"}) {
        v1::PoolServer &server = *hostile.add_servers();
        server.set_instance("Web_IN_" + std::to_string(hostile.servers_size()));
        server.set_target(target);
    }
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.addListener(kOther, kPort + 1, "v2/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    const int newcomers = edge.connections();
    for (int i = 0; i < 12; ++i) {
        KeptClient client(edge.address(), kPort);
        const std::string own = client.get();
        QVERIFY2(own.starts_with("v1 "), own.c_str());
        KeptClient other(edge.address(), kPort + 1);
        const std::string answer = other.get();
        QVERIFY2(answer.starts_with("v2 ") || answer.starts_with("503"), answer.c_str());
    }
    QCOMPARE(edge.connections(), newcomers); // nobody was led to the fabric's own socket
    QVERIFY(!errorOf(edge, kOther).empty());
    QCOMPARE(errorOf(edge, kKey), std::string());
    const int haproxy = edge.haproxyPid();
    kill(haproxy, SIGKILL); // what is written starts again
    QVERIFY(edge.until([&] { return edge.haproxyPid() != haproxy && edge.haproxyPid() != 0; },
                       kPatience_ms));
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("v1 "));
}

void EdgeFaultTest::poolThatProxyRefusesIsLeftOut()
{
    EdgeHarness edge;
    const std::filesystem::path program = edge.paths().runtime / "bin/haproxy";
    std::filesystem::create_directories(program.parent_path());
    std::filesystem::permissions(program.parent_path(), std::filesystem::perms(0755));
    writeScript(program, "for word; do case \"$word\" in *.cfg)\n"
                         "  if grep -q Poison_IN \"$word\"; then\n"
                         "    echo \"[ALERT]    ($$) : config : no such poison\" >&2; exit 1\n"
                         "  fi;;\nesac; done\nexec " +
                             installedProxy().string() + " \"$@\"\n");
    const ProgramNamed named(program);
    edge.addPool("v1", 1);
    edge.addPool("v2", 1).mutable_servers(0)->set_instance("Poison_IN_0");
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.addListener(kOther, kPort + 1, "v2/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply(kPatience_ms));
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("v1 "));
    KeptClient other(edge.address(), kPort + 1);
    QVERIFY(other.get().starts_with("503"));
    QVERIFY(
        QString::fromStdString(errorOf(edge, kOther)).contains(QStringLiteral("no such poison")));
    QCOMPARE(problemOf(edge), QString());
    edge.table().mutable_pools(1)->mutable_servers(0)->set_instance("Web_IN_0"); // mended
    QVERIFY(edge.apply(kPatience_ms));
    QVERIFY(other.get().starts_with("v2 "));
    QCOMPARE(errorOf(edge, kOther), std::string());
}

void EdgeFaultTest::idleClientsLeaveRoomForOthers()
{
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addPool("v2", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.addListener(kOther, kPort + 1, "v2/HttpIn");
    edge.startKeeper(1024);
    QVERIFY(edge.apply());
    std::vector<std::unique_ptr<KeptClient>> idle;
    for (int i = 0; i < 600; ++i) { // more than HAProxy can hold altogether
        idle.push_back(std::make_unique<KeptClient>(edge.address(), kPort));
        QVERIFY(idle.back()->isOpen());
        if (i < 100)
            QVERIFY(idle.back()->get().starts_with("v1 ")); // kept-alive ones count too
    }
    QElapsedTimer passed;
    passed.start();
    for (int i = 0; i < 50; ++i) {
        KeptClient other(edge.address(), kPort + 1);
        QVERIFY(other.get().starts_with("v2 "));
    }
    qInfo("600 idle clients of one service: 50 requests of another one in %lld ms",
          static_cast<long long>(passed.elapsed()));
    idle.clear();
    KeptClient again(edge.address(), kPort);
    QVERIFY(again.get().starts_with("v1 "));
}

// By a cleaner of temporary files; the hosts make their sockets anew.
void EdgeFaultTest::sweptMeshIsMadeAgain()
{
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    std::filesystem::remove_all(edge.paths().mesh());
    edge.addPool("v2", 1);
    edge.table().mutable_listeners(0)->set_pool("v2/HttpIn");
    QVERIFY(edge.apply());
    QVERIFY(edge.until(
        [&] {
            KeptClient client(edge.address(), kPort);
            return client.get().starts_with("v2 ");
        },
        kPatience_ms));
}

int main(int argc, char **argv)
{
    if (const auto part = slipway::test::playPart(argc, argv))
        return *part;
    EdgeFaultTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "edge_fault_test.moc"
