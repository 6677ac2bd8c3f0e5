// `--wait` says that an address is served only when the load balancer has confirmed it.
#include "app/ctl/application.h"
#include "tests/integration/rpc/rpc_fixture.h"

#include <sstream>

using namespace slipway;
using namespace slipway::test;

class ServedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theEdgesWordDecides_data();
    void theEdgesWordDecides();
};

void ServedTest::theEdgesWordDecides_data()
{
    QTest::addColumn<int>("edge_revision"); // of 5
    QTest::addColumn<int>("edge_pid");
    QTest::addColumn<QString>("problem");
    QTest::addColumn<QString>("reason"); // empty: it is served
    QTest::newRow("confirmed") << 5 << 7 << QString() << QString();
    QTest::newRow("hangs") << 4 << 7 << QString() << QStringLiteral("EDGE_NOT_CONFIRMED");
    QTest::newRow("lost") << 4 << 0 << QString() << QStringLiteral("EDGE_NOT_CONFIRMED");
    QTest::newRow("says why") << 4 << 7 << QStringLiteral("HAProxy is missing")
                              << QStringLiteral("EDGE_NOT_SERVING");
}

void ServedTest::theEdgesWordDecides()
{
    QFETCH(int, edge_revision);
    QFETCH(int, edge_pid);
    QFETCH(QString, problem);
    QFETCH(QString, reason);
    Rpc rpc;
    rpc.fabric.told_status.set_revision(5);
    rpc.fabric.told_status.set_edge_revision(std::uint64_t(edge_revision));
    rpc.fabric.told_status.set_edge_pid(edge_pid);
    rpc.fabric.told_status.set_edge_problem(problem.toStdString());
    v1::Operation swapped;
    swapped.set_id("op");
    swapped.set_kind("Swap");
    swapped.set_service("shop");
    swapped.set_state(v1::Operation::Succeeded);
    rpc.fabric.on_execute = [swapped](const v1::Command &) -> Result<v1::CommandReply> {
        v1::CommandReply reply;
        *reply.mutable_operation() = swapped;
        return reply;
    };
    rpc.fabric.on_watch = [swapped](const v1::WatchRequest &request, const auto &sink) {
        v1::WatchResponse state;
        state.set_revision(5);
        state.mutable_snapshot()->set_last(true);
        *state.mutable_snapshot()->add_entities()->mutable_operation() = swapped;
        sink->push(state);
        if (request.once())
            sink->end({});
    };
    rpc.start();
    std::ostringstream out;
    std::ostringstream err;
    const int code =
        ctl::run({"swap", "shop", "--wait", "--socket", rpc.path().string()}, out, err);
    QVERIFY2((code == 0) == reason.isEmpty(), err.str().c_str());
    QVERIFY2(err.str().find(reason.toStdString()) != std::string::npos, err.str().c_str());
}

QTEST_GUILESS_MAIN(ServedTest)
#include "served_test.moc"
