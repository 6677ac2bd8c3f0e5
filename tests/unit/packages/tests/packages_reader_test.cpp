#include "backend/packages/package_reader.h"
#include "backend/packages/package_writer.h"
#include "tests/unit/packages/hand_made.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace slipway;
using namespace slipway::packages;
namespace fs = std::filesystem;

class ReaderTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    fs::path path(const char *name) const { return fs::path(m_dir.path().toStdString()) / name; }

private Q_SLOTS:
    void readsZipFolderAndCspkgAlike()
    {
        slipway::testing::writeZip(path("a.zip"), slipway::testing::smallZip());
        slipway::testing::writeSmallFolder(path("folder"));
        QVERIFY(packFolder(path("folder"), path("a.cspkg")));
        const auto zip = inspectPackage(path("a.zip"), {});
        const auto folder = inspectPackage(path("folder"), {});
        const auto cspkg = inspectPackage(path("a.cspkg"), {});
        QVERIFY2(zip, zip ? "" : zip.error().message().c_str());
        QVERIFY2(folder, folder ? "" : folder.error().message().c_str());
        QVERIFY2(cspkg, cspkg ? "" : cspkg.error().message().c_str());
        QCOMPARE(zip->format(), std::string("zip"));
        QCOMPARE(folder->format(), std::string("folder"));
        QCOMPARE(cspkg->format(), std::string("cspkg"));
        QCOMPARE(zip->definition().SerializeAsString(), cspkg->definition().SerializeAsString());
        QCOMPARE(folder->definition().SerializeAsString(), cspkg->definition().SerializeAsString());
        QCOMPARE(folder->digest(), cspkg->digest());
        QCOMPARE(zip->configuration().roles_size(), 2);
        QCOMPARE(folder->configuration().roles_size(), 2);
        QVERIFY(!cspkg->has_configuration());
        QCOMPARE(cspkg->definition().roles(0).sites(0).content_root(), std::string("approot"));
        QCOMPARE(cspkg->definition().roles(0).sites(1).content_root(), std::string("sitesroot/1"));
    }

    void packsTheSameBytesAlways()
    {
        slipway::testing::writeSmallFolder(path("one"));
        slipway::testing::writeSmallFolder(path("two"));
        QVERIFY(packFolder(path("one"), path("one.cspkg")));
        qputenv("TZ", "Asia/Tokyo");
        tzset();
        QVERIFY(packFolder(path("two"), path("two.cspkg")));
        qputenv("TZ", "UTC");
        tzset();
        QCOMPARE(*fileDigest(path("one.cspkg")), *fileDigest(path("two.cspkg")));
        slipway::testing::writeFile(path("two/Web/index.html"), "other");
        QVERIFY(packFolder(path("two"), path("two.cspkg")));
        QVERIFY(*fileDigest(path("one.cspkg")) != *fileDigest(path("two.cspkg")));
    }

    void readsTheSamples()
    {
        for (const char *name : {"guestbook-v1", "guestbook-v2", "static-site"}) {
            const auto package =
                inspectPackage(fs::path(SLIPWAY_SAMPLES_DIR) / (std::string(name) + ".cspkg"), {});
            QVERIFY2(package, package ? "" : package.error().message().c_str());
            QVERIFY(package->problems().empty());
        }
    }

    void takesAZippedTopFolder()
    {
        auto entries = slipway::testing::smallZip();
        for (auto &entry : entries)
            entry.name = "project/" + entry.name;
        slipway::testing::writeZip(path("top.zip"), entries);
        const auto package = inspectPackage(path("top.zip"), {});
        QVERIFY2(package, package ? "" : package.error().message().c_str());
    }

    void saysWhatIsMissing()
    {
        auto entries = slipway::testing::smallZip();
        entries.erase(entries.begin() + 4, entries.end()); // the worker's folder
        slipway::testing::writeZip(path("less.zip"), entries);
        const auto package = inspectPackage(path("less.zip"), {});
        QVERIFY(!package);
        QCOMPARE(package.error().reason(), std::string("PACKAGE_INCOMPLETE"));
        QVERIFY(package.error().message().find("Work") != std::string::npos);
        fs::create_directories(path("nothing"));
        QCOMPARE(inspectPackage(path("nothing"), {}).error().reason(),
                 std::string("PACKAGE_INCOMPLETE"));
        QCOMPARE(inspectPackage(path("nowhere"), {}).error().reason(),
                 std::string("FILE_NOT_FOUND"));
    }

    void reportsDefinitionAndConfigurationTogether()
    {
        auto entries = slipway::testing::smallZip();
        const auto at = entries[0].data.find("port=\"80\"");
        entries[0].data.replace(at, 9, "port=\"x\"");
        const auto name = entries[1].data.find("serviceName=\"Small\"");
        entries[1].data.replace(name, 19, "serviceName=\"Large\"");
        slipway::testing::writeZip(path("both.zip"), entries);
        const auto package = inspectPackage(path("both.zip"), {});
        QVERIFY(!package);
        QCOMPARE(package.error().reason(), std::string("DEFINITION_INVALID"));
        const Problems problems(package.error().problems().begin(),
                                package.error().problems().end());
        QVERIFY(slipway::testing::findRule(problems, "V6"));
        QVERIFY(slipway::testing::findRule(problems, "V1"));
    }

    void refusesToPackLinksAndEscapes()
    {
        slipway::testing::writeSmallFolder(path("links"));
        fs::create_symlink("/etc/passwd", path("links/Web/secret"));
        const auto packed = packFolder(path("links"), path("links.cspkg"));
        QVERIFY(!packed);
        QCOMPARE(packed.error().reason(), std::string("ENTRY_NOT_A_FILE"));
        QVERIFY(!fs::exists(path("links.cspkg")));
        slipway::testing::writeSmallFolder(path("escape"));
        std::string text = slipway::testing::smallDefinition();
        text.replace(text.find("Web\\docs"), 8, "..\\docs");
        slipway::testing::writeFile(path("escape/ServiceDefinition.csdef"), text);
        QCOMPARE(packFolder(path("escape"), path("e.cspkg")).error().reason(),
                 std::string("ENTRY_UNSAFE_PATH"));
    }

    void recognisesTheNewOpcLayout()
    {
        slipway::testing::writeZip(path("ctp.cspkg"), {{"[Content_Types].xml", "<Types/>"},
                                                       {"package.xml", "<PackageDefinition/>"},
                                                       {"ServiceDefinition/a.csdef", "x"}});
        const auto package = inspectPackage(path("ctp.cspkg"), {});
        QVERIFY(!package);
        QCOMPARE(package.error().reason(), std::string("PACKAGE_FORMAT_UNSUPPORTED"));
    }
};

QTEST_GUILESS_MAIN(ReaderTest)
#include "packages_reader_test.moc"
