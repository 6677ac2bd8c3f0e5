#include "backend/sys/plain_file.h"
#include "backend/sys/trees.h"
#include "backend/sys/user.h"

#include <QTemporaryDir>
#include <QTest>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace slipway;
using namespace Qt::StringLiterals;
namespace fs = std::filesystem;

namespace
{

constexpr uid_t kUser = 54'321; // nobody's

// Folder in folder, deeper than any path is long; false: the machine makes no more.
bool makeDeep(const fs::path &top, int depth)
{
    int here = open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < depth && here >= 0; ++i) {
        const bool made = mkdirat(here, "d", 0755) == 0;
        const int next = made ? openat(here, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
        close(here);
        here = next;
    }
    if (here >= 0)
        close(here);
    return here >= 0;
}

// To what only the owner's rights open, as for an ordinary user.
class AsOrdinaryUser
{
public:
    explicit AsOrdinaryUser(const fs::path &folder) : m_was_root(geteuid() == 0)
    {
        if (m_was_root && (chown(folder.c_str(), kUser, kUser) != 0 || seteuid(kUser) != 0))
            qFatal("cannot become an ordinary user");
    }
    ~AsOrdinaryUser()
    {
        if (m_was_root && seteuid(0) != 0)
            qFatal("cannot become root again");
    }

private:
    bool m_was_root;
};

} // namespace

class TreesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void removesDeepTreesWithFewDescriptors();
    void removesWhatIsClosedToItsOwner();
    void movesWhatIsClosedToItsOwner();
    void followsNoLinks();
    void removesNothingThatIsNotThere();
    void readsAndWritesNoPipes();

private:
    fs::path m_home;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::atomic<bool> m_stop = false;
};

void TreesTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_home = m_folder->path().toStdString();
}

void TreesTest::removesDeepTreesWithFewDescriptors()
{
    fs::create_directory(m_home / "t");
    QVERIFY(makeDeep(m_home / "t", 1'000));
    std::ofstream(m_home / "t" / "d" / "d" / "file") << "x";
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit few{64, before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_NOFILE, &few), 0);
    const auto removed = sys::removeTree(m_home / "t");
    setrlimit(RLIMIT_NOFILE, &before);
    QVERIFY2(removed, removed ? "" : removed.error().message().c_str());
    QVERIFY(!fs::exists(fs::symlink_status(m_home / "t")));
}

void TreesTest::removesWhatIsClosedToItsOwner()
{
    if (!sys::isUserMapped(kUser))
        QSKIP("needs an ordinary user, and this machine gives root no other users");
    const AsOrdinaryUser user(m_home);
    fs::create_directories(m_home / "t/closed/inner");
    std::ofstream(m_home / "t/closed/inner/file") << std::string(100'000, 'x');
    fs::permissions(m_home / "t/closed/inner", fs::perms::none);
    fs::permissions(m_home / "t/closed", fs::perms::none);
    fs::permissions(m_home / "t", fs::perms::owner_read);
    QVERIFY(sys::treeBytes(m_home / "t", m_stop) >= 100'000);
    QVERIFY(sys::removeTree(m_home / "t"));
    QVERIFY(!fs::exists(m_home / "t"));
}

void TreesTest::movesWhatIsClosedToItsOwner()
{
    if (!sys::isUserMapped(kUser))
        QSKIP("needs an ordinary user, and this machine gives root no other users");
    const AsOrdinaryUser user(m_home);
    fs::create_directories(m_home / "a/disk");
    fs::create_directory(m_home / "b");
    fs::permissions(m_home / "a/disk", fs::perms::none);
    sys::openToOwner(m_home / "a/disk");
    std::error_code error;
    fs::rename(m_home / "a/disk", m_home / "b/disk", error);
    QVERIFY2(!error, error.message().c_str());
}

void TreesTest::followsNoLinks()
{
    fs::create_directories(m_home / "t");
    fs::create_directories(m_home / "outside");
    std::ofstream(m_home / "outside/file") << std::string(1'000'000, 'x');
    fs::permissions(m_home / "outside", fs::perms::owner_read | fs::perms::owner_exec);
    fs::create_directory_symlink(m_home / "outside", m_home / "t/link");
    fs::create_directory_symlink(m_home / "outside", m_home / "link");
    sys::openToOwner(m_home / "link");
    QVERIFY(sys::treeBytes(m_home / "t", m_stop) < 1'000'000);
    QVERIFY(sys::removeTree(m_home / "t"));
    QVERIFY(sys::removeTree(m_home / "link"));
    QVERIFY(fs::exists(m_home / "outside/file"));
    QVERIFY((fs::status(m_home / "outside").permissions() & fs::perms::owner_write) ==
            fs::perms::none);
    fs::permissions(m_home / "outside", fs::perms::owner_all);
}

void TreesTest::removesNothingThatIsNotThere()
{
    QVERIFY(sys::removeTree(m_home / "nothing"));
    QCOMPARE(sys::treeBytes(m_home / "nothing", m_stop), std::uint64_t(0));
}

void TreesTest::readsAndWritesNoPipes()
{
    const fs::path file = m_home / "file";
    QCOMPARE(mkfifo(file.c_str(), 0666), 0);
    QCOMPARE(mkfifo((file.string() + ".new").c_str(), 0666), 0);
    QCOMPARE(sys::readPlainFile(file, 100), std::string());
    QVERIFY(sys::replaceFile(file, "text", sys::Readers::Everybody));
    QCOMPARE(sys::readPlainFile(file, 100), std::string("text"));
    QCOMPARE(sys::readPlainFile(file, 2), std::string("te"));
    fs::remove(file);
    fs::create_symlink("/etc/passwd", file);
    QCOMPARE(sys::readPlainFile(file, 100), std::string());
    const int fd = sys::openFresh(file);
    QVERIFY(fd >= 0);
    close(fd);
    QVERIFY(!fs::is_symlink(file));
}

QTEST_GUILESS_MAIN(TreesTest)
#include "trees_test.moc"
