#include "backend/sys/place_trust.h"

#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace slipway;
namespace fs = std::filesystem;

namespace
{

constexpr uid_t kSomebody = 54321;

std::string refusal(const fs::path &folder)
{
    const auto trusted = sys::checkFolderTrust(folder);
    return trusted ? std::string() : trusted.error().message();
}

} // namespace

class PlaceTrustTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ownFoldersAreFine();
    void whatOthersMayRenameIsRefused();
    void foldersBelowAStrangersAreRefused();
    void linksAreFollowed();
    void aFileIsNoFolder();

private:
    fs::path home() const { return m_home.path().toStdString(); }
    QTemporaryDir m_home;
};

void PlaceTrustTest::ownFoldersAreFine()
{
    fs::create_directories(home() / "own/data");
    QCOMPARE(refusal(home() / "own/data"), std::string());
    QCOMPARE(refusal(home() / "own/data/not/there/yet"), std::string());
    QCOMPARE(refusal("/"), std::string());
    // The folder's own rights are closed by who takes it.
    fs::permissions(home() / "own/data", fs::perms(0777));
    QCOMPARE(refusal(home() / "own/data"), std::string());
}

void PlaceTrustTest::whatOthersMayRenameIsRefused()
{
    fs::create_directories(home() / "open/data");
    fs::permissions(home() / "open", fs::perms(0777));
    const std::string said = refusal(home() / "open/data");
    QVERIFY2(said.find((home() / "open").string() + " can be written by others") !=
                 std::string::npos,
             said.c_str());
    QVERIFY(!refusal(home() / "open/not-there/deeper").empty());
    fs::permissions(home() / "open", fs::perms(01777)); // only owners rename here, as in /tmp
    QCOMPARE(refusal(home() / "open/data"), std::string());
}

void PlaceTrustTest::foldersBelowAStrangersAreRefused()
{
    if (geteuid() != 0)
        QSKIP("Only root can give folders away");
    fs::create_directories(home() / "theirs/data");
    QCOMPARE(lchown((home() / "theirs").c_str(), kSomebody, kSomebody), 0);
    QVERIFY(refusal(home() / "theirs/data").find("belongs to user 54321") != std::string::npos);
    QVERIFY(!refusal(home() / "theirs").empty());
}

void PlaceTrustTest::linksAreFollowed()
{
    fs::create_directories(home() / "real/data");
    fs::create_directory_symlink("real", home() / "link");
    QCOMPARE(refusal(home() / "link/data"), std::string());
    fs::create_directory_symlink(home() / "real/data", home() / "absolute");
    QCOMPARE(refusal(home() / "absolute"), std::string());
    fs::permissions(home() / "real", fs::perms(0777));
    QVERIFY(!refusal(home() / "link/data").empty());
    QVERIFY(!refusal(home() / "absolute").empty());
    fs::create_directory_symlink("loop", home() / "loop");
    QVERIFY(refusal(home() / "loop/data").find("leads nowhere") != std::string::npos);
}

void PlaceTrustTest::aFileIsNoFolder()
{
    std::ofstream(home() / "file") << "x";
    QVERIFY(refusal(home() / "file").find("is no folder") != std::string::npos);
}

QTEST_GUILESS_MAIN(PlaceTrustTest)
#include "place_trust_test.moc"
