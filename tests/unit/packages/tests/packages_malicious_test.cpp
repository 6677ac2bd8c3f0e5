// Every kind of bad package is refused with a reason of its own, and the store stays as it was.
#include "backend/packages/package_store.h"
#include "backend/packages/package_writer.h"
#include "tests/unit/packages/hand_made.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace slipway;
using namespace slipway::packages;
using slipway::testing::MadeEntry;
namespace fs = std::filesystem;

class MaliciousTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    fs::path path(const char *name) const { return fs::path(m_dir.path().toStdString()) / name; }

    void expect(const char *file, const char *reason, ReadOptions options = {})
    {
        PackageStore store(path("store"), std::move(options), slipway::testing::deleteAtOnce);
        const auto before = slipway::testing::countFiles(path("store"));
        const auto added = store.add(path(file), file, "tester", 1);
        QVERIFY(!added);
        QCOMPARE(added.error().reason(), std::string(reason));
        QVERIFY(added.error().message().size() > 20);
        QCOMPARE(slipway::testing::countFiles(path("store")), before);
        QVERIFY(!fs::exists(path("escaped")));
    }

    void expectEntry(const MadeEntry &entry, const char *reason, ReadOptions options = {})
    {
        auto entries = slipway::testing::smallZip();
        entries.push_back(entry);
        slipway::testing::writeZip(path("bad.zip"), entries);
        expect("bad.zip", reason, std::move(options));
    }

