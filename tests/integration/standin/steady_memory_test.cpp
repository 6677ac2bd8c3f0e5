// Rounds of deploy and swap leave nothing behind in the controller. SLIPWAY_ROUNDS=1000 for the
// long run.
#include "stand_in_fabric.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <malloc.h>

using namespace slipway;
using namespace slipway::core::test;
using test::StandInFabric;

namespace
{

constexpr int kRoundsDefault = 60;
constexpr int kBlock = 100;
constexpr long kGrowthMax_kb = 50; // in 100 rounds

long residentKb()
{
    malloc_trim(0);
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').at(1).toLong() * 4;
}

struct Use {
    long resident_kb;
    qsizetype descriptors;
    qsizetype threads;
};

Use present()
{
    return {residentKb(), QDir(QStringLiteral("/proc/self/fd")).entryList().size(),
            QDir(QStringLiteral("/proc/self/task")).entryList().size()};
}

int rounds()
{
    const int wanted = qEnvironmentVariableIntValue("SLIPWAY_ROUNDS");
    return wanted > 0 ? wanted : kRoundsDefault;
}

} // namespace

class SteadyMemoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void deployAndSwap();
};

void SteadyMemoryTest::deployAndSwap()
{
    StandInFabric fabric;
    fabric.world.must(registerPackage(guestbook("v1", 2, 2)));
    fabric.world.must(createService("a"));
    fabric.world.must(deploy("a", v1::PRODUCTION, "v1"));
    QVERIFY(fabric.open());
    QVERIFY(fabric.waitReady(4, 60'000));
    std::vector<Use> uses;
    for (int round = 1; round <= rounds(); ++round) {
        v1::Command staging = deploy("a", v1::STAGING, "v1");
        staging.mutable_deploy()->set_replace(true);
        staging.set_request_id("deploy-" + std::to_string(round));
        v1::Command swap = swapSlots("a");
        swap.set_request_id("swap-" + std::to_string(round));
        QVERIFY2(fabric.finish(staging), std::to_string(round).c_str());
        QVERIFY2(fabric.finish(swap), std::to_string(round).c_str());
        if (round % kBlock != 0 && round != kRoundsDefault / 2 && round != rounds())
            continue;
        uses.push_back(present());
        qInfo().nospace() << "round " << round << ": " << uses.back().resident_kb << " kB, "
                          << uses.back().descriptors << " descriptors, " << uses.back().threads
                          << " threads";
    }
    QCOMPARE(uses.back().descriptors, uses.front().descriptors);
    QCOMPARE(uses.back().threads, uses.front().threads);
    // The state keeps 200 ended operations and the watch 4 MiB of history: memory is judged when
    // both are full, by the last half of a long run.
    if (uses.size() < 10)
        return;
    const std::size_t middle = uses.size() / 2;
    const long growth =
        (uses.back().resident_kb - uses.at(middle).resident_kb) / long(uses.size() - 1 - middle);
    qInfo("%ld kB in 100 rounds", growth);
    QVERIFY(growth < kGrowthMax_kb);
}

QTEST_GUILESS_MAIN(SteadyMemoryTest)
#include "steady_memory_test.moc"
