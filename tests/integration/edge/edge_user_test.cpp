// The keeper of an ordinary user: a new one gets the listening sockets back, or, where the kernel
// refuses them, at least the ports.
#include "edge_harness.h"

#include <QTest>
#include <cstddef>
#include <fstream>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr std::uint32_t kPort = 8080;
constexpr unsigned kNobody = 65534;
const std::string kKey = "shop/production/80";

bool becomeOrdinaryUser()
{
    if (geteuid() != 0)
        return true;
    const bool became = setgroups(0, nullptr) == 0 && setresgid(kNobody, kNobody, kNobody) == 0 &&
                        setresuid(kNobody, kNobody, kNobody) == 0;
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    return became;
}

std::filesystem::path installedProxy()
{
    for (const char *folder : {"/usr/sbin", "/usr/local/sbin", "/usr/bin"})
        if (access((std::string(folder) + "/haproxy").c_str(), X_OK) == 0)
            return std::string(folder) + "/haproxy";
    return {};
}

} // namespace

class EdgeUserTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void proxyHasAViewOfItsOwn();
    void keeperTakesOver();
    void withoutNamespacesItIsTold();
    void refusedSocketsKeepTheirPorts();
};

void EdgeUserTest::initTestCase()
{
    QVERIFY(geteuid() != 0);
    if (access(std::filesystem::read_symlink("/proc/self/exe").c_str(), X_OK) != 0)
        QSKIP("ordinary users cannot reach this build folder");
}

// What it needs and nothing else, no rights, and none to be had.
void EdgeUserTest::proxyHasAViewOfItsOwn()
{
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
    QVERIFY(status.find("CapEff:\t0000000000000000") != std::string::npos);
    for (const v1::Happening &happening : edge.happenings())
        if (happening.kind() == "EdgeProxyNotConfined")
            QSKIP(happening.message().c_str());
    const auto seen = [&](const std::filesystem::path &path) {
        return std::filesystem::exists(proc / "root" / path.relative_path());
    };
    QVERIFY(seen(edge.paths().mesh()));
    QVERIFY(seen(edge.paths().edgeFolder() / "proxy"));
    for (const std::filesystem::path &path :
         {edge.paths().edgeSocket(), edge.paths().edgeFolder() / "state",
          edge.paths().edgeFolder() / "table.pb", std::filesystem::path("/etc/passwd"),
          std::filesystem::path("/proc/self"), std::filesystem::path("/home"),
          std::filesystem::path("/var")})
        QVERIFY2(!seen(path), path.c_str());
}

void EdgeUserTest::keeperTakesOver()
{
    EdgeHarness edge;
    edge.addPool("v1", 2);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    const int haproxy = edge.haproxyPid();
    edge.startLoad(kPort, 4, false);
    edge.killKeeper();
    edge.startKeeper();
    QCOMPARE(edge.hello().haproxy_pid(), haproxy);
    edge.addPool("v2", 1); // a reload needs the sockets
    edge.addListener("other/production/80", kPort + 1, "v2/HttpIn");
    QVERIFY(edge.apply());
    QVERIFY(edge.haproxyPid() != haproxy);
    QCOMPARE(edge.boundPort(kKey), kPort);
    QVERIFY(edge.loadRuns());
    QCOMPARE(QString::fromStdString(edge.finishLoad().problem), QString());
}

// As on a machine that gives no namespaces; for the rest of this process's life.
void EdgeUserTest::withoutNamespacesItIsTold()
{
    sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{std::size(steps), steps};
    QVERIFY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    QVERIFY(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("v1 "));
    QVERIFY(edge.until([&] { return !edge.happenings().empty(); }));
    QCOMPARE(edge.happenings()[0].kind(), std::string("EdgeProxyNotConfined"));
    QCOMPARE(edge.happenings()[0].severity(), v1::WARNING);
    if (sys::landlockVersion() > 0)
        QVERIFY(edge.happenings()[0].message().find("reads no files but its own") !=
                std::string::npos);
}

// A program that cannot be read cannot be looked into either: the kernel refuses as Yama does.
// (One with a user namespace of its own it would open to the user who made that.)
void EdgeUserTest::refusedSocketsKeepTheirPorts()
{
    QTemporaryDir programs(QStringLiteral("/tmp/sle-bin-XXXXXX"));
    const std::filesystem::path copy = programs.filePath(QStringLiteral("haproxy")).toStdString();
    std::filesystem::copy_file(installedProxy(), copy);
    std::filesystem::permissions(copy, std::filesystem::perms(0111));
    const QByteArray path = qgetenv("PATH");
    qputenv("PATH", programs.path().toUtf8() + ':' + path);

    EdgeHarness edge;
    edge.addPool("v1", 2);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    const int haproxy = edge.haproxyPid();
    KeptClient slow(edge.address(), kPort);
    slow.send("/slow/1500");
    edge.killKeeper();
    edge.forgetSockets(); // nobody holds them: the controller was killed, too
    edge.startKeeper();
    QVERIFY(edge.until([&] { return edge.haproxyPid() != haproxy && edge.haproxyPid() != 0; }));
    qputenv("PATH", path);
    QCOMPARE(edge.boundPort(kKey), kPort);
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("v1 "));
    QVERIFY2(slow.receive().starts_with("v1 "), "a request that had begun was cut");
    QVERIFY(edge.until([&] { return sys::processStartTicks(haproxy) == 0; }));
}

int main(int argc, char **argv)
{
    if (const auto part = slipway::test::playPart(argc, argv))
        return *part;
    if (!becomeOrdinaryUser())
        return 1;
    EdgeUserTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "edge_user_test.moc"
