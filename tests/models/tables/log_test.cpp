// A million lines: nothing waits, the ring holds, the filter finds.
#include "models/logs/log_model.h"
#include "tests/support/fake_client.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::models;
using namespace Qt::StringLiterals;

namespace
{

std::vector<v1::LogLine> lines(int count, int first = 0)
{
    std::vector<v1::LogLine> made;
    for (int i = first; i < first + count; ++i) {
        v1::LogLine line;
        line.set_time_us(i);
        line.set_instance("WebRole_IN_" + std::to_string(i % 7));
        line.set_stream(v1::LogLine::OUT);
        line.set_text("GET /entries/" + std::to_string(i) + " 200 in 3 ms");
        made.push_back(std::move(line));
    }
    return made;
}

struct Bench {
    test::FakeClient client;
    sys::SystemClock clock;
    FabricStore store;
    Session session{client, store, clock};
    LogModel log{session};
};

} // namespace

class LogTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linesComeThroughTheStream();
    void theFilterFindsOldAndNewLines();
    void theRingForgetsTheOldest();
    void reopeningForgets();
    void aStreamThatEndedIsOpenedAgain();
    void linesLeftOutAreCounted();
};

void LogTest::linesComeThroughTheStream()
{
    Bench bench;
    v1::LogRequest request;
    request.set_deployment_id("d");
    bench.log.open(request);
    QVERIFY(bench.client.isTailed());
    v1::LogBatch batch;
    for (const auto &line : lines(3)) {
        *batch.add_lines() = line;
    }
    bench.client.pushLogs(batch);
    QTRY_COMPARE(bench.log.rowCount(), 3u);
    QCOMPARE(bench.log.row(2).text, std::string_view("GET /entries/2 200 in 3 ms"));
    QCOMPARE(bench.log.row(1).instance, std::string_view("WebRole_IN_1"));
    bench.log.close();
    QVERIFY(!bench.client.isTailed());
    QCOMPARE(bench.log.rowCount(), 3u);
}

void LogTest::theFilterFindsOldAndNewLines()
{
    Bench bench;
    bench.log.append(lines(20'000));
    bench.log.setFilter(u"ENTRIES/777 get"_s);
    QTRY_VERIFY(!bench.log.isSearching());
    QCOMPARE(bench.log.rowCount(), 11u); // 777 and 7770 to 7779
    bench.log.append(lines(1, 777'000));
    QTRY_COMPARE(bench.log.rowCount(), 12u);
    bench.log.setFilter({});
    QCOMPARE(bench.log.rowCount(), 20'001u);
}

void LogTest::theRingForgetsTheOldest()
{
    LogStore store(10'000);
    for (const auto &line : lines(30'000)) {
        store.append(line);
    }
    QCOMPARE(store.end(), 30'000u);
    QVERIFY(store.end() - store.first() <= 10'000u);
    QVERIFY(store.end() - store.first() > 5000u);
    QCOMPARE(store.at(store.first()).time_us, std::int64_t(store.first()));
    QCOMPARE(store.at(29'999).time_us, std::int64_t(29'999));
}

void LogTest::reopeningForgets()
{
    Bench bench;
    bench.log.append(lines(100));
    bench.log.setFilter(u"entries"_s);
    bench.log.open({});
    QTRY_COMPARE(bench.log.rowCount(), 0u);
    bench.log.append(lines(5));
    QTRY_COMPARE(bench.log.rowCount(), 5u);
}

void LogTest::aStreamThatEndedIsOpenedAgain()
{
    Bench bench;
    bench.session.start();
    bench.client.setSnapshot({});
    QTRY_VERIFY(bench.session.isLive());
    v1::LogRequest request;
    request.set_deployment_id("d");
    request.set_follow(true);
    bench.log.open(request);
    v1::LogBatch batch;
    *batch.add_lines() = lines(1).front();
    bench.client.pushLogs(batch);
    QTRY_COMPARE(bench.log.rowCount(), 1u);

    bench.client.endLogs("too slow");
    QTRY_COMPARE(bench.log.problem(), u"too slow"_s);
    QCOMPARE(bench.log.rowCount(), 1u); // what was read stays
    QCOMPARE(bench.client.logStreams(), 1);
    QTRY_COMPARE_WITH_TIMEOUT(bench.client.logStreams(), 2, 10'000);
    QVERIFY(bench.log.problem().isEmpty());
    bench.client.pushLogs(batch);
    QTRY_COMPARE(bench.log.rowCount(), 1u); // the tail once more, not twice
    QTRY_VERIFY(bench.client.isTailed());

    bench.client.endLogs("of the old one"); // on its way while a new one is opened
    request.add_instances("WebRole_IN_0");
    bench.log.open(request);
    QTest::qWait(0);
    QVERIFY(bench.log.problem().isEmpty());
}

void LogTest::linesLeftOutAreCounted()
{
    Bench bench;
    bench.log.open({});
    v1::LogBatch batch;
    for (const auto &line : lines(50'001)) {
        *batch.add_lines() = line;
    }
    for (int i = 0; i < 5; ++i) {
        bench.client.pushLogs(batch); // nobody drains meanwhile
    }
    QTRY_COMPARE(bench.log.lineCount(), 50'001u);
    QCOMPARE(bench.log.leftOut(), 4 * 50'001u);
    bench.log.open({});
    QCOMPARE(bench.log.leftOut(), 0u);
}

QTEST_GUILESS_MAIN(LogTest)
#include "log_test.moc"
