// Worker roles: joined endpoints, crashes, peers, startup tasks.
#include "playing_host.h"

#include "backend/agent/joint.h"
#include "backend/agent/processes.h"

#include <QElapsedTimer>
#include <QTcpServer>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace slipway;
using test::PlayingHost;
using State = v1::RoleInstance;

namespace
{

constexpr int kPatience_ms = 15'000;

v1::InstanceOrder workerOrder(const std::string &command_line)
{
    v1::InstanceOrder order = PlayingHost::orderFor(v1::RoleDefinition::WORKER);
    order.mutable_role()->mutable_entry_point()->set_program_command_line(command_line);
    return order;
}

void addEndpoint(v1::InstanceOrder &order, const std::string &name)
{
    v1::Endpoint *endpoint = order.mutable_role()->add_endpoints();
    endpoint->set_name(name);
    endpoint->set_kind(v1::Endpoint::INTERNAL);
    endpoint->set_protocol(v1::TCP);
    endpoint->set_port(10'101);
}

void addTask(v1::InstanceOrder &order, const std::string &command_line)
{
    order.mutable_role()->add_startup_tasks()->set_command_line(command_line);
}

// Answers what it got after the caller's half-close, so both half-closes must be carried.
constexpr const char *kEcho = R"(
const net = require('net');
net.createServer({allowHalfOpen: true}, socket => {
  const parts = [];
  socket.on('data', part => parts.push(part));
  socket.on('end', () => {
    const text = Buffer.concat(parts);
    if (text.toString() === 'end') process.exit(7);
    socket.end(text);
  });
  socket.on('error', () => {});
}).listen(process.env.PORT);
)";

bool startReady(PlayingHost &host, const v1::InstanceOrder &order)
{
    host.startAgent();
    if (!QTest::qWaitFor([&host] { return host.hasHello(); }, kPatience_ms))
        return false;
    host.send(order);
    return QTest::qWaitFor([&host] { return host.is(State::ReadyRole); }, kPatience_ms);
}

bool isIn(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

// Null while it is not written, or not whole.
nlohmann::json topologyOf(const PlayingHost &host)
{
    std::ifstream file(host.folder() / "local/.slipway/topology.json");
    return nlohmann::json::parse(file, nullptr, false);
}

} // namespace

class AgentProgramTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void joinsAnEndpoint();
    void carriesManyAndLarge();
    void startsACrashedProgramAgain();
    void cyclesWhenItRepeats();
    void runsTasksInOrder();
    void waitsForAFailingTask();
    void skipsBatchFiles();
    void leadsToPeers();
    void sendsNobodyToANeighboursPort();
    void refusesWindowsPrograms();
};

void AgentProgramTest::joinsAnEndpoint()
{
    PlayingHost host;
    host.write("approot/echo.js", kEcho);
    v1::InstanceOrder order = workerOrder("node.exe .\\echo.js");
    addEndpoint(order, "Echo");
    QVERIFY(startReady(host, order));
    QCOMPARE(host.ask("Echo", "ahoy").value_or(""), std::string("ahoy"));
    const auto mode = std::filesystem::status(host.socketOf("Echo")).permissions();
    QCOMPARE(mode, std::filesystem::perms(0666));
}

void AgentProgramTest::carriesManyAndLarge()
{
    PlayingHost host;
    host.write("approot/echo.js", kEcho);
    v1::InstanceOrder order = workerOrder("node.exe .\\echo.js");
    addEndpoint(order, "Echo");
    QVERIFY(startReady(host, order));
    std::atomic<int> good = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 20; ++i)
        callers.emplace_back([&host, &good, i] {
            const std::string text(std::size_t(i + 1) * 50'000, char('a' + i));
            good += host.ask("Echo", text).value_or("") == text;
        });
    for (std::thread &caller : callers)
        caller.join();
    QCOMPARE(good.load(), 20);
}

void AgentProgramTest::startsACrashedProgramAgain()
{
    PlayingHost host;
    host.write("approot/echo.js", kEcho);
    v1::InstanceOrder order = workerOrder("node echo.js");
    addEndpoint(order, "Echo");
    QVERIFY(startReady(host, order));
    const int first_pid = host.status().program_pid();
    host.ask("Echo", "end");
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole) && host.status().program_pid() != first_pid,
                             kPatience_ms);
    QCOMPARE(host.status().exit_code(), 7);
    QCOMPARE(host.status().restarts(), 1U);
    QCOMPARE(host.ask("Echo", "back").value_or(""), std::string("back"));
}

