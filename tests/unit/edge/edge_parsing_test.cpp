// What HAProxy says, taken apart: statistics, sessions, prompts, log lines, the keeper's own state.
#include "backend/edge/files.h"
#include "backend/edge/latency_log.h"
#include "backend/edge/runtime_client.h"
#include "backend/edge/statistics.h"

#include <QTest>

using namespace slipway::edge;

class EdgeParsingTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void statsFindColumnsByName();
    void statsLeaveOutWhatIsNoServer();
    void statsOfAProbedServer_data();
    void statsOfAProbedServer();
    void brokenStatsAreZeros();
    void sessions();
    void serversState();
    void mapEntries();
    void infoNumbers();
    void answerEndsWithThePrompt();
    void answerArrivesInPieces();
    void successSentences_data();
    void successSentences();
    void logLines_data();
    void logLines();
    void latencySummary();
    void stateSurvivesItsFile();
};

void EdgeParsingTest::statsFindColumnsByName()
{
    const auto stats =
        parseStats("# type,new_column,svname,pxname,qcur,scur,stot,hrsp_2xx,hrsp_5xx,"
                   "hrsp_4xx,econ,eresp,mode,status,check_status,idle_conn_cur,safe_conn_cur,"
                   "used_conn_cur,\n"
                   "2,?,Web_IN_0.ab,http-3,2,5,77,60,4,6,1,3,http,no check,,1,4,6,\n\n");
    QCOMPARE(stats.size(), std::size_t(1));
    const ServerStat &stat = stats[0];
    QCOMPARE(stat.backend, std::string("http-3"));
    QCOMPARE(stat.server, std::string("Web_IN_0.ab"));
    QCOMPARE(stat.open, std::uint64_t(7));
    QCOMPARE(stat.connections, std::uint64_t(11)); // kept alive between requests, too
    QCOMPARE(stat.sessions, std::uint64_t(77));
    QCOMPARE(stat.answers, std::uint64_t(70));
    QCOMPARE(stat.answers_5xx, std::uint64_t(4));
    QCOMPARE(stat.connect_errors, std::uint64_t(1));
    QCOMPARE(stat.response_errors, std::uint64_t(3));
    QVERIFY(stat.http);
    QVERIFY(!stat.checked);
    QVERIFY(stat.up);
}

void EdgeParsingTest::statsLeaveOutWhatIsNoServer()
{
    const auto stats = parseStats("# pxname,svname,type,\n"
                                  "f-1,FRONTEND,0,\nhttp-0,BACKEND,1,\nhttp-0,a,2,\nx,sock,3,\n");
    QCOMPARE(stats.size(), std::size_t(1));
    QCOMPARE(stats[0].server, std::string("a"));
}

void EdgeParsingTest::statsOfAProbedServer_data()
{
    QTest::addColumn<QString>("status");
    QTest::addColumn<bool>("up");
    QTest::newRow("up") << QStringLiteral("UP") << true;
    QTest::newRow("going down") << QStringLiteral("UP 1/2") << true;
    QTest::newRow("down") << QStringLiteral("DOWN") << false;
    QTest::newRow("coming up") << QStringLiteral("DOWN 1/2") << false;
    QTest::newRow("drained") << QStringLiteral("DRAIN") << true;
}

void EdgeParsingTest::statsOfAProbedServer()
{
    QFETCH(QString, status);
    const auto stats = parseStats("# pxname,svname,type,status,check_status,\nhttp-probed-0,a,2," +
                                  status.toStdString() + ",L7OK,\n");
    QCOMPARE(stats.size(), std::size_t(1));
    QVERIFY(stats[0].checked);
    QTEST(stats[0].up, "up");
}

void EdgeParsingTest::brokenStatsAreZeros()
{
    QVERIFY(parseStats("").empty());
    QVERIFY(parseStats("http-0,a,2\n").empty()); // no header: no column is known
    const auto stats = parseStats("# pxname,svname,type,scur,stot\nhttp-0,a,2\nhttp-0,b,2,x,-3\n");
    QCOMPARE(stats.size(), std::size_t(2));
    QCOMPARE(stats[0].open + stats[1].open, std::uint64_t(0));
    QCOMPARE(stats[1].sessions, std::uint64_t(0));
}

void EdgeParsingTest::sessions()
{
    const auto sessions = parseSessions(
        "0x55d0: proto=tcpv4 src=127.0.0.1:4 fe=f-1 be=http-0 srv=a ts=00 age=1s\n"
        "0x55e0: proto=unix_stream fe=GLOBAL be=<NONE> srv=<none> ts=00\nno session\n");
    QCOMPARE(sessions.size(), std::size_t(2));
    QCOMPARE(sessions[0].id, std::string("0x55d0"));
    QCOMPARE(sessions[0].frontend, std::string("f-1"));
    QCOMPARE(sessions[0].backend, std::string("http-0"));
    QCOMPARE(sessions[0].server, std::string("a"));
}

void EdgeParsingTest::serversState()
{
    const auto states = parseServersState("1\n# be_id be_name srv_id srv_name srv_admin_state\n"
                                          "4 http-0 1 a 0\n4 http-0 2 b 1\n4 http-0 3 c 8\n");
    QCOMPARE(states.size(), std::size_t(3));
    QVERIFY(!states[0].maintenance && !states[0].drain);
    QVERIFY(states[1].maintenance && !states[1].drain);
    QVERIFY(!states[2].maintenance && states[2].drain);
}

