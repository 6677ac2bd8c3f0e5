// Access to the outside, tried without leaving the machine: the test lives in a network namespace
// of its own, whose loopback also has an address that is none of 127/8. slirp4netns carries a
// sandbox's connections there, and nowhere when the service has no access.
#include "host_world.h"

#include "backend/host/outside_access.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <arpa/inet.h>
#include <cstring>
#include <fstream>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace slipway;
using test::HostWorld;

namespace
{

constexpr char kName[] = "Web_IN_0";
constexpr char kOutside[] = "192.0.2.7"; // of the block for documentation: nobody's

bool setLoopback(const char *name, const char *address)
{
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    ifreq request{};
    std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    auto *inet = reinterpret_cast<sockaddr_in *>(&request.ifr_addr);
    inet->sin_family = AF_INET;
    inet_pton(AF_INET, address, &inet->sin_addr);
    bool done = ioctl(fd, SIOCSIFADDR, &request) == 0;
    request.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
    done = ioctl(fd, SIOCSIFFLAGS, &request) == 0 && done;
    close(fd);
    return done;
}

// Before any thread is made. False: not root, or the kernel forbids it.
bool leaveTheMachinesNetwork()
{
    return unshare(CLONE_NEWNET) == 0 && setLoopback("lo", "127.0.0.1") &&
           setLoopback("lo:test", kOutside);
}

bool g_alone = false; // set by main(), before the test object exists

// Says a word to the address again and again, and notes on its disk how that went.
std::string caller(const std::string &address, int port)
{
    return "while :; do if (echo hello >/dev/tcp/" + address + "/" + std::to_string(port) +
           ") 2>/dev/null; then echo yes; else echo no; fi >>/local/seen; sleep 0.1; done";
}

} // namespace

class HostOutsideTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void opensAndClosesWhileItRuns();
    void keepsTheMachinesLoopbackOut();
    void saysWhenItCannot();
    void explainsWhatIsMissing();

private:
    static std::string lastSeen(const HostWorld &world);
    static v1::InstanceOrder orderFor(const HostWorld &world, const std::string &address, int port,
                                      bool outside);
    // Since now: the next attempts go this way.
    static bool soon(HostWorld &world, const std::string &answer);
    QTcpServer m_server;
};

void HostOutsideTest::initTestCase()
{
    if (!g_alone)
        QSKIP("Only root may make a network of its own.");
    if (host::outsideProgram().empty())
        QSKIP("slirp4netns is not installed.");
    QVERIFY(m_server.listen(QHostAddress::Any));
}

std::string HostOutsideTest::lastSeen(const HostWorld &world)
{
    std::ifstream seen(world.diskOf(kName) / "seen");
    std::string last;
    for (std::string line; std::getline(seen, line);)
        last = line;
    return last;
}

bool HostOutsideTest::soon(HostWorld &world, const std::string &answer)
{
    return world.waitFor([&] { return lastSeen(world) == answer; });
}

v1::InstanceOrder HostOutsideTest::orderFor(const HostWorld &world, const std::string &address,
                                            int port, bool outside)
{
    v1::InstanceOrder order = world.order(kName, "exec bash -c '" + caller(address, port) + "'");
    order.set_outside_access(outside);
    return order;
}

void HostOutsideTest::opensAndClosesWhileItRuns()
{
    HostWorld world;
    world.startEngine();
    const int port = m_server.serverPort();
    world.setOrders("host-1", {orderFor(world, kOutside, port, false)});
    QVERIFY(world.waitFor([&] { return world.isReady(kName); }));
    if (world.hellos.at("host-1").isolation() == "no isolation")
        QSKIP("No sandbox possible here.");
    QCOMPARE(world.hellos.at("host-1").outside_problem(), std::string());
    QVERIFY(soon(world, "no"));
    const int program = world.status(kName).program_pid();
    world.setOrders("host-1", {orderFor(world, kOutside, port, true)});
    QVERIFY(soon(world, "yes"));
    world.setOrders("host-1", {orderFor(world, kOutside, port, false)});
    QVERIFY(soon(world, "no"));
    QCOMPARE(world.status(kName).program_pid(), program); // and nothing was restarted for it
}

void HostOutsideTest::keepsTheMachinesLoopbackOut()
{
    HostWorld world;
    world.startEngine();
    // 10.0.2.2 is the machine itself for those behind slirp4netns.
    world.setOrders("host-1", {orderFor(world, "10.0.2.2", m_server.serverPort(), true)});
    QVERIFY(world.waitFor([&] { return world.isReady(kName); }));
    QVERIFY(soon(world, "no"));
    const auto seen = world.diskOf(kName) / "seen";
    QVERIFY(world.waitFor([&] { return std::filesystem::file_size(seen) >= 15; })); // five times
    QCOMPARE(lastSeen(world), std::string("no"));
    std::ifstream all(seen);
    const std::string text{std::istreambuf_iterator<char>(all), {}};
    QVERIFY(text.find("yes") == std::string::npos);
}

void HostOutsideTest::saysWhenItCannot()
{
    qputenv("SLIPWAY_TEST_WITHOUT_SLIRP", "1"); // the test's own daemon looks at it
    HostWorld world;
    world.startEngine();
    QVERIFY(world.waitFor([&] { return world.hostIsUp("host-1"); }));
    qunsetenv("SLIPWAY_TEST_WITHOUT_SLIRP");
    world.setOrders("host-1", {orderFor(world, kOutside, m_server.serverPort(), true)});
    QVERIFY(world.waitFor([&] { return world.isReady(kName); }));
    const std::string problem = world.hellos.at("host-1").outside_problem();
    QVERIFY2(problem.find("is not installed") != std::string::npos, problem.c_str());
    QVERIFY(world.waitFor([&] { return world.hasHappened("OutsideAccessLost"); }));
    QVERIFY(soon(world, "no"));
}

void HostOutsideTest::explainsWhatIsMissing()
{
    using host::IsolationLevel;
    QVERIFY(host::outsideProblem(IsolationLevel::None, {}).empty());
    const std::string problem = host::outsideProblem(IsolationLevel::WithLimits, {});
    QVERIFY(problem.find("apt install slirp4netns") != std::string::npos);
}

int main(int argc, char **argv)
{
    g_alone = leaveTheMachinesNetwork();
    QCoreApplication application(argc, argv);
    HostOutsideTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "host_outside_test.moc"