void AgentProgramTest::cyclesWhenItRepeats()
{
    PlayingHost host;
    host.write("approot/bad.js", "console.error('no luck'); process.exit(3);");
    v1::InstanceOrder order = workerOrder("node bad.js");
    order.set_crash_limit(3);
    host.startAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    host.send(order);
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::CyclingRole), kPatience_ms);
    const v1::InstanceStatus status = host.status();
    QCOMPARE(
        status.reason(),
        std::string(
            "bad.js ended with code 3 (3rd time in 10 min); next start in 1 s; it said: no luck"));
    QVERIFY(status.next_start_time_ms() > status.state_time_ms());
    QVERIFY(isIn(host.log(v1::LogLine::ERR), "no luck"));
    QTRY_COMPARE_WITH_TIMEOUT(host.status().restarts(), 4U, kPatience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(isIn(host.status().reason(), "next start in 2 s"), kPatience_ms);
}

void AgentProgramTest::runsTasksInOrder()
{
    PlayingHost host;
    host.write("approot/task.js", "const fs = require('fs');"
                                  "fs.appendFileSync(process.env.TEMP + '/order.txt',"
                                  "process.argv[2] + process.env.Where + '\\n');");
    host.write("approot/idle.js", "setInterval(() => {}, 1000);");
    v1::InstanceOrder order = workerOrder("node idle.js");
    addTask(order, "node.exe task.js one > log.txt");
    addTask(order, "node.exe task.js \"t w o\"");
    v1::Variable *variable = order.mutable_role()->mutable_startup_tasks(1)->add_environment();
    variable->set_name("Where");
    variable->set_xpath("/RoleEnvironment/CurrentInstance/@id");
    QVERIFY(startReady(host, order));
    std::ifstream file(host.folder() / "local/tmp/order.txt");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    QCOMPARE(text, std::string("oneundefined\nt w oWorker_IN_0\n"));
}

void AgentProgramTest::waitsForAFailingTask()
{
    PlayingHost host;
    host.write("approot/task.js", "process.exit(require('fs').existsSync(process.env.TEMP +"
                                  " '/allowed') ? 0 : 9);");
    host.write("approot/idle.js", "setInterval(() => {}, 1000);");
    v1::InstanceOrder order = workerOrder("node idle.js");
    order.set_crash_limit(2);
    addTask(order, "node task.js");
    host.startAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    host.send(order);
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::FailedStartingRole), kPatience_ms);
    QVERIFY(isIn(host.status().reason(), "\"node task.js\" ended with code 9 (2nd time"));
    QVERIFY(host.status().next_start_time_ms() > 0);
    std::ofstream(host.folder() / "local/tmp/allowed") << "yes";
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole), kPatience_ms);
}

void AgentProgramTest::skipsBatchFiles()
{
    PlayingHost host;
    host.write("approot/setup.cmd", "echo off");
    host.write("approot/idle.js", "setInterval(() => {}, 1000);");
    v1::InstanceOrder order = workerOrder("node idle.js");
    addTask(order, "setup.cmd > log.txt");
    QVERIFY(startReady(host, order));
    QCOMPARE(host.status().warnings_size(), 1);
    QVERIFY(isIn(host.status().warnings(0), "setup.cmd"));
    QCOMPARE(host.happenings().size(), std::size_t(1));
    QCOMPARE(host.happenings()[0].severity(), v1::WARNING);
    QTRY_VERIFY(isIn(host.log(v1::LogLine::AGENT), "setup.cmd"));
}

