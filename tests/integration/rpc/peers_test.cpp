// Who is let in at the fabric's socket, and whose socket our client speaks to.
#include "backend/sys/place_trust.h"
#include "tests/integration/rpc/rpc_fixture.h"

#include <QFile>
#include <QProcess>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace slipway;
using namespace slipway::test;
namespace fs = std::filesystem;

namespace
{

constexpr uid_t kNobody = 65534;
constexpr int kAnswer_ms = 20'000;

enum Outcome { Answered = 10, Refused = 11, NotConnected = 12, NotPossible = 13 };

sockaddr_un addressOf(const fs::path &socket)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.string().copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

int connectTo(const sockaddr_un &address)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

// A server of HTTP/2 speaks at once: its settings.
Outcome listenOn(int fd)
{
    pollfd polled{fd, POLLIN, 0};
    char byte = 0;
    if (poll(&polled, 1, kAnswer_ms) != 1)
        return NotPossible;
    return read(fd, &byte, 1) == 1 ? Answered : Refused;
}

Outcome tryFrom(const sockaddr_un &address)
{
    const int fd = connectTo(address);
    return fd < 0 ? NotConnected : listenOn(fd);
}

// In a child that `becomes` somebody else first; only what a child of many threads may do.
int outcomeAs(const fs::path &socket, const std::function<bool()> &becomes)
{
    const sockaddr_un address = addressOf(socket);
    const pid_t child = fork();
    if (child == 0)
        _exit(becomes() ? tryFrom(address) : NotPossible);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool becomeNobody()
{
    return setgid(kNobody) == 0 && setuid(kNobody) == 0;
}

// Like a program in a sandbox: in namespaces of its own, with whatever user id that gives.
bool enterSandbox()
{
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
        return false;
    const pid_t child = fork();
    if (child == 0)
        return true;
    int status = 0;
    waitpid(child, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : NotPossible);
}

std::size_t openDescriptors()
{
    return std::size_t(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

std::string trustOf(const fs::path &socket)
{
    const auto trusted = sys::checkSocketTrust(socket);
    return trusted ? std::string() : trusted.error().reason();
}

} // namespace

class PeersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void itsOwnUserIsLetIn();
    void otherUsersAreNotLetIn();
    void sandboxesAreNotLetIn();
    void aForwarderIsNotLetIn();
    void surplusConnectionsAreClosed();
    void brokenConnectionsLeaveNothing();
    void aSweptSocketIsMadeAnew();
    void aStrangersSocketIsNotSpokenTo();
    void linksAndFilesAreNotSpokenTo();

private:
    // As if somebody forwarded, or the folder's mode had been changed.
    void openToEverybody() const
    {
        fs::permissions(m_rpc->folder.path().toStdString(), fs::perms(0755));
        fs::permissions(m_rpc->path().parent_path(), fs::perms(0755));
        fs::permissions(m_rpc->path(), fs::perms(0666));
    }
    Result<v1::FabricStatus> ask() const
    {
        const auto slot = makeSlot<Result<v1::FabricStatus>>();
        m_rpc->client->status(into(slot));
        if (!QTest::qWaitFor([&] { return slot->filled(); }, kAnswer_ms))
            return failure(v1::Error::DEADLINE_EXCEEDED, "SILENT", "");
        return slot->last();
    }

    std::unique_ptr<Rpc> m_rpc;
};

void PeersTest::init()
{
    m_rpc = std::make_unique<Rpc>();
    m_rpc->start();
    m_rpc->connect();
}

void PeersTest::cleanup()
{
    m_rpc.reset();
}

void PeersTest::itsOwnUserIsLetIn()
{
    QCOMPARE(outcomeAs(m_rpc->path(), [] { return true; }), int(Answered));
    QVERIFY(ask());
}

void PeersTest::otherUsersAreNotLetIn()
{
    if (geteuid() != 0)
        QSKIP("Only root can become somebody else");
    openToEverybody();
    QCOMPARE(outcomeAs(m_rpc->path(), becomeNobody), int(Refused));
    QVERIFY(ask());
}

void PeersTest::sandboxesAreNotLetIn()
{
    openToEverybody();
    const int outcome = outcomeAs(m_rpc->path(), enterSandbox);
    if (outcome == NotPossible)
        QSKIP("This machine gives no user namespaces");
    QCOMPARE(outcome, int(Refused));
}

void PeersTest::aForwarderIsNotLetIn()
{
    // A program that has the load balancer's name and connects on behalf of whoever dialled it.
    const fs::path program = fs::path(m_rpc->folder.path().toStdString()) / "haproxy";
    if (!QFile::exists(QStringLiteral("/usr/bin/python3")))
        QSKIP("No python3 for playing the load balancer");
    fs::copy_file("/usr/bin/python3", program);
    QProcess forwarder;
    forwarder.start(QString::fromStdString(program.string()),
                    {QStringLiteral("-c"),
                     QStringLiteral("import socket,sys; s=socket.socket(socket.AF_UNIX); "
                                    "s.connect(sys.argv[1]); sys.exit(10 if s.recv(1) else 11)"),
                     QString::fromStdString(m_rpc->path().string())});
    QVERIFY(forwarder.waitForFinished(kAnswer_ms));
    QCOMPARE(forwarder.exitCode(), int(Refused));
}

void PeersTest::surplusConnectionsAreClosed()
{
    const sockaddr_un address = addressOf(m_rpc->path());
    std::vector<int> held;
    int refused = 0;
    for (int i = 0; i < 200; ++i) {
        held.push_back(connectTo(address));
        refused += listenOn(held.back()) == Refused ? 1 : 0;
    }
    QVERIFY2(refused >= 200 - 128 && refused < 200, qPrintable(QString::number(refused)));
    for (const int fd : held)
        close(fd);
    QTRY_VERIFY_WITH_TIMEOUT(ask(), kAnswer_ms); // there is room again
}

void PeersTest::brokenConnectionsLeaveNothing()
{
    QVERIFY(ask());
    const sockaddr_un address = addressOf(m_rpc->path());
    const std::size_t before = openDescriptors();
    for (int i = 0; i < 500; ++i) {
        const int fd = connectTo(address);
        if (fd >= 0 && i % 2 == 0)
            listenOn(fd);
        close(fd);
    }
    QTRY_VERIFY_WITH_TIMEOUT(openDescriptors() <= before + 2, kAnswer_ms);
    QVERIFY(ask());
}

void PeersTest::aSweptSocketIsMadeAnew()
{
    QVERIFY(ask());
    fs::remove_all(m_rpc->path().parent_path());
    QVERIFY(ask()); // whoever is connected stays so
    QTRY_VERIFY_WITH_TIMEOUT(fs::exists(m_rpc->path()), kAnswer_ms);
    m_rpc->connect();
    QTRY_VERIFY_WITH_TIMEOUT(ask(), kAnswer_ms);
    QCOMPARE(fs::status(m_rpc->path().parent_path()).permissions(), fs::perms(0700));
}

void PeersTest::aStrangersSocketIsNotSpokenTo()
{
    QVERIFY(ask());
    const fs::path folder = m_rpc->path().parent_path();
    fs::permissions(folder, fs::perms(0777));
    QCOMPARE(ask().error().reason(), std::string("SOCKET_NOT_TRUSTED"));
    QVERIFY(ask().error().message().find("can be written by others") != std::string::npos);
    fs::permissions(folder, fs::perms(0700));
    QVERIFY(ask());
    if (geteuid() != 0)
        QSKIP("Only root can give files away");
    for (const fs::path &place : {m_rpc->path(), folder, folder.parent_path()}) {
        QCOMPARE(lchown(place.c_str(), kNobody, kNobody), 0);
        QCOMPARE(ask().error().reason(), std::string("SOCKET_NOT_TRUSTED"));
        QVERIFY(ask().error().message().find("belongs to user 65534") != std::string::npos);
        QCOMPARE(lchown(place.c_str(), 0, 0), 0);
    }
    QVERIFY(ask());
}

void PeersTest::linksAndFilesAreNotSpokenTo()
{
    const fs::path home = m_rpc->folder.path().toStdString();
    const fs::path link = home / "link.sock";
    fs::create_symlink(m_rpc->path(), link);
    QCOMPARE(trustOf(link), std::string("SOCKET_NOT_TRUSTED"));
    const fs::path folder_link = home / "folder";
    fs::create_directory_symlink(m_rpc->path().parent_path(), folder_link);
    QCOMPARE(trustOf(folder_link / "fabric.sock"), std::string()); // one's own link
    if (geteuid() == 0) {
        QCOMPARE(lchown(folder_link.c_str(), kNobody, kNobody), 0);
        QCOMPARE(trustOf(folder_link / "fabric.sock"), std::string("SOCKET_NOT_TRUSTED"));
    }
    const fs::path loop = home / "loop";
    fs::create_symlink("loop", loop);
    QCOMPARE(trustOf(loop / "fabric.sock"), std::string("SOCKET_NOT_TRUSTED"));
    const fs::path file = home / "file.sock";
    QVERIFY(QFile(QString::fromStdString(file.string())).open(QIODevice::WriteOnly));
    QCOMPARE(trustOf(file), std::string("SOCKET_NOT_TRUSTED"));
    QCOMPARE(trustOf(home / "nothing.sock"), std::string());
    QCOMPARE(trustOf(home / "../" / home.filename() / "nothing.sock"), std::string());
}

QTEST_GUILESS_MAIN(PeersTest)
#include "peers_test.moc"