private Q_SLOTS:
    void initTestCase()
    {
        slipway::testing::writeZip(path("good.zip"), slipway::testing::smallZip());
        PackageStore store(path("store"), {}, slipway::testing::deleteAtOnce);
        QVERIFY(store.add(path("good.zip"), "good.zip", "tester", 1));
    }

    void paths_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char *name :
             {"../escaped", "Web/../../escaped", "/escaped", "C:\\escaped", "c:/x", "..\\escaped",
              "Web\\..\\..\\escaped", "\\\\server\\share", "Web/a\x01", "Web/.."})
            QTest::newRow(name) << QByteArray(name);
    }
    void paths()
    {
        QFETCH(QByteArray, name);
        expectEntry({name.toStdString(), "x"}, "ENTRY_UNSAFE_PATH");
    }

    void linksAndDevices()
    {
        expectEntry({"Web/link", "", 0120000, "/etc/passwd"}, "ENTRY_NOT_A_FILE");
        expectEntry({"Web/link", "", 0120000, "index.html"}, "ENTRY_NOT_A_FILE");
        expectEntry({"Web/device", "", 0020000}, "ENTRY_NOT_A_FILE");
        expectEntry({"Web/disk", "", 0060000}, "ENTRY_NOT_A_FILE");
        // (A named pipe comes out of libarchive as a plain file, which is what it then becomes.)
        expectEntry({"Web/socket", "", 0140000}, "ENTRY_NOT_A_FILE");
    }

    void doubledNames()
    {
        expectEntry({"Web/index.html", "again"}, "ENTRY_DUPLICATE");
        expectEntry({"Web\\index.html", "again"}, "ENTRY_DUPLICATE");
        expectEntry({"Web/index.html/inside", "x"}, "ENTRY_DUPLICATE");
        expectEntry({"Web", "a file"}, "ENTRY_DUPLICATE");
    }

    void truncated()
    {
        const std::string whole = slipway::testing::readFile(path("good.zip"));
        for (std::size_t length = 100; length < whole.size(); length += 97) {
            slipway::testing::writeFile(path("cut.zip"), whole.substr(0, length));
            expect("cut.zip", "ARCHIVE_TRUNCATED");
        }
    }

    void notAnArchive()
    {
        for (const std::string &bytes :
             {std::string(), std::string("hello"), std::string(70000, 'x'), std::string("<xml/>"),
              std::string("\x7f"
                          "ELF")}) {
            slipway::testing::writeFile(path("no.zip"), bytes);
            expect("no.zip", "NOT_AN_ARCHIVE");
        }
    }

    void notXml()
    {
        auto entries = slipway::testing::smallZip();
        entries[0].data = std::string("\x89PNG\r\n\x1a\n\0\0", 10);
        slipway::testing::writeZip(path("png.zip"), entries);
        expect("png.zip", "DEFINITION_INVALID");
    }

    void damaged()
    {
        std::string bytes = slipway::testing::readFile(path("good.zip"));
        bytes[bytes.find("ServiceDefinition.csdef") + 200] ^= 0x55;
        slipway::testing::writeFile(path("flip.zip"), bytes);
        expect("flip.zip", "ARCHIVE_DAMAGED");
    }

    // A zip64's record is what is believed, wherever there is one.
    void largeArchivesDirectories()
    {
        const std::string whole = slipway::testing::readFile(path("good.zip"));
        const std::size_t end = whole.rfind("PK\x05\x06");
        const auto little = [](std::uint64_t value, int size) {
            std::string bytes;
            for (int i = 0; i < size; ++i)
                bytes += char(value >> (8 * i));
            return bytes;
        };
        const auto with = [&](std::uint64_t entries, std::uint64_t begin, std::uint64_t record) {
            std::string bytes = whole.substr(0, end);
            bytes += std::string("PK\x06\x06", 4) + little(44, 8) + little(45, 2) + little(45, 2) +
                     little(0, 8) + little(entries, 8) + little(entries, 8) + little(0, 8) +
                     little(begin, 8);
            bytes += std::string("PK\x06\x07", 4) + little(0, 4) + little(record, 8) + little(1, 4);
            std::string last = whole.substr(end);
            last.replace(16, 4, std::string(4, '\xff'));
            slipway::testing::writeFile(path("large.zip"), bytes + last);
        };
        const std::uint64_t directory =
            std::uint64_t(static_cast<unsigned char>(whole[end + 16]) +
                          256 * static_cast<unsigned char>(whole[end + 17]));
        with(10'000'000'000, directory, end);
        expect("large.zip", "ARCHIVE_TOO_MANY_ENTRIES");
        with(6, end + 1, end);
        expect("large.zip", "ARCHIVE_TRUNCATED");
        with(6, directory, end + 100'000);
        expect("large.zip", "ARCHIVE_TRUNCATED");
        with(6, directory, ~0ull);
        expect("large.zip", "ARCHIVE_TRUNCATED");
        std::string no_locator = whole;
        no_locator.replace(end + 16, 4, std::string(4, '\xff'));
        slipway::testing::writeFile(path("large.zip"), no_locator);
        expect("large.zip", "ARCHIVE_TRUNCATED");
    }

    void virtualPathsOntoFiles()
    {
        auto entries = slipway::testing::smallZip();
        const std::string site = "<Site name=\"Main\">";
        entries[0].data.replace(entries[0].data.find(site), site.size(),
                                "<Site name=\"Main\"><VirtualDirectory name=\"index.html\" "
                                "physicalDirectory=\"Web\\docs\" />");
        slipway::testing::writeZip(path("clash.zip"), entries);
        expect("clash.zip", "CONTENT_CLASH");
    }

    void tooMuch()
    {
        ReadOptions options;
        options.limits.entries = 5;
        expectEntry({"Web/one-more", "x"}, "ARCHIVE_TOO_MANY_ENTRIES", options);
        options = {};
        options.limits.unpacked_bytes = 100'000;
        expectEntry({"Web/large", std::string(200'000, 'a')}, "ARCHIVE_TOO_LARGE", options);
        options = {};
        options.limits.packed_bytes = 500;
        expectEntry({"Web/x", "x"}, "ARCHIVE_TOO_LARGE", options);
    }

    void bombs()
    {
        ReadOptions options;
        options.limits.ratio_floor_bytes = 1u << 20;
        expectEntry({"Web/zeros", std::string(8u << 20, '\0')}, "ARCHIVE_BOMB", options);
        // A bomb in a role's part of a classic package, with a right manifest.
        slipway::testing::writeSmallFolder(path("bomb"));
        slipway::testing::writeFile(path("bomb/Web/zeros"), std::string(8u << 20, '\0'));
        QVERIFY(packFolder(path("bomb"), path("bomb.cspkg")));
        expect("bomb.cspkg", "ARCHIVE_BOMB", options);
    }

    void nestedTrickery()
    {
        const auto classic = [&](const std::vector<MadeEntry> &role) {
            slipway::testing::writeZip(
                path("c.cspkg"),
                {{"m.csman",
                  "<PackageManifest version='2'><Contents hashtype='1'/></PackageManifest>"},
                 {"Web_1.cssx", slipway::testing::zipBytes(role)},
                 {"Work_1.cssx", slipway::testing::zipBytes({{"approot/work.js", "x"}})},
                 {"SDPackage_1.csdx",
                  slipway::testing::zipBytes(
                      {{"ServiceDefinition.csdef", slipway::testing::smallDefinition()}})}});
        };
        classic({{"approot/%2e%2e/%2e%2e/escaped", "x"}});
        expect("c.cspkg", "ENTRY_UNSAFE_PATH");
        classic({{"approot/link", "", 0120000, "/etc/passwd"}});
        expect("c.cspkg", "ENTRY_NOT_A_FILE");
        classic({{"approot/a b", "1"}, {"approot/a%20b", "2"}});
        expect("c.cspkg", "ENTRY_DUPLICATE");
        classic({{"approot/x", "1"},
                 {"i.csman", "<PackageManifest><Contents hashtype='1'><Item uri='/approot/x' "
                             "hash='00'/></Contents></PackageManifest>"}});
        expect("c.cspkg", "MANIFEST_MISMATCH");
        slipway::testing::writeZip(path("c.cspkg"), {{"m.csman", "<PackageManifest/>"},
                                                     {"Web_1.cssx", std::string(300, 'e')}});
        expect("c.cspkg", "ARCHIVE_ENCRYPTED");
        slipway::testing::writeZip(path("c.cspkg"), {{"Web_1.cssx", "x"}});
        expect("c.cspkg", "PACKAGE_INCOMPLETE");
    }

    void changedParts()
    {
        slipway::testing::writeSmallFolder(path("folder"));
        QVERIFY(packFolder(path("folder"), path("whole.cspkg")));
        std::string bytes = slipway::testing::readFile(path("whole.cspkg"));
        // A hash in the outer manifest: it is stored, so it can be found and changed; the crc of
        // the manifest is wrong then, too, which is noticed first.
        const auto at = bytes.find("hash=\"") + 6;
        bytes[at] = bytes[at] == 'A' ? 'B' : 'A';
        slipway::testing::writeFile(path("changed.cspkg"), bytes);
        expect("changed.cspkg", "ARCHIVE_DAMAGED");
    }
};

QTEST_GUILESS_MAIN(MaliciousTest)
#include "packages_malicious_test.moc"
