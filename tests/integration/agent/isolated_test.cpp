// The agent as the first process of its own user, pid, mount and network namespaces.
#include "playing_host.h"

#include <QElapsedTimer>

using namespace slipway;
using test::PlayingHost;
using State = v1::RoleInstance;

namespace
{

constexpr int kPatience_ms = 15'000;

void addEndpoint(v1::InstanceOrder &order, const std::string &name, v1::Endpoint::Kind kind,
                 v1::Protocol protocol, std::uint32_t port)
{
    v1::Endpoint *endpoint = order.mutable_role()->add_endpoints();
    endpoint->set_name(name);
    endpoint->set_kind(kind);
    endpoint->set_protocol(protocol);
    endpoint->set_port(port);
    endpoint->set_local_port(port);
}

// Leaves an orphan behind that must be reaped, and says who it is.
constexpr const char *kServer = R"(
const http = require('http');
const {spawn, execSync} = require('child_process');
spawn('sh', ['-c', 'sleep 0.05 & exit 0'], {stdio: 'ignore', detached: true}).unref();
http.createServer((request, response) => {
  if (request.url === '/end') process.exit(1);
  if (request.url === '/zombies')
    return response.end('zombies ' + execSync('ps -eo stat').toString().split('Z').length);
  response.end('pid ' + process.pid + ' port ' + process.env.PORT);
}).listen(process.env.PORT);
)";

} // namespace

class AgentIsolatedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void servesFromItsOwnNetwork();
    void bindsBesidePeersOfTheSameRole();
    void diesWithItsHost();
};

void AgentIsolatedTest::initTestCase()
{
    if (!PlayingHost::canIsolate())
        QSKIP("user namespaces are not allowed here");
}

void AgentIsolatedTest::servesFromItsOwnNetwork()
{
    PlayingHost host;
    host.write("approot/server.js", kServer);
    host.startIsolatedAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    QCOMPARE(host.status().agent_pid(), 1);
    v1::InstanceOrder order = PlayingHost::orderFor(v1::RoleDefinition::WEB);
    order.mutable_role()->mutable_entry_point()->set_program_command_line("node.exe .\\server.js");
    addEndpoint(order, "HttpIn", v1::Endpoint::INPUT, v1::HTTP, 80);
    host.send(order);
    QTRY_VERIFY2_WITH_TIMEOUT(
        host.is(State::ReadyRole),
        (host.status().reason() + host.log(v1::LogLine::AGENT) + host.log(v1::LogLine::ERR))
            .c_str(),
        kPatience_ms);
    const std::string answer = host.get("HttpIn", "/").value_or("");
    QVERIFY(answer.find("port 80") != std::string::npos);
    QVERIFY(answer.find("pid " + std::to_string(host.status().program_pid())) != std::string::npos);
    QTRY_VERIFY_WITH_TIMEOUT(host.get("HttpIn", "/zombies").value_or("").find("zombies 1") !=
                                 std::string::npos,
                             kPatience_ms);
    const int pid = host.status().program_pid();
    host.get("HttpIn", "/end");
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole) && host.status().program_pid() != pid,
                             kPatience_ms);
    host.stop(3000);
    QTRY_COMPARE_WITH_TIMEOUT(host.agent().state(), QProcess::NotRunning, kPatience_ms);
    QCOMPARE(host.agent().exitCode(), 0);
}

void AgentIsolatedTest::bindsBesidePeersOfTheSameRole()
{
    PlayingHost host;
    host.write("approot/server.js", "require('net').createServer(socket => socket.end('here'))"
                                    ".listen(10101);"
                                    "console.log(require('fs').readFileSync("
                                    "process.env.SLIPWAY_TOPOLOGY).toString());");
    host.startIsolatedAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    v1::InstanceOrder order = PlayingHost::orderFor(v1::RoleDefinition::WORKER);
    order.mutable_role()->mutable_entry_point()->set_program_command_line("node server.js");
    addEndpoint(order, "Echo", v1::Endpoint::INTERNAL, v1::TCP, 10'101);
    v1::Peer *peer = order.add_peers();
    peer->set_instance("Worker_IN_1");
    peer->set_protocol(v1::TCP);
    peer->set_address("127.100.0.2");
    peer->set_port(10'101);
    peer->set_socket("11111111/22222222.sock");
    host.send(order);
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole), kPatience_ms);
    QCOMPARE(host.ask("Echo", "?").value_or(""), std::string("here"));
    QTRY_VERIFY_WITH_TIMEOUT(
        host.log(v1::LogLine::OUT).find("\"port\": 30101") != std::string::npos, kPatience_ms);
}

void AgentIsolatedTest::diesWithItsHost()
{
    PlayingHost host;
    host.write("approot/main.js", "setInterval(() => {}, 1000);");
    host.startIsolatedAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    v1::InstanceOrder order = PlayingHost::orderFor(v1::RoleDefinition::WORKER);
    order.mutable_role()->mutable_entry_point()->set_program_command_line("node main.js");
    host.send(order);
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole), kPatience_ms);
    host.die();
    QTRY_COMPARE_WITH_TIMEOUT(host.agent().state(), QProcess::NotRunning, kPatience_ms);
    QVERIFY(host.agent().exitCode() != 0);
}

QTEST_GUILESS_MAIN(AgentIsolatedTest)
#include "isolated_test.moc"
