// The time by which things grow old: no leap of the clock throws anything away.
#include "backend/fabric/believed_time.h"

#include <QTest>

using namespace slipway;
using namespace slipway::fabric;

namespace
{

constexpr std::int64_t kHour_ms = 3600LL * 1000;
constexpr std::int64_t kDay_ms = 24 * kHour_ms;

struct LeapingClock final : sys::Clock {
    std::int64_t wallMs() const override { return 1'800'000'000'000 + boot_ms + leap_ms; }
    std::int64_t steadyMs() const override { return boot_ms; }
    std::int64_t bootMs() const override { return boot_ms; }
    std::int64_t boot_ms = 1000;
    std::int64_t leap_ms = 0;
};

} // namespace

class BelievedTimeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void leapsOfTheClockAreDoubted();
};

void BelievedTimeTest::leapsOfTheClockAreDoubted()
{
    LeapingClock clock;
    BelievedTime time(clock, "");
    const auto run = [&](std::int64_t ms) {
        for (; ms > 0; ms -= kHour_ms) {
            clock.boot_ms += kHour_ms;
            time.look();
        }
    };
    const auto aheadOf = [&](std::int64_t wall_ms) { return time.nowMs() - wall_ms; };
    run(10 * kHour_ms);
    QCOMPARE(aheadOf(clock.wallMs()), 0);
    clock.leap_ms += 5 * 60'000; // set right
    run(kHour_ms);
    QCOMPARE(aheadOf(clock.wallMs()), 0);
    clock.leap_ms += 365 * kDay_ms;
    run(20 * kHour_ms);
    QCOMPARE(aheadOf(clock.wallMs()), -365 * kDay_ms);
    clock.leap_ms -= 365 * kDay_ms; // nothing was harmed
    run(2 * kHour_ms);
    QCOMPARE(aheadOf(clock.wallMs()), 0);
    clock.leap_ms -= 400 * kDay_ms;
    run(26 * kHour_ms); // it means it
    QCOMPARE(aheadOf(clock.wallMs()), 0);
    // A start with a clock of another year, and over another start.
    clock.leap_ms += 300 * kDay_ms;
    BelievedTime next(clock, time.kept());
    QCOMPARE(next.nowMs() - clock.wallMs(), -300 * kDay_ms);
    clock.boot_ms += 10 * kHour_ms;
    next.look();
    BelievedTime last(clock, next.kept());
    for (int hour = 0; hour < 15; ++hour) {
        clock.boot_ms += kHour_ms;
        last.look();
    }
    QCOMPARE(last.nowMs() - clock.wallMs(), 0);
    clock.leap_ms += 20 * kHour_ms; // it was off for a night
    QCOMPARE(BelievedTime(clock, last.kept()).nowMs() - clock.wallMs(), 0);
    const std::string kept = last.kept();
    clock.boot_ms = 1000; // another boot
    clock.leap_ms += 30 * kDay_ms;
    QVERIFY(BelievedTime(clock, kept).nowMs() < clock.wallMs());
    QCOMPARE(BelievedTime(clock, "rubbish").nowMs(), clock.wallMs());
}

QTEST_APPLESS_MAIN(BelievedTimeTest)
#include "believed_time_test.moc"
