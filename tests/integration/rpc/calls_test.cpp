// Questions and answers over a real Unix socket, errors with all their details, and what foreign
// clients see.
#include "tests/integration/rpc/rpc_fixture.h"
#include "tests/integration/rpc/wire_probe.h"

#include <QTcpServer>
#include <sys/stat.h>

using namespace slipway;
using namespace slipway::test;

class CallsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_rpc.reset(); }
    void commandsCarryTheActor();
    void errorsComeBackWhole();
    void manyProblemsReachOurClient();
    void everyQuestionIsAnswered();
    void foreignClientsFindHealthAndReflection();
    void foreignClientsGetErrorsInTheirLimit();
    void shutdownReachesTheFabric();
    void shutdownIsForTheOwner();
    void theSocketIsPrivate();
    void addressesBeyondLoopbackAreRefused_data();
    void addressesBeyondLoopbackAreRefused();

private:
    std::unique_ptr<Rpc> m_rpc;
};

void CallsTest::init()
{
    m_rpc = std::make_unique<Rpc>();
    m_rpc->start();
    m_rpc->connect();
}

void CallsTest::commandsCarryTheActor()
{
    m_rpc->fabric.on_execute = [](const v1::Command &command) {
        v1::CommandReply reply;
        reply.mutable_operation()->set_actor(command.actor());
        reply.mutable_operation()->set_request_id(command.request_id());
        return Result<v1::CommandReply>(reply);
    };
    v1::Command command;
    command.set_request_id("r1");
    command.set_actor("a liar");
    command.mutable_create_service()->set_name("guestbook");
    const auto slot = makeSlot<Result<v1::CommandReply>>();
    m_rpc->client->execute(command, into(slot));
    QTRY_VERIFY(slot->filled());
    QVERIFY(slot->last().has_value());
    QCOMPARE(slot->last()->operation().request_id(), std::string("r1"));
    QVERIFY(!slot->last()->operation().actor().empty());
    QVERIFY(slot->last()->operation().actor() != "a liar");
}

static v1::Error richError(int problems)
{
    v1::Error error = makeError(v1::Error::FAILED_PRECONDITION, "SLOT_OCCUPIED",
                                "Staging of guestbook is occupied. Use --replace.", "guestbook");
    for (int i = 0; i < problems; ++i) {
        v1::Problem *problem = error.add_problems();
        problem->set_severity(v1::ERROR);
        problem->set_file("ServiceDefinition.csdef");
        problem->set_line(std::uint32_t(i + 1));
        problem->set_column(7);
        problem->set_message("The role has no name; add the attribute name to it.");
    }
    return error;
}

void CallsTest::errorsComeBackWhole()
{
    const v1::Error sent = richError(2);
    m_rpc->fabric.on_execute = [&](const v1::Command &) {
        return Result<v1::CommandReply>(Failure(sent));
    };
    const auto slot = makeSlot<Result<v1::CommandReply>>();
    m_rpc->client->execute({}, into(slot));
    QTRY_VERIFY(slot->filled());
    QVERIFY(!slot->last().has_value());
    QCOMPARE(slot->last().error().SerializeAsString(), sent.SerializeAsString());
}

void CallsTest::manyProblemsReachOurClient()
{
    m_rpc->fabric.on_execute = [](const v1::Command &) {
        return Result<v1::CommandReply>(Failure(richError(1000)));
    };
    const auto slot = makeSlot<Result<v1::CommandReply>>();
    m_rpc->client->execute({}, into(slot));
    QTRY_VERIFY(slot->filled());
    QCOMPARE(slot->last().error().reason(), std::string("SLOT_OCCUPIED"));
    QCOMPARE(slot->last().error().problems_size(), 1000);
}

void CallsTest::everyQuestionIsAnswered()
{
    const auto metrics = makeSlot<Result<v1::MetricBatch>>();
    v1::MetricHistoryRequest history;
    history.set_deployment_id("d1");
    m_rpc->client->queryMetrics(history, into(metrics));
    const auto events = makeSlot<Result<v1::EventsReply>>();
    v1::EventsRequest events_request;
    events_request.set_service("guestbook");
    m_rpc->client->listEvents(events_request, into(events));
    const auto operations = makeSlot<Result<v1::OperationsReply>>();
    v1::OperationsRequest operations_request;
    operations_request.set_id("o1");
    m_rpc->client->listOperations(operations_request, into(operations));
    const auto status = makeSlot<Result<v1::FabricStatus>>();
    m_rpc->client->status(into(status));

    QTRY_VERIFY(metrics->filled() && events->filled() && operations->filled() && status->filled());
    QCOMPARE(metrics->last()->samples(0).deployment_id(), std::string("d1"));
    QCOMPARE(events->last()->events(0).service(), std::string("guestbook"));
    QCOMPARE(operations->last()->operations(0).id(), std::string("o1"));
    QCOMPARE(status->last()->version(), std::string("fake"));
}

