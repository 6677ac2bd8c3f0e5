// What HAProxy is kept to where the machine gives less than usual: each slot takes one thing more
// away from this process, for the rest of its life, as hardened containers do.
#include "backend/edge/proxy_process.h"
#include "backend/sys/confinement.h"
#include "edge_harness.h"

#include <QTest>
#include <cerrno>
#include <fstream>
#include <unistd.h>

using namespace slipway;
using namespace slipway::test;
namespace fs = std::filesystem;

namespace
{

constexpr std::uint32_t kPort = 8080;
const std::string kKey = "shop/production/80";

std::string textOf(const fs::path &file)
{
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool refuseFromNow(std::vector<std::string> calls, int error)
{
    sys::ConfinementSpec spec;
    spec.no_capabilities = false;
    spec.calls = sys::CallWall{{{std::move(calls), {}, error}}, true};
    const auto walls = sys::Confinement::prepare(spec);
    return walls && (*walls)->shed() == 0 && (*walls)->closeCalls() == 0;
}

// HAProxy behind a script that first tries to read what is none of its business.
class Curious
{
public:
    Curious()
    {
        const fs::path program = edge::haproxyProgram();
        const fs::path script = fs::path(m_folder.path().toStdString()) / "haproxy";
        std::ofstream(script) << "#!/bin/sh\n(cat " << secret().string()
                              << " && echo it was read) > seen 2>&1\nexec " << program.string()
                              << " \"$@\"\n";
        std::ofstream(secret()) << "a secret\n";
        fs::permissions(script, fs::perms(0755));
        qputenv("SLIPWAY_HAPROXY", QByteArray::fromStdString(script.string()));
    }
    ~Curious() { qunsetenv("SLIPWAY_HAPROXY"); }

    // In HAProxy's own folder.
    std::string seen(const EdgeHarness &edge) const
    {
        return textOf(edge.paths().edgeFolder() / "proxy/seen");
    }

private:
    fs::path secret() const { return fs::path(m_secrets.path().toStdString()) / "secret"; }

    QTemporaryDir m_folder{QStringLiteral("/tmp/sle-bin-XXXXXX")};
    QTemporaryDir m_secrets{QStringLiteral("/tmp/sle-sec-XXXXXX")};
};

unsigned userOf(int pid)
{
    const std::string status = textOf("/proc/" + std::to_string(pid) + "/status");
    return unsigned(std::stoul(status.substr(status.find("Uid:\t") + 5)));
}

bool hasNoRights(int pid)
{
    const std::string status = textOf("/proc/" + std::to_string(pid) + "/status");
    return status.find("NoNewPrivs:\t1") != std::string::npos &&
           status.find("CapEff:\t0000000000000000") != std::string::npos;
}

const v1::Happening *toldOf(const EdgeHarness &edge)
{
    for (const v1::Happening &happening : edge.happenings())
        if (happening.kind() == "EdgeProxyNotConfined")
            return &happening;
    return nullptr;
}

} // namespace

class EdgeCellTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void rootsHasAUserAndARoot();
    void withoutARootFolderLandlockHoldsIt();
    void withoutUsersLandlockHoldsIt();
    void withoutAnythingItIsTold();

private:
    void serve(EdgeHarness &edge);
};

void EdgeCellTest::initTestCase()
{
    if (geteuid() != 0)
        QSKIP("only root can give HAProxy another user");
    if (edge::haproxyProgram() == "haproxy")
        QSKIP("no HAProxy is installed");
}

// Its user can walk to its sockets: a temporary folder is its owner's alone.
void EdgeCellTest::serve(EdgeHarness &edge)
{
    for (const fs::path &folder : {edge.paths().runtime, edge.paths().runtime.parent_path()})
        fs::permissions(folder, fs::perms::group_exec | fs::perms::others_exec,
                        fs::perm_options::add);
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("v1 "));
}

void EdgeCellTest::rootsHasAUserAndARoot()
{
    EdgeHarness edge;
    serve(edge);
    QVERIFY(userOf(edge.haproxyPid()) >= 64'000);
    QVERIFY(hasNoRights(edge.haproxyPid()));
    QVERIFY(!toldOf(edge));
    std::error_code refused; // by a container that lets nobody trace
    const fs::path root =
        fs::read_symlink("/proc/" + std::to_string(edge.haproxyPid()) + "/root", refused);
    if (refused)
        QSKIP("The kernel shows nobody another user's root folder here (no CAP_SYS_PTRACE).");
    QCOMPARE(root, fs::canonical(edge.paths().mesh()));
}

void EdgeCellTest::withoutARootFolderLandlockHoldsIt()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    QVERIFY(refuseFromNow({"chroot"}, EPERM));
    const Curious curious;
    EdgeHarness edge;
    serve(edge);
    QVERIFY(userOf(edge.haproxyPid()) >= 64'000);
    QVERIFY(hasNoRights(edge.haproxyPid()));
    QVERIFY2(curious.seen(edge).find("Permission denied") != std::string::npos,
             curious.seen(edge).c_str());
    QVERIFY(edge.until([&] { return toldOf(edge) != nullptr; }));
    QVERIFY(toldOf(edge)->message().find("a user of its own") != std::string::npos);
}

void EdgeCellTest::withoutUsersLandlockHoldsIt()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    QVERIFY(refuseFromNow({"setuid", "setgid", "setresuid", "setresgid", "setgroups"}, EPERM));
    const Curious curious;
    EdgeHarness edge;
    serve(edge);
    QCOMPARE(userOf(edge.haproxyPid()), 0U);
    QVERIFY(hasNoRights(edge.haproxyPid()));
    QVERIFY2(curious.seen(edge).find("Permission denied") != std::string::npos,
             curious.seen(edge).c_str());
    QVERIFY(edge.until([&] { return toldOf(edge) != nullptr; }));
    QVERIFY(toldOf(edge)->message().find("reads no files but its own") != std::string::npos);
}

void EdgeCellTest::withoutAnythingItIsTold()
{
    QVERIFY(refuseFromNow({"landlock_create_ruleset"}, ENOSYS));
    const Curious curious;
    EdgeHarness edge;
    serve(edge);
    QVERIFY(curious.seen(edge).find("it was read") != std::string::npos);
    QVERIFY(edge.until([&] { return toldOf(edge) != nullptr; }));
    QCOMPARE(toldOf(edge)->severity(), v1::WARNING);
    QVERIFY(toldOf(edge)->message().find("reads all files") != std::string::npos);
}

int main(int argc, char **argv)
{
    if (const auto part = slipway::test::playPart(argc, argv))
        return *part;
    EdgeCellTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "edge_cell_test.moc"
