// Properties of the core over seeded cases. A failing seed is printed; SLIPWAY_SEED=n runs it
// alone.
#include "tests/simulation/core/placement_cases.h"
#include "tests/simulation/core/random.h"
#include "tests/simulation/core/random_cases.h"

#include <QTest>

#include <string>

using namespace slipway::core;
using namespace slipway::core::test;

namespace
{

constexpr std::uint64_t kCases = 10'000;
constexpr std::uint64_t kRepeatedCases = 500;

std::pair<std::uint64_t, std::uint64_t> seeds(std::uint64_t count)
{
    if (const char *given = givenSeed()) {
        const std::uint64_t seed = std::strtoull(given, nullptr, 10);
        return {seed, seed + 1};
    }
    return {1, count + 1};
}

// The wrong rule of the issue: fill up one host after the other.
const HostRoom *packTightly(std::span<const HostRoom> rooms, const Need &need)
{
    for (const HostRoom &room : rooms) {
        if (hasRoom(room, need))
            return &room;
    }
    return nullptr;
}

const HostRoom *oversell(std::span<const HostRoom> rooms, const Need &)
{
    return rooms.empty() ? nullptr : &rooms.front();
}

std::string firstViolation(PlacementRule rule)
{
    const auto [first, end] = seeds(kCases);
    for (std::uint64_t seed = first; seed < end; ++seed) {
        const std::string wrong = examinePlacement(rule, seed);
        if (!wrong.empty())
            return "seed " + std::to_string(seed) + ": " + wrong;
    }
    return {};
}

} // namespace

class CorePropertiesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void placementSpreadsAndNeverOversells()
    {
        const std::string wrong = firstViolation(spreadOverDomains);
        QVERIFY2(wrong.empty(), wrong.c_str());
    }

    void wrongPlacementRulesAreFound()
    {
        if (givenSeed())
            QSKIP("needs all seeds");
        QVERIFY(firstViolation(packTightly).find("one fault domain") != std::string::npos);
        QVERIFY(firstViolation(oversell).find("oversold") != std::string::npos);
    }

    void everyHistoryReachesTheWantedState()
    {
        const auto [first, end] = seeds(kCases);
        for (std::uint64_t seed = first; seed < end; ++seed) {
            const CaseResult result = runRandomCase(seed);
            QVERIFY2(result.wrong.empty(),
                     ("SLIPWAY_SEED=" + std::to_string(seed) + ": " + result.wrong).c_str());
        }
    }

    void sameInputsGiveTheSameBytes()
    {
        const auto [first, end] = seeds(kRepeatedCases);
        for (std::uint64_t seed = first; seed < end; ++seed)
            QVERIFY2(runRandomCase(seed).bytes == runRandomCase(seed).bytes,
                     ("SLIPWAY_SEED=" + std::to_string(seed)).c_str());
    }
};

QTEST_GUILESS_MAIN(CorePropertiesTest)
#include "core_properties_test.moc"
