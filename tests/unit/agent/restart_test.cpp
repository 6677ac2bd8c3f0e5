#include "backend/agent/restart_policy.h"

#include <QTest>

using namespace slipway::agent;

class AgentRestartTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void startsAtOnceThenLater();
    void forgetsOldEnds();
    void keepsCyclingThroughLongDelays();
    void forgivesALongRun();
    void hasWords();
};

void AgentRestartTest::startsAtOnceThenLater()
{
    RestartPolicy policy(4, 600'000);
    const std::vector<std::int64_t> delays{0,    100,    200,    1000,   2000,  4000,
                                           8000, 16'000, 32'000, 60'000, 60'000};
    std::int64_t now_ms = 1000;
    for (std::size_t i = 0; i < delays.size(); ++i) {
        const RestartDecision decision = policy.ended(now_ms, 10);
        QCOMPARE(decision.delay_ms, delays[i]);
        QCOMPARE(decision.cycling, i >= 3);
        QCOMPARE(decision.count, std::uint32_t(i + 1));
        now_ms += decision.delay_ms + 10;
    }
}

void AgentRestartTest::forgetsOldEnds()
{
    RestartPolicy policy(3, 10'000);
    for (int i = 0; i < 20; ++i) {
        const RestartDecision decision = policy.ended(1000 + i * 10'000, 9000);
        QCOMPARE(decision.delay_ms, std::int64_t(0));
        QCOMPARE(decision.count, 1U);
    }
}

void AgentRestartTest::keepsCyclingThroughLongDelays()
{
    RestartPolicy policy(2, 1500);
    policy.ended(0, 10);
    QVERIFY(policy.ended(100, 10).cycling);
    const RestartDecision later = policy.ended(2000, 10); // the window is over, the trouble is not
    QVERIFY(later.cycling);
    QCOMPARE(later.delay_ms, std::int64_t(2000));
}

void AgentRestartTest::forgivesALongRun()
{
    RestartPolicy policy(2, 1500);
    policy.ended(0, 10);
    QVERIFY(policy.ended(100, 10).cycling);
    const RestartDecision later = policy.ended(5000, 1500);
    QVERIFY(!later.cycling);
    QCOMPARE(later.delay_ms, std::int64_t(0));
}

void AgentRestartTest::hasWords()
{
    RestartPolicy policy(3, 600'000);
    QCOMPARE(describeDecision("ended with code 1", policy.ended(0, 0), 600'000),
             std::string("ended with code 1; started again at once"));
    policy.ended(1, 0);
    QCOMPARE(describeDecision("ended with code 1", policy.ended(2, 0), 600'000),
             std::string("ended with code 1 (3rd time in 10 min); next start in 1 s"));
    QCOMPARE(ordinal(2), std::string("2nd"));
    QCOMPARE(ordinal(11), std::string("11th"));
    QCOMPARE(ordinal(21), std::string("21st"));
}

QTEST_GUILESS_MAIN(AgentRestartTest)
#include "restart_test.moc"
