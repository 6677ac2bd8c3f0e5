// Valid files with a few bytes changed, from a fixed seed: never a crash, never a hang, and the
// same answer each time.
#include "backend/packages/configuration_reader.h"
#include "backend/packages/definition_reader.h"
#include "backend/packages/package_reader.h"
#include "backend/packages/package_writer.h"
#include "backend/packages/validation.h"
#include "tests/unit/packages/hand_made.h"

#include <QTemporaryDir>
#include <QtTest>
#include <random>

using namespace slipway;
using namespace slipway::packages;
namespace fs = std::filesystem;

class MutationTest : public QObject
{
    Q_OBJECT

    static constexpr std::uint32_t kSeed = 20261121;
    static constexpr int kTextRounds = 6000;
    static constexpr int kArchiveRounds = 600;
    std::mt19937 m_random{kSeed};

    std::size_t below(std::size_t end) { return m_random() % end; }

    std::string mutate(std::string bytes)
    {
        static const char *const kWords[] = {"<",    ">",           "\"",        "&#",    "&amp;",
                                             "]]>",  "<!--",        "<!DOCTYPE", "xmlns", "../",
                                             "\xff", "99999999999", "PK\x03\x04"};
        for (std::size_t edits = 1 + below(6); edits && !bytes.empty(); --edits) {
            const std::size_t at = below(bytes.size());
            switch (below(6)) {
            case 0:
                bytes[at] = static_cast<char>(m_random());
                break;
            case 1:
                bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
                break;
            case 2:
                bytes.erase(at, 1 + below(20));
                break;
            case 3:
                bytes.insert(at, kWords[below(std::size(kWords))]);
                break;
            case 4:
                bytes.insert(at, bytes.substr(below(bytes.size()), below(60)));
                break;
            default:
                bytes.resize(below(8) ? bytes.size() : at);
                break;
            }
        }
        return bytes;
    }

    void mutateArchive(const std::string &whole)
    {
        QTemporaryDir dir;
        const fs::path file = fs::path(dir.path().toStdString()) / "mutated";
        int refused = 0;
        ReadOptions options;
        options.limits.unpacked_bytes = 64u << 20;
        for (int round = 0; round < kArchiveRounds; ++round) {
            slipway::testing::writeFile(file, mutate(whole));
            const auto package = inspectPackage(file, options);
            refused += !package;
            if (!package)
                QVERIFY2(!package.error().reason().empty() && !package.error().message().empty(),
                         qPrintable(QString::number(round)));
        }
        QVERIFY(refused > kArchiveRounds / 3);
    }

private Q_SLOTS:
    void init() { m_random.seed(kSeed); }

    void texts()
    {
        qInfo("seed %u", kSeed);
        const std::string definition = slipway::testing::smallDefinition();
        const std::string configuration = slipway::testing::smallConfiguration();
        for (int round = 0; round < kTextRounds; ++round) {
            const auto parsed = readDefinition(mutate(definition), "a.csdef");
            validateDefinition(parsed.definition, parsed.source, {}, nullptr);
            if (!parsed.well_formed)
                QVERIFY(hasErrors(parsed.problems));
            const auto checked =
                checkConfiguration(parsed.definition, mutate(configuration), "a.cscfg");
            if (!checked)
                QVERIFY(!checked.error().problems().empty());
        }
    }

    void zips() { mutateArchive(slipway::testing::zipBytes(slipway::testing::smallZip())); }

    void classicPackages()
    {
        QTemporaryDir dir;
        const fs::path folder = dir.path().toStdString();
        slipway::testing::writeSmallFolder(folder / "small");
        QVERIFY(packFolder(folder / "small", folder / "a.cspkg"));
        mutateArchive(slipway::testing::readFile(folder / "a.cspkg"));
    }
};

QTEST_GUILESS_MAIN(MutationTest)
#include "packages_mutation_test.moc"
