// What a confined program cannot do, asked of the kernel by real programs.
#include "backend/sys/child_process.h"
#include "backend/sys/confinement.h"

#include <QTemporaryDir>
#include <QTest>
#include <asio.hpp>
#include <cerrno>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

using namespace slipway;
namespace fs = std::filesystem;

namespace
{

constexpr std::uint32_t kSomebody = 310'000'001;

sys::FileWall systemOnly()
{
    using Access = sys::FileRule::Access;
    sys::FileWall wall;
    for (const char *folder : {"/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/proc"})
        wall.files.push_back({folder, Access::Read});
    wall.files.push_back({"/dev/null", Access::Device});
    return wall;
}

} // namespace

class ConfinementTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void showsOnlyWhatItAllows();
    void leavesOutWhatIsMissing();
    void refusesCalls();
    void allowsOnlyListedCalls();
    void setsLimits();
    void becomesAnotherUserWithoutCapabilities();
    void startsAProgramBehindClosedFolders();
    void keepsOutsidersFromSignals();
    void connectsOnlyToItsPorts();
    void bindsOnlyItsPorts();
    void givesNoNewPrivileges();

private:
    // Output and errors of a shell behind these walls; what stopped it from starting otherwise.
    QString shell(const std::string &line, const sys::ConfinementSpec &spec) const;
    fs::path folder() const { return m_folder->path().toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QString ConfinementTest::shell(const std::string &line, const sys::ConfinementSpec &spec) const
{
    const auto walls = sys::Confinement::prepare(spec);
    if (!walls)
        return QString::fromStdString(walls.error().message());
    sys::SpawnRequest request;
    request.arguments = {"/bin/sh", "-c", line};
    request.confinement = *walls;
    const auto output = sys::runProgram(request, 20'000);
    return output ? QString::fromStdString(output->out + output->err)
                  : QString::fromStdString(output.error().message());
}

void ConfinementTest::showsOnlyWhatItAllows()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    const std::string own = (folder() / "own").string();
    const std::string shown = (folder() / "shown").string();
    fs::create_directories(own);
    fs::create_directories(shown);
    std::ofstream(folder() / "secret") << "secret\n";
    std::ofstream(fs::path(shown) / "text") << "text\n";
    sys::ConfinementSpec spec;
    spec.files = systemOnly();
    spec.files->files.push_back({own, sys::FileRule::Access::ReadWrite});
    spec.files->files.push_back({shown, sys::FileRule::Access::Read});
    const QString said = shell("cat " + shown + "/text; echo mine > " + own + "/file; cat " + own +
                                   "/file; cat " + folder().string() + "/secret; echo x > " +
                                   shown + "/text; ls /root /home /tmp; mv " + shown + "/text " +
                                   own + "; : > " + shown + "/text; cat /etc/passwd",
                               spec);
    QVERIFY2(said.startsWith(QStringLiteral("text\nmine\n")), qPrintable(said));
    QVERIFY2(!said.contains(QStringLiteral("secret\n")) && !said.contains(QStringLiteral("root:")),
             qPrintable(said));
    QVERIFY2(said.count(QStringLiteral("ermission denied")) >= 7, qPrintable(said));
    QVERIFY(fs::exists(fs::path(shown) / "text"));
}

void ConfinementTest::leavesOutWhatIsMissing()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    sys::ConfinementSpec spec;
    spec.files = systemOnly();
    spec.files->files.push_back({"/is/not/there", sys::FileRule::Access::Read});
    QCOMPARE(shell("echo runs", spec), QStringLiteral("runs\n"));
}

void ConfinementTest::refusesCalls()
{
    sys::ConfinementSpec spec;
    spec.calls = sys::CallWall{{{{"mkdir", "mkdirat", "no_such_call"}, {}, EROFS}}, true};
    const QString said = shell("mkdir " + folder().string() + "/x; echo goes on", spec);
    QVERIFY2(said.contains(QStringLiteral("Read-only file system")), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("goes on")), qPrintable(said));
}

void ConfinementTest::allowsOnlyListedCalls()
{
    sys::ConfinementSpec spec;
    spec.calls = sys::CallWall{{{{"exit_group", "write"}, {}, 0}}, false};
    const QString said = shell("echo not said", spec);
    QVERIFY2(said.contains(QStringLiteral("Operation not permitted")), qPrintable(said));
}

void ConfinementTest::setsLimits()
{
    sys::ConfinementSpec spec;
    spec.limits = {{RLIMIT_NOFILE, 64}, {RLIMIT_CORE, 0}};
    QCOMPARE(shell("ulimit -Hn; ulimit -Sn; ulimit -Hc", spec), QStringLiteral("64\n64\n0\n"));
}

