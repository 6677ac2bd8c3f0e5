// What the portal says of isolation: always the lowest that a host has, never more than is known.
#include "models/hosts/isolation.h"
#include "tests/support/sample_state.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::models;
using namespace Qt::StringLiterals;

namespace
{

struct Told {
    std::string level;
    std::string advice;
    std::string unfit_reason;
    v1::Host::State state = v1::Host::Ready;
};

IsolationSummary summaryOf(const std::vector<Told> &hosts)
{
    FabricStore store;
    WatchBatch batch;
    int number = 0;
    for (const Told &told : hosts) {
        v1::Host host;
        host.set_id("host-" + std::to_string(++number));
        host.set_state(told.state);
        host.set_isolation(told.level);
        host.set_isolation_advice(told.advice);
        host.set_unfit_reason(told.unfit_reason);
        v1::WatchResponse response;
        *response.mutable_changes()->add_changes() = test::changeOf(host);
        response.set_revision(std::uint64_t(number));
        batch.add(response);
    }
    store.apply(batch);
    return isolationOf(store);
}

} // namespace

class IsolationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLowestHostSpeaks_data();
    void theLowestHostSpeaks();
    void nothingKnownSaysNothing();
    void unfitHostsAreNamed();
    void anUnknownLevelPromisesNothing();
};

void IsolationTest::theLowestHostSpeaks_data()
{
    QTest::addColumn<QStringList>("levels");
    QTest::addColumn<QString>("level");
    QTest::addColumn<Condition>("condition");
    const auto limits = u"isolated with limits"_s;
    const auto without = u"isolated without limits"_s;
    const auto confined = u"confined"_s;
    const auto none = u"no isolation"_s;
    QTest::newRow("all at the top") << QStringList{limits, limits} << limits << Condition::Ready;
    QTest::newRow("one without") << QStringList{limits, without} << without << Condition::Attention;
    QTest::newRow("one confined") << QStringList{without, confined, limits} << confined
                                  << Condition::Attention;
    QTest::newRow("one with none")
        << QStringList{confined, none, limits} << none << Condition::Failed;
}

void IsolationTest::theLowestHostSpeaks()
{
    QFETCH(QStringList, levels);
    std::vector<Told> hosts;
    for (const auto &level : std::as_const(levels))
        hosts.push_back(
            {level.toStdString(), level == u"isolated with limits"_s ? "" : "Do it", {}});
    const auto summary = summaryOf(hosts);
    QTEST(summary.level, "level");
    QTEST(summary.condition, "condition");
    QCOMPARE(summary.meaning.isEmpty(), summary.condition == Condition::Ready);
    QCOMPARE(summary.advice.isEmpty(), summary.condition == Condition::Ready);
}

void IsolationTest::nothingKnownSaysNothing()
{
    QCOMPARE(summaryOf({}), IsolationSummary());
    QCOMPARE(summaryOf({{"", "", "", v1::Host::Starting}}), IsolationSummary());
}

void IsolationTest::unfitHostsAreNamed()
{
    const Told unfit{"isolated with limits", "", "There is no space"};
    auto summary = summaryOf({{"isolated with limits", "", ""}, unfit});
    QCOMPARE(summary.unfit, QStringList{u"host-2: There is no space"_s});
    QCOMPARE(summary.condition, Condition::Ready); // the others hold what they promise
    summary = summaryOf({unfit, unfit});
    QCOMPARE(summary.condition, Condition::Failed);
    QVERIFY(summary.level.isEmpty());
    v1::Host host;
    host.set_state(v1::Host::Ready);
    host.set_unfit_reason("There is no space");
    QCOMPARE(conditionOf(host), Condition::Attention);
    QCOMPARE(stateWord(host), u"Takes no instances"_s);
    host.set_state(v1::Host::Lost); // it is gone: what it could take is no question any more
    QCOMPARE(conditionOf(host), Condition::Failed);
}

void IsolationTest::anUnknownLevelPromisesNothing()
{
    const auto summary = summaryOf({{"isolated with limits", "", ""}, {"sealed", "", ""}});
    QCOMPARE(summary.level, u"sealed"_s);
    QCOMPARE(summary.condition, Condition::Failed);
}

QTEST_GUILESS_MAIN(IsolationTest)
#include "isolation_test.moc"
