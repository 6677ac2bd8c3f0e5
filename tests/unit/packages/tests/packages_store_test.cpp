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
        PackageStore store(path(QByteArray("store-" + format).constData()), {},
                           slipway::testing::deleteAtOnce);
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
        PackageStore store(path("again"), {}, slipway::testing::deleteAtOnce);
        const auto first = store.add(path("a.zip"), "one.zip", "ada", 1);
        const auto second = store.add(path("a.zip"), "two.zip", "bob", 2);
        QVERIFY(first && second);
        QCOMPARE(second->SerializeAsString(), first->SerializeAsString());
        QCOMPARE(first->digest(), *fileDigest(path("a.zip")));
        QCOMPARE(store.find(first->digest())->SerializeAsString(), first->SerializeAsString());
    }

    void saysTheSendersName()
    {
        PackageStore store(path("named"), {}, slipway::testing::deleteAtOnce);
        fs::copy_file(path("a.zip"), path("0a1b2c3d.1000.attempt"));
        fs::resize_file(path("0a1b2c3d.1000.attempt"), 100);
        const auto added = store.add(path("0a1b2c3d.1000.attempt"), "shop.cspkg", "ada", 1);
        QVERIFY(!added);
        QVERIFY2(added.error().message().starts_with("shop.cspkg is cut off"),
                 added.error().message().c_str());
        QVERIFY(added.error().ShortDebugString().find("0a1b2c3d") == std::string::npos);
    }

    void removes()
    {
        PackageStore store(path("removing"), {}, slipway::testing::deleteAtOnce);
        const auto package = store.add(path("a.zip"), "a.zip", "ada", 1);
        QVERIFY(package && store.remove(package->digest(), "test"));
        QVERIFY(store.list().empty());
        QVERIFY(fs::is_empty(path("removing")));
        QCOMPARE(store.remove(package->digest(), "test").error().reason(),
                 std::string("PACKAGE_NOT_FOUND"));
        for (const char *bad : {"", "sha256:", "../..", "sha256:../../../etc"})
            QVERIFY(!store.remove(bad, "test"));
    }

    void forgetsWhatWasHalfAdded()
    {
        slipway::testing::writeFile(path("half/.incoming-1234/package/content/x"), "x");
        PackageStore store(path("half"), {}, slipway::testing::deleteAtOnce);
        QVERIFY(!fs::is_empty(path("half")));
        store.removeHalfAdded();
        QVERIFY(fs::is_empty(path("half")));
    }

    void aVirtualPathMayMeetAFolder()
    {
        auto entries = slipway::testing::smallZip();
        const std::string site = "<Site name=\"Main\">";
        entries[0].data.replace(entries[0].data.find(site), site.size(),
                                "<Site name=\"Main\"><VirtualDirectory name=\"docs\" "
                                "physicalDirectory=\"Other\" />");
        entries.push_back({"Web/docs/same.html", "the site's"});
        entries.push_back({"Other/same.html", "the path's"});
        slipway::testing::writeZip(path("meets.zip"), entries);
        PackageStore store(path("meeting"), {}, slipway::testing::deleteAtOnce);
        const auto package = store.add(path("meets.zip"), "meets.zip", "ada", 1);
        QVERIFY2(package, package ? "" : package.error().message().c_str());
        const fs::path docs = store.contentPath(package->digest(), "Web") / "sitesroot/0/docs";
        QCOMPARE(slipway::testing::readFile(docs / "same.html"), std::string("the path's"));
        QCOMPARE(slipway::testing::countFiles(docs), std::size_t{2});
    }

    void believesNoDamagedContent()
    {
        PackageStore store(path("damaged"), {}, slipway::testing::deleteAtOnce);
        const auto package = store.add(path("a.zip"), "a.zip", "ada", 1);
        QVERIFY(package);
        const std::string &digest = package->digest();
        QVERIFY(store.verify(digest).value_or(0) > 0);
        const fs::path page = store.contentPath(digest, "Web") / "approot/index.html";
        slipway::testing::writeFile(page, "<h1>hollo</h1>"); // of the same size
        QCOMPARE(store.verify(digest).error().reason(), std::string("PACKAGE_DAMAGED"));
        QVERIFY(store.add(path("a.zip"), "b.zip", "bob", 2));
        QVERIFY(store.verify(digest));
        QCOMPARE(slipway::testing::readFile(page), std::string("<h1>hello</h1>"));
        fs::remove(page);
        QVERIFY(!store.verify(digest));
        QVERIFY(store.add(path("a.zip"), "b.zip", "bob", 2) && store.verify(digest));
        fs::remove(path("damaged") / digest.substr(7) / "content.sha256");
        QCOMPARE(store.verify(digest).error().reason(), std::string("PACKAGE_UNPROVEN"));
        QVERIFY(store.add(path("a.zip"), "b.zip", "bob", 2) && store.verify(digest));
    }

    // Instances run on it: their files stay where they are.
    void provesWhatIsThere()
    {
        int discarded = 0;
        PackageStore store(path("proving"), {}, [&](const fs::path &, const std::string &) {
            ++discarded;
            return Result<void>();
        });
        const auto package = store.add(path("a.zip"), "a.zip", "ada", 1);
        QVERIFY(package);
        const std::string &digest = package->digest();
        fs::remove(path("proving") / digest.substr(7) / "content.sha256"); // of an older version
        QCOMPARE(store.verify(digest).error().reason(), std::string("PACKAGE_UNPROVEN"));
        const auto again = store.add(path("a.zip"), "b.zip", "bob", 2);
        QVERIFY(again && store.verify(digest));
        QCOMPARE(discarded, 0);
        QCOMPARE(store.find(digest)->actor(), std::string("ada"));
    }

    void makesNothingByLooking()
    {
        PackageStore store(path("only looked at"), {}, slipway::testing::deleteAtOnce);
        QVERIFY(store.list().empty());
        QVERIFY(!store.verify("sha256:" + std::string(64, 'a')));
        QVERIFY(!fs::exists(path("only looked at")));
    }

    void knowsWhatNobodyRegistered()
    {
        PackageStore store(path("unregistered"), {}, slipway::testing::deleteAtOnce);
        const auto package = store.add(path("a.zip"), "a.zip", "ada", 1);
        QVERIFY(package && store.isUnregistered(package->digest()));
        store.registered(package->digest());
        QVERIFY(!store.isUnregistered(package->digest()));
        QVERIFY(store.add(path("a.zip"), "a.zip", "ada", 1));
        QVERIFY(!store.isUnregistered(package->digest()));
    }

    void takesTwoAtOnce()
    {
        PackageStore store(path("parallel"), {}, slipway::testing::deleteAtOnce);
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