void AgentProgramTest::leadsToPeers()
{
    PlayingHost host;
    host.write("approot/echo.js", kEcho);
    v1::InstanceOrder order = workerOrder("node echo.js");
    addEndpoint(order, "Echo");
    QVERIFY(startReady(host, order));
    // Itself as its own peer: the shortest way round.
    const std::uint32_t port = agent::findFreePort();
    v1::Peer *peer = order.add_peers();
    peer->set_role("Worker");
    peer->set_instance("Worker_IN_1");
    peer->set_endpoint("Echo");
    peer->set_protocol(v1::TCP);
    peer->set_address("127.101.7.3");
    peer->set_port(port);
    peer->set_ready(true);
    peer->set_socket("own/" + host.socketOf("Echo").filename().string());
    const int pid = host.status().program_pid();
    host.send(order);
    // Without a network of its own an agent chooses address and port, and the topology tells them.
    nlohmann::json topology;
    QTRY_VERIFY_WITH_TIMEOUT((topology = topologyOf(host)).is_array() && topology.size() == 1,
                             kPatience_ms);
    const auto target = agent::tcpEndpoint(topology[0]["address"].get<std::string>(),
                                           topology[0]["port"].get<std::uint32_t>());
    QTRY_COMPARE_WITH_TIMEOUT(test::exchange(target, "hello").value_or(""), std::string("hello"),
                              kPatience_ms);
    QCOMPARE(topology[0]["instance"].get<std::string>(), std::string("Worker_IN_1"));
    order.clear_peers();
    host.send(order);
    QTRY_VERIFY_WITH_TIMEOUT(!test::exchange(target, "hello"), kPatience_ms);
    QCOMPARE(host.status().program_pid(), pid);
}

// A listener of the machine's that is not of the instance: here the test's own.
void AgentProgramTest::sendsNobodyToANeighboursPort()
{
    PlayingHost host;
    host.write("approot/serve.js", R"(const fs = require('fs');
        const server = require('net').createServer((client) => client.end('own'));
        server.on('error', () => {});
        console.log('port ' + process.env.PORT + ';');
        setInterval(() => {
          const wanted = fs.existsSync(__dirname + '/serve');
          if (wanted && !server.listening) server.listen(process.env.PORT, '127.0.0.1');
          if (!wanted && server.listening) server.close();
        }, 50);)");
    v1::InstanceOrder order = workerOrder("node serve.js");
    addEndpoint(order, "Echo");
    host.startAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    host.send(order);
    QTRY_VERIFY_WITH_TIMEOUT(isIn(host.log(v1::LogLine::OUT), ";"), kPatience_ms);
    const std::string line = host.log(v1::LogLine::OUT);
    const auto port = quint16(std::stoi(line.substr(line.find("port ") + 5)));
    const auto tellsOfNeighbour = [&host] {
        return host.status().warnings_size() == 1 &&
               isIn(host.status().warnings(0), "not of this instance");
    };
    QTcpServer neighbour;
    const auto takesPort = [&neighbour, port] {
        return neighbour.isListening() || neighbour.listen(QHostAddress::LocalHost, port);
    };
    QVERIFY(takesPort());
    QTRY_VERIFY_WITH_TIMEOUT(tellsOfNeighbour(), kPatience_ms);
    QVERIFY(!host.is(State::ReadyRole));
    QVERIFY(!host.ask("Echo", "x"));
    neighbour.close();
    host.write("approot/serve", "");
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole), kPatience_ms);
    QTRY_COMPARE_WITH_TIMEOUT(host.ask("Echo", "x").value_or(""), std::string("own"), kPatience_ms);
    // It lets its port go, and lives on.
    std::filesystem::remove(host.folder() / "role/approot/serve");
    QTRY_VERIFY_WITH_TIMEOUT(takesPort(), kPatience_ms);
    QTRY_COMPARE_WITH_TIMEOUT(host.status().error_code(), std::string("PortTaken"), kPatience_ms);
    QVERIFY(host.is(State::BusyRole));
    QVERIFY(!host.ask("Echo", "x"));
}

void AgentProgramTest::refusesWindowsPrograms()
{
    PlayingHost host;
    host.write("approot/Worker.exe", "MZ and more");
    host.startAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    host.send(workerOrder("Worker.exe /run"));
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::FailedStartingRole), kPatience_ms);
    QCOMPARE(host.status().error_code(), std::string("WindowsProgram"));
    QVERIFY(isIn(host.status().reason(), "Worker.exe"));
}

QTEST_GUILESS_MAIN(AgentProgramTest)
#include "program_test.moc"
