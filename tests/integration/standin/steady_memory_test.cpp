// Rounds of deploy and swap leave nothing behind in the controller and its hosts.
// SLIPWAY_ROUNDS=1000 for the long run. (voyage_steady_test: the same in the processes of a whole
// fabric.)
#include "stand_in_fabric.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <algorithm>
#include <malloc.h>
#include <map>
#include <utility>

using namespace slipway;
using namespace slipway::core::test;
using test::StandInFabric;

namespace
{

const QString kOwn = QStringLiteral("/proc/self");

// Qt gives a test's function five minutes; a thousand rounds may take longer.
const bool kAsLongAsItTakes = qputenv("QTEST_FUNCTION_TIMEOUT", "7200000");

constexpr int kRoundsDefault = 60;
constexpr int kBlock = 100;
constexpr int kLongRun = 1'000;
constexpr int kHistoryFull = 800;   // rounds until the watch has its 4 MiB of history
constexpr long kGrowthMax_kb = 50;  // in 100 rounds, from then on
constexpr long kFillingMax_kb = 80; // a round until then; measured: 38
constexpr int kSettle_ms = 20'000;  // until what a round began has ended

long residentKb(const QString &process)
{
    malloc_trim(0);
    QFile file(process + QStringLiteral("/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').at(1).toLong() * 4;
}

struct Use {
    int round = 0;
    long resident_kb = 0;
    qsizetype descriptors = 0;
    qsizetype threads = 0;
};

// SQLite closes the file of a second connection, as a snapshot needs, only with the first one, and
// uses it again for the next: the store's count once.
qsizetype descriptorsOf(const QString &process)
{
    qsizetype count = 0;
    bool has_store = false;
    const QDir folder(process + QStringLiteral("/fd"));
    for (const QString &fd :
         folder.entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot)) {
        const bool is_store =
            QFile::symLinkTarget(folder.filePath(fd)).endsWith(QStringLiteral("/fabric.db"));
        count += is_store && std::exchange(has_store, true) ? 0 : 1;
    }
    return count;
}

Use useOf(const QString &process)
{
    return {0, residentKb(process), descriptorsOf(process),
            QDir(process + QStringLiteral("/task"))
                .entryList(QDir::Dirs | QDir::NoDotAndDotDot)
                .size()};
}

int rounds()
{
    const int wanted = qEnvironmentVariableIntValue("SLIPWAY_ROUNDS");
    return wanted > 0 ? wanted : kRoundsDefault;
}

std::map<QString, Use> usesOfHosts(const StandInFabric &fabric)
{
    std::map<QString, Use> all;
    for (const auto &[id, pid] : fabric.hostPids()) {
        const QString process = QStringLiteral("/proc/%1").arg(pid);
        all[process] = useOf(process);
    }
    return all;
}

// No more descriptors and threads than then, once all has ended.
bool settles(const QString &process, const Use &then)
{
    return QTest::qWaitFor(
        [&] {
            const Use now = useOf(process);
            return now.descriptors > 0 && now.descriptors <= then.descriptors &&
                   now.threads <= then.threads;
        },
        kSettle_ms);
}

} // namespace

class SteadyMemoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void deployAndSwap();

private:
    void judgeMemory(const std::vector<Use> &uses);
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
    std::map<QString, Use> hosts;
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
        uses.push_back(useOf(kOwn));
        uses.back().round = round;
        if (hosts.empty())
            hosts = usesOfHosts(fabric);
        qInfo().nospace() << "round " << round << ": " << uses.back().resident_kb << " kB, "
                          << uses.back().descriptors << " descriptors, " << uses.back().threads
                          << " threads";
    }
    for (auto &[process, use] : hosts) // what a round began may still be ending
        QVERIFY2(settles(process, use), qPrintable(process));
    QVERIFY2(settles(kOwn, uses.front()), qPrintable(kOwn));
    judgeMemory(uses);
}

// The state keeps 200 ended operations and the watch 4 MiB of history: until both are full they
// alone may make it grow.
void SteadyMemoryTest::judgeMemory(const std::vector<Use> &uses)
{
    const Use &last = uses.back();
    const long filling = last.resident_kb - uses.front().resident_kb;
    qInfo("%ld kB in %d rounds", filling, last.round - uses.front().round);
    QVERIFY(filling < kFillingMax_kb * std::min(last.round, kHistoryFull));
    if (rounds() < kLongRun)
        return;
    const auto full = std::find_if(uses.begin(), uses.end(),
                                   [](const Use &use) { return use.round >= kHistoryFull; });
    const long growth = (last.resident_kb - full->resident_kb) * 100 / (last.round - full->round);
    qInfo("%ld kB in 100 rounds, since round %d", growth, full->round);
    QVERIFY(growth < kGrowthMax_kb);
}

QTEST_GUILESS_MAIN(SteadyMemoryTest)
#include "steady_memory_test.moc"
