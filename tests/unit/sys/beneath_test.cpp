// Folders that somebody else fills: links there lead nowhere.
#include "backend/sys/beneath.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace slipway;
namespace fs = std::filesystem;

class BeneathTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>();
        fs::create_directories(disk());
        fs::create_directories(outside());
        std::ofstream(outside() / "file") << std::string(100'000, 'x');
    }

    void makesAFolderInPlaceOfALink();
    void givesNothingOutsideAway();
    void countsWithoutFollowing();
    void countsALinkedFileOnce();
    void saysWhatIsTooDeep();
    void countsWhatIsClosed();

private:
    fs::path home() const { return m_home->path().toStdString(); }
    fs::path disk() const { return home() / "disk"; }
    fs::path outside() const { return home() / "outside"; }
    static std::uint32_t ownerOf(const fs::path &path)
    {
        struct stat info {
        };
        return lstat(path.c_str(), &info) == 0 ? info.st_uid : 0;
    }
    sys::TreeUsage count() const
    {
        sys::UsageCount count(disk());
        while (!count.step(3)) {
        }
        return count.usage();
    }

    std::unique_ptr<QTemporaryDir> m_home;
};

void BeneathTest::makesAFolderInPlaceOfALink()
{
    fs::create_symlink(outside(), disk() / "tmp");
    QVERIFY(sys::ensureFolderBeneath(disk(), "tmp"));
    QVERIFY(fs::is_directory(fs::symlink_status(disk() / "tmp")));
    QVERIFY(fs::exists(outside() / "file"));
    std::ofstream(disk() / "other") << "a file";
    QVERIFY(sys::ensureFolderBeneath(disk(), "other"));
    QVERIFY(fs::is_directory(disk() / "other"));
    QVERIFY(!sys::ensureFolderBeneath(home() / "missing", "tmp"));
}

void BeneathTest::givesNothingOutsideAway()
{
    if (geteuid() != 0)
        QSKIP("only root gives files away");
    fs::create_directories(disk() / "deep");
    std::ofstream(disk() / "deep/mine") << "x";
    QCOMPARE(lchown((disk() / "deep/mine").c_str(), 5'007, 5'007), 0);
    fs::create_symlink(outside() / "file", disk() / "link");
    fs::create_directory_symlink(outside(), disk() / "folder");
    sys::moveOwnersBeneath(disk(), 5'000, 9'000, 100);
    QCOMPARE(ownerOf(disk() / "deep/mine"), 9'007U);
    QCOMPARE(ownerOf(disk() / "deep"), 9'000U);
    QCOMPARE(ownerOf(disk() / "link"), 9'000U);
    QCOMPARE(ownerOf(outside() / "file"), 0U);
    QCOMPARE(ownerOf(outside()), 0U);
}

void BeneathTest::countsWithoutFollowing()
{
    fs::create_directory_symlink(outside(), disk() / "folder");
    fs::create_directories(disk() / "a/b");
    std::ofstream(disk() / "a/b/file") << std::string(10'000, 'x');
    const sys::TreeUsage usage = count();
    QCOMPARE(usage.files, std::uint64_t(4));
    QVERIFY(usage.bytes >= 10'000 && usage.bytes < 60'000);
}

void BeneathTest::countsALinkedFileOnce()
{
    std::ofstream(disk() / "file") << std::string(50'000, 'x');
    for (int i = 0; i < 10; ++i)
        fs::create_hard_link(disk() / "file", disk() / std::to_string(i));
    QVERIFY(count().bytes < 100'000);
}

// Nothing can be hidden below more folders than are looked into.
void BeneathTest::saysWhatIsTooDeep()
{
    fs::path deep = disk();
    for (int level = 0; level < 200; ++level)
        deep /= "d";
    fs::create_directories(deep);
    QVERIFY(!count().too_deep);
    for (int level = 0; level < 100; ++level)
        deep /= "d";
    fs::create_directories(deep);
    QVERIFY(count().too_deep);
}

// An ordinary user's instances are that user: a folder that can be written and not be listed.
void BeneathTest::countsWhatIsClosed()
{
    constexpr uid_t kNobody = 65'534;
    const fs::path closed = disk() / "closed";
    fs::create_directories(closed);
    std::ofstream(closed / "file") << std::string(100'000, 'x');
    if (geteuid() == 0) {
        fs::permissions(home(), fs::perms(0755));
        for (const fs::path &one : {disk(), closed, closed / "file"})
            QCOMPARE(chown(one.c_str(), kNobody, kNobody), 0);
    }
    fs::permissions(closed, fs::perms(0300));
    const bool changes = geteuid() == 0 && seteuid(kNobody) == 0;
    const sys::TreeUsage usage = count();
    if (changes)
        QCOMPARE(seteuid(0), 0);
    QCOMPARE(usage.files, std::uint64_t(2));
    QVERIFY(usage.bytes >= 100'000);
}

QTEST_GUILESS_MAIN(BeneathTest)
#include "beneath_test.moc"