void ConfinementTest::becomesAnotherUserWithoutCapabilities()
{
    if (geteuid() != 0)
        QSKIP("Only root can become somebody else.");
    sys::ConfinementSpec spec;
    spec.identity = sys::UserIdentity{kSomebody, kSomebody + 1};
    const QString said = shell("id -u; id -g; id -G; grep Cap /proc/self/status", spec);
    QVERIFY2(said.startsWith(QStringLiteral("310000001\n310000002\n310000002\n")),
             qPrintable(said));
    QCOMPARE(said.count(QStringLiteral("\t0000000000000000")), 5); // all five sets
}

// Its user could not walk there; the program is opened before it becomes that user.
void ConfinementTest::startsAProgramBehindClosedFolders()
{
    if (geteuid() != 0)
        QSKIP("Only root can become somebody else.");
    const fs::path closed = folder() / "closed";
    fs::create_directories(closed);
    fs::copy_file("/bin/echo", closed / "echo");
    fs::permissions(closed, fs::perms(0700));
    sys::ConfinementSpec spec;
    spec.identity = sys::UserIdentity{kSomebody, kSomebody};
    sys::SpawnRequest request;
    request.arguments = {(closed / "echo").string(), "reached"};
    request.confinement = *sys::Confinement::prepare(spec);
    const auto output = sys::runProgram(request, 20'000);
    QVERIFY(output.has_value());
    QCOMPARE(output->out, std::string("reached\n"));
}

void ConfinementTest::keepsOutsidersFromSignals()
{
    if (sys::landlockVersion() < 6)
        QSKIP("This kernel's Landlock knows no scopes (before Linux 6.12).");
    sys::ConfinementSpec spec;
    spec.own_domain = true;
    const QString said = shell("kill -0 " + std::to_string(getpid()) +
                                   "; sleep 100 & kill -0 $! && echo own; kill $!; cat /proc/" +
                                   std::to_string(getpid()) + "/environ | wc -c",
                               spec);
    QVERIFY2(said.contains(QStringLiteral("own\n")), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("\n0\n")),
             qPrintable(said)); // nothing of the environment
    QCOMPARE(said.count(QStringLiteral("ermitted")) + said.count(QStringLiteral("ermission")), 2);
}

void ConfinementTest::connectsOnlyToItsPorts()
{
    if (sys::landlockVersion() < 4)
        QSKIP("This kernel's Landlock knows no networks (before Linux 6.7).");
    asio::io_context io;
    const asio::ip::tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
    asio::ip::tcp::acceptor own(io, any);
    asio::ip::tcp::acceptor others(io, any);
    sys::ConfinementSpec spec;
    spec.connect_ports = std::vector<std::uint16_t>{own.local_endpoint().port()};
    const auto knock = [](const asio::ip::tcp::acceptor &at) {
        return "bash -c 'exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(at.local_endpoint().port()) +
               " && echo in'; ";
    };
    const QString said = shell(knock(own) + knock(others), spec);
    QCOMPARE(said.count(QStringLiteral("in\n")), 1);
    QVERIFY2(said.contains(QStringLiteral("ermission denied")), qPrintable(said));
}

void ConfinementTest::bindsOnlyItsPorts()
{
    if (sys::landlockVersion() < 4)
        QSKIP("This kernel's Landlock knows no networks (before Linux 6.7).");
    asio::io_context io;
    std::uint16_t own = 0;
    std::uint16_t other = 0;
    {
        const asio::ip::tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
        asio::ip::tcp::acceptor first(io, any);
        asio::ip::tcp::acceptor second(io, any);
        own = first.local_endpoint().port();
        other = second.local_endpoint().port();
    }
    sys::ConfinementSpec spec;
    spec.bind_ports = std::vector<std::uint16_t>{own};
    const auto take = [](std::uint16_t port) {
        return "python3 -c 'import socket; s = socket.socket(); s.bind((\"127.0.0.1\", " +
               std::to_string(port) + ")); print(\"bound\")'; ";
    };
    const QString said = shell(take(own) + take(other) + take(0), spec);
    QCOMPARE(said.count(QStringLiteral("bound\n")), 1);
    QCOMPARE(said.count(QStringLiteral("PermissionError")), 2);
}

void ConfinementTest::givesNoNewPrivileges()
{
    QCOMPARE(shell("grep NoNewPrivs /proc/self/status", {}), QStringLiteral("NoNewPrivs:\t1\n"));
}

QTEST_GUILESS_MAIN(ConfinementTest)
#include "confinement_test.moc"
