// How an agent ends: told to, by signal, with its host; and what it does with much output.
#include "playing_host.h"

#include <csignal>

using namespace slipway;
using test::PlayingHost;
using State = v1::RoleInstance;

namespace
{

constexpr int kPatience_ms = 15'000;

v1::InstanceOrder workerOrder()
{
    v1::InstanceOrder order = PlayingHost::orderFor(v1::RoleDefinition::WORKER);
    order.mutable_role()->mutable_entry_point()->set_program_command_line("node main.js");
    return order;
}

bool startReady(PlayingHost &host)
{
    host.startAgent();
    if (!QTest::qWaitFor([&host] { return host.hasHello(); }, kPatience_ms))
        return false;
    host.send(workerOrder());
    return QTest::qWaitFor([&host] { return host.is(State::ReadyRole); }, kPatience_ms);
}

constexpr const char *kStubborn = R"(
process.on('SIGTERM', () => console.log('not yet'));
const child = require('child_process').spawn('sleep', ['1000'], {stdio: 'ignore'});
console.log('child ' + child.pid + '.');
setInterval(() => {}, 1000);
)";

int childPidIn(const std::string &log)
{
    const std::size_t at = log.find("child ");
    return at == std::string::npos ? 0 : std::atoi(log.c_str() + at + 6);
}

} // namespace

class AgentLifeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void killsWhatOutstaysTheGrace();
    void everyProcessHasItsGrace();
    void hastensWhenAskedAgain();
    void obeysSigterm();
    void endsWithItsHost();
    void keepsAllOutput();
    void givesUpWithoutHost();
};

void AgentLifeTest::killsWhatOutstaysTheGrace()
{
    PlayingHost host;
    host.write("approot/main.js", kStubborn);
    QVERIFY(startReady(host));
    QTRY_VERIFY_WITH_TIMEOUT(childPidIn(host.log(v1::LogLine::OUT)) > 0, kPatience_ms);
    const int program = host.status().program_pid();
    const int child = childPidIn(host.log(v1::LogLine::OUT));
    host.stop(300);
    QTRY_COMPARE_WITH_TIMEOUT(host.agent().state(), QProcess::NotRunning, kPatience_ms);
    QCOMPARE(host.agent().exitCode(), 0);
    QVERIFY(host.log(v1::LogLine::OUT).find("not yet") != std::string::npos);
    QTRY_VERIFY_WITH_TIMEOUT(!test::processExists(program), kPatience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!test::processExists(child), kPatience_ms);
    QVERIFY(host.is(State::StoppedVM));
    QVERIFY(host.status().reason().find("was killed") != std::string::npos);
    bool stopping = false;
    for (const v1::InstanceStatus &status : host.statuses())
        stopping = stopping || status.state() == State::StoppingRole;
    QVERIFY(stopping);
}

// The entry point is a shell that starts the program and waits for it, as most are; and a daemon of
// a session of its own that nobody waits for.
void AgentLifeTest::everyProcessHasItsGrace()
{
    PlayingHost host;
    host.write("approot/app.js",
               "process.on('SIGTERM', () => setTimeout(() => {"
               " console.log(process.argv[2], 'saved'); process.exit(0); }, 300));"
               "setInterval(() => {}, 1000); console.log(process.argv[2], 'up');");
    host.write("approot/main.js",
               "const run = (name, options) => require('child_process').spawn(process.execPath,"
               " ['app.js', name], { stdio: 'inherit', ...options });"
               "run('child', {}); run('daemon', { detached: true }).unref();");
    QVERIFY(startReady(host));
    const auto says = [&host](const char *words) {
        return host.log(v1::LogLine::OUT).find(words) != std::string::npos;
    };
    QTRY_VERIFY_WITH_TIMEOUT(says("child up") && says("daemon up"), kPatience_ms);
    host.stop(60'000);
    QTRY_COMPARE_WITH_TIMEOUT(host.agent().state(), QProcess::NotRunning, kPatience_ms);
    QVERIFY(says("child saved"));
    QVERIFY(says("daemon saved"));
    QCOMPARE(host.status().reason(), std::string("Stopped in order"));
}

// The fabric gave it five minutes; then a person wants it gone.
void AgentLifeTest::hastensWhenAskedAgain()
{
    PlayingHost host;
    host.write("approot/main.js", kStubborn);
    QVERIFY(startReady(host));
    QTRY_VERIFY_WITH_TIMEOUT(childPidIn(host.log(v1::LogLine::OUT)) > 0, kPatience_ms);
    host.stop(300'000);
    QTRY_VERIFY_WITH_TIMEOUT(host.log(v1::LogLine::OUT).find("not yet") != std::string::npos,
                             kPatience_ms);
    host.stop(600'000); // longer counts for nothing
    host.stop(100);
    QTRY_COMPARE_WITH_TIMEOUT(host.agent().state(), QProcess::NotRunning, kPatience_ms);
    QVERIFY(host.is(State::StoppedVM));
}

void AgentLifeTest::obeysSigterm()
{
    PlayingHost host;
    host.write("approot/main.js", "setInterval(() => {}, 1000);");
    QVERIFY(startReady(host));
    host.agent().terminate();
    QTRY_COMPARE_WITH_TIMEOUT(host.agent().state(), QProcess::NotRunning, kPatience_ms);
    QCOMPARE(host.agent().exitCode(), 0);
    QVERIFY(host.is(State::StoppedVM));
}

void AgentLifeTest::endsWithItsHost()
{
    PlayingHost host;
    host.write("approot/main.js", kStubborn);
    QVERIFY(startReady(host));
    QTRY_VERIFY_WITH_TIMEOUT(childPidIn(host.log(v1::LogLine::OUT)) > 0, kPatience_ms);
    const int program = host.status().program_pid();
    const int child = childPidIn(host.log(v1::LogLine::OUT));
    host.die();
    QTRY_COMPARE_WITH_TIMEOUT(host.agent().state(), QProcess::NotRunning, kPatience_ms);
    QVERIFY(host.agent().exitCode() != 0);
    QTRY_VERIFY_WITH_TIMEOUT(!test::processExists(program), kPatience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!test::processExists(child), kPatience_ms);
}

void AgentLifeTest::keepsAllOutput()
{
    PlayingHost host;
    host.write("approot/main.js", "for (let i = 0; i < 20000; ++i) console.log('line ' + i);"
                                  "process.stdout.write(Buffer.from([0xff, 0x41]));"
                                  "setInterval(() => {}, 1000);");
    QVERIFY(startReady(host));
    QTRY_VERIFY_WITH_TIMEOUT(host.log(v1::LogLine::OUT).find("line 19999\n") != std::string::npos,
                             kPatience_ms);
    const std::string log = host.log(v1::LogLine::OUT);
    std::string expected;
    for (int i = 0; i < 20'000; ++i)
        expected += "line " + std::to_string(i) + "\n";
    QVERIFY(log.starts_with(expected));
    host.stop(1000); // the unfinished line comes at the end
    QTRY_VERIFY_WITH_TIMEOUT(host.log(v1::LogLine::OUT)
                                 .ends_with("\xEF\xBF\xBD"
                                            "A\n"),
                             kPatience_ms);
}

void AgentLifeTest::givesUpWithoutHost()
{
    PlayingHost host;
    host.die();
    host.startAgent();
    QTRY_COMPARE_WITH_TIMEOUT(host.agent().state(), QProcess::NotRunning, 2 * kPatience_ms);
    QVERIFY(host.agent().exitCode() != 0);
}

QTEST_GUILESS_MAIN(AgentLifeTest)
#include "life_test.moc"
