#include "backend/packages/package_store.h"
#include "backend/packages/package_writer.h"
#include "tests/unit/packages/hand_made.h"

#include <QTemporaryDir>
#include <QtTest>
#include <thread>

using namespace slipway;
using namespace slipway::packages;
namespace fs = std::filesystem;

class StoreTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    fs::path path(const char *name) const { return fs::path(m_dir.path().toStdString()) / name; }

private Q_SLOTS:
    void initTestCase()
    {
        slipway::testing::writeZip(path("a.zip"), slipway::testing::smallZip());
        slipway::testing::writeSmallFolder(path("folder"));
        QVERIFY(packFolder(path("folder"), path("a.cspkg")));
    }

    void unpacksEveryKind_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("format");
        QTest::newRow("zip") << QByteArray("a.zip") << QByteArray("zip");
        QTest::newRow("cspkg") << QByteArray("a.cspkg") << QByteArray("cspkg");
        QTest::newRow("folder") << QByteArray("folder") << QByteArray("folder");
    }
    void unpacksEveryKind()
    {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, format);
        PackageStore store(path(QByteArray("store-" + format).constData()), {});
        const auto package = store.add(path(file), "shown.name", "ada", 7);
        QVERIFY2(package, package ? "" : package.error().message().c_str());
        QCOMPARE(package->format(), format.toStdString());
        QCOMPARE(package->file_name(), std::string("shown.name"));
        QCOMPARE(package->actor(), std::string("ada"));
        QCOMPARE(package->upload_time_ms(), 7);
        QCOMPARE(package->configuration().roles_size(), format == "cspkg" ? 0 : 2);
        const fs::path web = store.contentPath(package->digest(), "Web");
        QCOMPARE(slipway::testing::readFile(web / "approot/index.html"),
                 std::string("<h1>hello</h1>"));
        const fs::path page = fs::path(u8"sitesroot/1/a page \u00e4%.html");
        QCOMPARE(slipway::testing::readFile(web / page), std::string("docs"));
        const fs::path tool = store.contentPath(package->digest(), "Work") / "approot/tool.sh";
        QVERIFY((fs::status(tool).permissions() & fs::perms::owner_exec) != fs::perms::none);
        QCOMPARE(fs::status(web).permissions(), fs::perms(0755));
        QCOMPARE(store.list().size(), std::size_t{1});
    }

    void addingAgainIsHarmless()
    {
        PackageStore store(path("again"), {});
        const auto first = store.add(path("a.zip"), "one.zip", "ada", 1);
        const auto second = store.add(path("a.zip"), "two.zip", "bob", 2);
        QVERIFY(first && second);
        QCOMPARE(second->SerializeAsString(), first->SerializeAsString());
        QCOMPARE(first->digest(), *fileDigest(path("a.zip")));
        QCOMPARE(store.find(first->digest())->SerializeAsString(), first->SerializeAsString());
    }

    void removes()
    {
        PackageStore store(path("removing"), {});
        const auto package = store.add(path("a.zip"), "a.zip", "ada", 1);
        QVERIFY(package && store.remove(package->digest()));
        QVERIFY(store.list().empty());
        QVERIFY(fs::is_empty(path("removing")));
        QCOMPARE(store.remove(package->digest()).error().reason(),
                 std::string("PACKAGE_NOT_FOUND"));
        for (const char *bad : {"", "sha256:", "../..", "sha256:../../../etc"})
            QVERIFY(!store.remove(bad));
    }

    void forgetsWhatWasHalfAdded()
    {
        slipway::testing::writeFile(path("half/.incoming-1234/package/content/x"), "x");
        slipway::testing::writeFile(path("half/.removed-1234/package/package.pb"), "x");
        PackageStore store(path("half"), {});
        QVERIFY(fs::is_empty(path("half")));
    }

    void takesTwoAtOnce()
    {
        PackageStore store(path("parallel"), {});
        std::atomic<int> stored = 0;
        std::vector<std::thread> threads;
        for (int index = 0; index < 4; ++index)
            threads.emplace_back(
                [&] { stored += store.add(path("a.zip"), "a", "b", 1).has_value(); });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(stored.load(), 4);
        QCOMPARE(store.list().size(), std::size_t{1});
        QCOMPARE(std::distance(fs::directory_iterator(path("parallel")), fs::directory_iterator()),
                 1);
    }
};

QTEST_GUILESS_MAIN(StoreTest)
#include "packages_store_test.moc"