void EdgeParsingTest::mapEntries()
{
    const std::map<std::string, std::string> expected{{"f-1", "http-0"}, {"f-2", "none"}};
    QVERIFY(parseMap("0x1 f-1 http-0\n0x2 f-2 none\n# not an entry\n") == expected);
}

void EdgeParsingTest::infoNumbers()
{
    const char *info = "Name: HAProxy\nCurrConns: 12\nCurrConnsMax: 40\n";
    QCOMPARE(infoNumber(info, "CurrConns"), std::uint64_t(12));
    QCOMPARE(infoNumber(info, "Stopping"), std::uint64_t(0));
}

void EdgeParsingTest::answerEndsWithThePrompt()
{
    AnswerReader reader;
    std::string answer;
    QVERIFY(reader.feed("\n> ", answer)); // nothing to say: it worked
    QCOMPARE(answer, std::string());
    QVERIFY(reader.feed("New server registered.\n\n> ", answer));
    QCOMPARE(answer, std::string("New server registered."));
}

void EdgeParsingTest::answerArrivesInPieces()
{
    AnswerReader reader;
    std::string answer;
    for (const char *piece : {"first > line\n", "> not at its end\n", "\n", ">"})
        QVERIFY2(!reader.feed(piece, answer), piece);
    QVERIFY(reader.feed(" ", answer));
    QCOMPARE(answer, std::string("first > line\n> not at its end"));
}

void EdgeParsingTest::successSentences_data()
{
    QTest::addColumn<QString>("answer");
    QTest::addColumn<bool>("success");
    QTest::newRow("silence") << QString() << true;
    QTest::newRow("payload") << QStringLiteral("+ ") << true;
    QTest::newRow("added") << QStringLiteral("New server registered.") << true;
    QTest::newRow("deleted") << QStringLiteral("Server deleted.") << true;
    QTest::newRow("version") << QStringLiteral("New version created: 3") << true;
    QTest::newRow("refused") << QStringLiteral("No such server.") << false;
    QTest::newRow("unknown") << QStringLiteral("Unknown command: 'x'") << false;
}

void EdgeParsingTest::successSentences()
{
    QFETCH(QString, answer);
    QTEST(saysSuccess(answer.toStdString()), "success");
}

void EdgeParsingTest::logLines_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("latency_us"); // -1: not counted
    QTest::newRow("precise") << QStringLiteral("http-0 a 1795266535133856 1795266535134049 200")
                             << 193;
    QTest::newRow("over a second's end")
        << QStringLiteral("http-0 a 1795266535999900 1795266536000150 500\n") << 250;
    QTest::newRow("several seconds")
        << QStringLiteral("http-0 a 1795266535000100 1795266537500100 200") << 2'500'000;
    QTest::newRow("half an hour") << QStringLiteral("http-0 a 0 1800000000 200") << 1'800'000'000;
    QTest::newRow("date set back") << QStringLiteral("http-0 a 200 100 200") << -1;
    QTest::newRow("no begin") << QStringLiteral("http-0 a - 100 200") << -1;
    QTest::newRow("no server") << QStringLiteral("http-0 <NOSRV> 1 2 503") << -1;
    QTest::newRow("aborted") << QStringLiteral("http-0 a 1 2 -1") << -1;
    QTest::newRow("rubbish") << QStringLiteral("http-0") << -1;
}

void EdgeParsingTest::logLines()
{
    QFETCH(QString, line);
    const auto request = parseLogLine(line.toStdString());
    QTEST(request ? int(request->latency_us) : -1, "latency_us");
}

void EdgeParsingTest::latencySummary()
{
    std::minstd_rand random;
    LatencyReservoir reservoir;
    QCOMPARE(reservoir.summary().p99_us, 0U);
    for (std::uint32_t value = 100; value >= 1; --value)
        reservoir.add(value, random);
    const LatencySummary summary = reservoir.summary();
    QCOMPARE(summary.average_us, 50U);
    QCOMPARE(summary.p50_us, 51U);
    QCOMPARE(summary.p95_us, 96U);
    QCOMPARE(summary.p99_us, 100U);
}

void EdgeParsingTest::stateSurvivesItsFile()
{
    KeeperState state;
    state.revision = 7;
    state.generation = 3;
    state.current = {100, 2000, 3};
    state.retired = {{90, 1000, 2}};
    state.frontends = {{"f-1", true, 240'000}, {"f-2", false, 0}};
    state.capacity = {{PoolKind::Http, 12}, {PoolKind::TcpWithHttpProbe, 3}};
    state.backend_by_pool = {{"d1/Http In", "http-0"}};
    const KeeperState read = parseState(writeState(state) + "word of a later version 1\n");
    QCOMPARE(read.revision, state.revision);
    QCOMPARE(read.generation, state.generation);
    QCOMPARE(read.current.pid, 100);
    QCOMPARE(read.retired.size(), std::size_t(1));
    QCOMPARE(read.retired[0].start_ticks, std::uint64_t(1000));
    QVERIFY(read.frontends == state.frontends);
    QVERIFY(read.capacity == state.capacity);
    QVERIFY(read.backend_by_pool == state.backend_by_pool);
}

QTEST_GUILESS_MAIN(EdgeParsingTest)
#include "edge_parsing_test.moc"