void CallsTest::foreignClientsFindHealthAndReflection()
{
    const RawAnswer health = callRaw(m_rpc->address(), "/grpc.health.v1.Health/Check", {});
    QCOMPARE(health.code, 0);
    QCOMPARE(health.bytes, std::string("\x08\x01")); // SERVING
    const RawAnswer services = exchangeRaw(
        m_rpc->address(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        std::string("\x3a\x00", 2)); // list_services
    QCOMPARE(services.code, 0);
    QVERIFY(services.bytes.find("slipway.v1.Fabric") != std::string::npos);
}

void CallsTest::foreignClientsGetErrorsInTheirLimit()
{
    m_rpc->fabric.on_execute = [](const v1::Command &) {
        return Result<v1::CommandReply>(Failure(richError(1000)));
    };
    const RawAnswer answer = callRaw(m_rpc->address(), "/slipway.v1.Fabric/Execute", {});
    QCOMPARE(answer.code, 9); // FAILED_PRECONDITION
    QCOMPARE(answer.message, std::string("Staging of guestbook is occupied. Use --replace."));
    QVERIFY(answer.details.find("google.rpc.ErrorInfo") != std::string::npos);
    QVERIFY(answer.details.find("SLOT_OCCUPIED") != std::string::npos);
}

void CallsTest::shutdownReachesTheFabric()
{
    const auto requested = makeSlot<v1::ShutdownRequest>();
    m_rpc->fabric.onShutdownRequest(
        [requested](const v1::ShutdownRequest &request) { requested->put(request); });
    v1::ShutdownRequest request;
    request.set_keep_services(true);
    const auto slot = makeSlot<Result<v1::ShutdownReply>>();
    m_rpc->client->shutdown(request, into(slot));
    QTRY_VERIFY(slot->filled() && requested->filled());
    QVERIFY(slot->last().has_value());
    QVERIFY(requested->last().keep_services());
}

void CallsTest::shutdownIsForTheOwner()
{
    m_rpc->client.reset();
    m_rpc->server.reset();
    // A port that was free a moment ago; the kernel does not hand it out again at once.
    QTcpServer probe;
    QVERIFY(probe.listen(QHostAddress::LocalHost));
    const std::uint16_t port = probe.serverPort();
    probe.close();
    auto served = server::serve(m_rpc->fabric, m_rpc->path(), port);
    QVERIFY2(served.has_value(), served ? "" : served.error().message().c_str());
    m_rpc->server = std::move(*served);
    m_rpc->client = client::connect("127.0.0.1:" + std::to_string(port));

    const auto status = makeSlot<Result<v1::FabricStatus>>();
    m_rpc->client->status(into(status));
    QTRY_VERIFY(status->filled());
    QVERIFY(status->last().has_value());
    const auto slot = makeSlot<Result<v1::ShutdownReply>>();
    m_rpc->client->shutdown({}, into(slot));
    QTRY_VERIFY(slot->filled());
    QCOMPARE(slot->last().error().reason(), std::string("OWNER_ONLY"));
}

void CallsTest::theSocketIsPrivate()
{
    struct stat info {
    };
    QCOMPARE(stat(m_rpc->path().c_str(), &info), 0);
    QCOMPARE(int(info.st_mode & 0777), 0600);
    QCOMPARE(stat(m_rpc->path().parent_path().c_str(), &info), 0);
    QCOMPARE(int(info.st_mode & 0777), 0700);

    const auto shared = server::serve(m_rpc->fabric, "/tmp/slipway-test.sock");
    QVERIFY(!shared.has_value());
    QCOMPARE(shared.error().reason(), std::string("FOLDER_SHARED"));
    const auto too_long = server::serve(m_rpc->fabric, "/tmp/" + std::string(120, 'x') + "/s");
    QVERIFY(!too_long.has_value());
    QCOMPARE(too_long.error().reason(), std::string("SOCKET_PATH_TOO_LONG"));
}

void CallsTest::addressesBeyondLoopbackAreRefused_data()
{
    QTest::addColumn<QByteArray>("address");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("another machine")
        << QByteArray("192.168.1.7:50051") << QByteArray("NOT_LOOPBACK");
    QTest::newRow("a name") << QByteArray("fabric.example:50051") << QByteArray("NOT_LOOPBACK");
    QTest::newRow("every address") << QByteArray("0.0.0.0:50051") << QByteArray("NOT_LOOPBACK");
    QTest::newRow("looks like loopback")
        << QByteArray("127.0.0.1.evil:1") << QByteArray("NOT_LOOPBACK");
    QTest::newRow("no port") << QByteArray("127.0.0.1") << QByteArray("ADDRESS_INVALID");
    QTest::newRow("port 0") << QByteArray("127.0.0.1:0") << QByteArray("ADDRESS_INVALID");
    QTest::newRow("port too high")
        << QByteArray("127.0.0.1:65536") << QByteArray("ADDRESS_INVALID");
    QTest::newRow("no path") << QByteArray("unix:") << QByteArray("ADDRESS_INVALID");
    QTest::newRow("nothing") << QByteArray() << QByteArray("ADDRESS_INVALID");
    QTest::newRow("loopback") << QByteArray("127.0.0.1:50051") << QByteArray();
    QTest::newRow("localhost") << QByteArray("localhost:50051") << QByteArray();
}

void CallsTest::addressesBeyondLoopbackAreRefused()
{
    QFETCH(QByteArray, address);
    QFETCH(QByteArray, reason);
    const auto checked = client::checkAddress(address.toStdString());
    QCOMPARE(QByteArray::fromStdString(checked ? "" : checked.error().reason()), reason);
    if (checked)
        return;
    const auto client = client::connect(address.toStdString());
    const auto slot = makeSlot<Result<v1::FabricStatus>>();
    client->status(into(slot));
    QVERIFY(slot->filled());
    QCOMPARE(QByteArray::fromStdString(slot->last().error().reason()), reason);
}

QTEST_GUILESS_MAIN(CallsTest)
#include "calls_test.moc"
