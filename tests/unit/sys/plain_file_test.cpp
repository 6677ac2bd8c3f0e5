#include "backend/sys/plain_file.h"

#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace slipway;
namespace fs = std::filesystem;

namespace
{

// Writes take nothing while it lives, as on a full disk.
class FullDisk
{
public:
    FullDisk() : m_earlier(std::signal(SIGXFSZ, SIG_IGN))
    {
        getrlimit(RLIMIT_FSIZE, &m_limit);
        const rlimit none{0, m_limit.rlim_max};
        setrlimit(RLIMIT_FSIZE, &none);
    }
    ~FullDisk()
    {
        setrlimit(RLIMIT_FSIZE, &m_limit);
        std::signal(SIGXFSZ, m_earlier);
    }
    FullDisk(const FullDisk &) = delete;
    FullDisk &operator=(const FullDisk &) = delete;

private:
    rlimit m_limit{};
    void (*m_earlier)(int);
};

std::size_t filesIn(const fs::path &folder)
{
    return std::size_t(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

} // namespace

class PlainFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_home = std::make_unique<QTemporaryDir>(); }
    void aFullDiskTakesNothingAway();
    void whatFitsIsLeftAlone();
    void rightsAreThoseAskedFor();
    void linksAndPipesAreNotFollowed();

private:
    fs::path file() const { return fs::path(m_home->path().toStdString()) / "mark"; }
    std::unique_ptr<QTemporaryDir> m_home;
};

void PlainFileTest::aFullDiskTakesNothingAway()
{
    QVERIFY(sys::replaceFile(file(), "host-1 7\n", sys::Readers::OwnerOnly));
    {
        const FullDisk full;
        QVERIFY(sys::ensureFile(file(), "host-1 7\n", sys::Readers::OwnerOnly));
        const auto refused = sys::ensureFile(file(), "host-1 8\n", sys::Readers::OwnerOnly);
        QVERIFY(!refused);
        QCOMPARE(refused.error().reason(), std::string("FILE_NOT_WRITTEN"));
        QVERIFY(!sys::replaceFile(file(), "host-1 8\n", sys::Readers::OwnerOnly));
    }
    QCOMPARE(sys::readPlainFile(file(), 100), std::string("host-1 7\n"));
    QCOMPARE(filesIn(file().parent_path()), std::size_t(1)); // and no draft is left
}

void PlainFileTest::whatFitsIsLeftAlone()
{
    QVERIFY(sys::ensureFile(file(), "same", sys::Readers::OwnerOnly));
    struct stat first {
    };
    struct stat second {
    };
    QCOMPARE(lstat(file().c_str(), &first), 0);
    QVERIFY(sys::ensureFile(file(), "same", sys::Readers::OwnerOnly));
    QCOMPARE(lstat(file().c_str(), &second), 0);
    QCOMPARE(first.st_ino, second.st_ino);
    QVERIFY(sys::ensureFile(file(), "else", sys::Readers::OwnerOnly)); // of the same length
    QCOMPARE(sys::readPlainFile(file(), 100), std::string("else"));
}

void PlainFileTest::rightsAreThoseAskedFor()
{
    const mode_t earlier = umask(0077);
    QVERIFY(sys::ensureFile(file(), "x", sys::Readers::Everybody));
    umask(earlier);
    QCOMPARE(fs::status(file()).permissions(), fs::perms(0644));
    QVERIFY(sys::ensureFile(file(), "x", sys::Readers::OwnerOnly));
    QCOMPARE(fs::status(file()).permissions(), fs::perms(0600));
}

void PlainFileTest::linksAndPipesAreNotFollowed()
{
    const fs::path victim = file().parent_path() / "victim";
    std::ofstream(victim) << "theirs";
    fs::create_symlink(victim, file());
    QCOMPARE(sys::readPlainFile(file(), 100), std::string());
    QVERIFY(sys::ensureFile(file(), "theirs", sys::Readers::OwnerOnly));
    QVERIFY(!fs::is_symlink(file()));
    QVERIFY(sys::replaceFile(file(), "mine", sys::Readers::OwnerOnly));
    QCOMPARE(sys::readPlainFile(victim, 100), std::string("theirs"));
    fs::remove(file());
    QCOMPARE(mkfifo(file().c_str(), 0600), 0);
    QCOMPARE(sys::readPlainFile(file(), 100), std::string());
    QVERIFY(sys::ensureFile(file(), "", sys::Readers::OwnerOnly));
    QVERIFY(fs::is_regular_file(file()));
}

QTEST_GUILESS_MAIN(PlainFileTest)
#include "plain_file_test.moc"
