// Web roles: a real nginx, and a real Node behind it.
#include "playing_host.h"

#include <csignal>

using namespace slipway;
using test::PlayingHost;
using State = v1::RoleInstance;

namespace
{

constexpr int kPatience_ms = 15'000;

v1::InstanceOrder webOrder()
{
    v1::InstanceOrder order = PlayingHost::orderFor(v1::RoleDefinition::WEB);
    v1::Endpoint *endpoint = order.mutable_role()->add_endpoints();
    endpoint->set_name("HttpIn");
    endpoint->set_kind(v1::Endpoint::INPUT);
    endpoint->set_protocol(v1::HTTP);
    endpoint->set_port(80);
    endpoint->set_local_port(80);
    v1::Site *site = order.mutable_role()->add_sites();
    site->set_name("Web");
    site->set_content_root("sitesroot/0");
    v1::SiteBinding *binding = site->add_bindings();
    binding->set_name("Endpoint1");
    binding->set_endpoint("HttpIn");
    return order;
}

constexpr const char *kIisNode = R"(<configuration><system.webServer>
  <handlers><add name="iisnode" path="server.js" verb="GET" modules="iisnode"/></handlers>
  <rewrite><rules>
    <rule name="all"><match url=".*"/><action type="Rewrite" url="server.js"/></rule>
  </rules></rewrite>
</system.webServer></configuration>)";

// Files come first, and nginx stands before the program.
constexpr const char *kIisNodeBehindFiles = R"(<configuration><system.webServer>
  <handlers><add name="iisnode" path="server.js" verb="GET" modules="iisnode"/></handlers>
</system.webServer></configuration>)";

constexpr const char *kServer = R"(
const http = require('http');
http.createServer((request, response) => {
  if (request.url === '/end') process.exit(1);
  if (request.url === '/nothing') return request.socket.destroy();
  if (request.url === '/503') { response.statusCode = 503; return response.end('busy'); }
  if (request.url === '/big') response.setHeader('x-big', 'b'.repeat(33000));
  if (request.url === '/early') response.writeEarlyHints({ link: '</a>; rel=preload' });
  response.end(`${process.env.ROLE_INSTANCE_ID} ${process.env.Greeting} ${request.url} ` +
               request.headers.host);
}).listen(process.env.PORT, '127.0.0.1', () => console.log('listening'));
process.on('SIGTERM', () => { console.log('leaving'); process.exit(0); });
)";

} // namespace

class AgentWebTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void servesAStaticSite();
    void hidesWhatIisHides();
    void asksNodeDirectlyWhereItAnswersAll();
    void runsNodeBehindNginx();
    void nginxPassesOnWhatTheProgramAnswers();
    void takesTheSocketAwayWhileTheProgramIsDown_data();
    void takesTheSocketAwayWhileTheProgramIsDown();
    void restartsTheWebServer();
    void saysWhyANetFxRoleCannotStart();

private:
    static bool startBehindFiles(PlayingHost &host);
    static bool answers(const PlayingHost &host, const std::string &path, const std::string &text)
    {
        const auto answer = host.get("HttpIn", path);
        return answer && answer->find(text) != std::string::npos;
    }
};

void AgentWebTest::servesAStaticSite()
{
    PlayingHost host;
    host.write("sitesroot/0/index.html", "<h1>Ahoy</h1>");
    host.write("sitesroot/0/style.css", "h1{}");
    host.startAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    QCOMPARE(host.status().state(), State::CreatingRole);
    host.send(webOrder());
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole), kPatience_ms);
    QVERIFY(answers(host, "/", "<h1>Ahoy</h1>"));
    QVERIFY(answers(host, "/style.css", "Content-Type: text/css"));
    QVERIFY(answers(host, "/missing", "404 Not Found"));
    const v1::InstanceStatus status = host.status();
    QVERIFY(status.program_pid() > 0);
    QVERIFY(status.reason().empty());
    QTRY_VERIFY_WITH_TIMEOUT(!host.metrics().empty(), kPatience_ms);
    QVERIFY(host.metrics().front().memory_bytes() > 1'000'000);
}

void AgentWebTest::hidesWhatIisHides()
{
    PlayingHost host;
    host.write("sitesroot/0/index.html", "x");
    host.write("sitesroot/0/web.config", "<configuration/>");
    host.write("sitesroot/0/bin/secret.txt", "hidden words");
    host.write("sitesroot/0/.git/config", "hidden words");
    host.startAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    host.send(webOrder());
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole), kPatience_ms);
    for (const char *path : {"/web.config", "/bin/secret.txt", "/.git/config"})
        QVERIFY2(answers(host, path, "404 Not Found"), path);
}

void AgentWebTest::asksNodeDirectlyWhereItAnswersAll()
{
    PlayingHost host;
    host.write("sitesroot/0/web.config", kIisNode);
    host.write("sitesroot/0/server.js", kServer);
    host.startAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    v1::InstanceOrder order = webOrder();
    v1::Setting *setting = order.add_settings();
    setting->set_name("Greeting");
    setting->set_value("hello");
    host.send(order);
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole), kPatience_ms);
    QVERIFY(answers(host, "/a/b?c=d", "Web_IN_0 hello /a/b?c=d test"));
    QVERIFY(answers(host, "/server.js", "Web_IN_0 hello /server.js"));
    QVERIFY(!answers(host, "/", "nginx"));
    QTRY_VERIFY(host.log(v1::LogLine::OUT).find("listening") != std::string::npos);
    host.stop(5000);
    QTRY_COMPARE_WITH_TIMEOUT(host.agent().state(), QProcess::NotRunning, kPatience_ms);
    QCOMPARE(host.agent().exitCode(), 0);
    QVERIFY(host.is(State::StoppedVM));
    QVERIFY(host.log(v1::LogLine::OUT).find("leaving") != std::string::npos);
    QVERIFY(!std::filesystem::exists(host.socketOf("HttpIn")));
}

void AgentWebTest::runsNodeBehindNginx()
{
    PlayingHost host;
    QVERIFY(startBehindFiles(host));
    host.write("sitesroot/0/file.txt", "words of a file");
    QVERIFY(answers(host, "/a/b?c=d", "/a/b?c=d test"));
    QVERIFY(answers(host, "/file.txt", "words of a file"));
    host.stop(5000);
    QTRY_COMPARE_WITH_TIMEOUT(host.agent().state(), QProcess::NotRunning, kPatience_ms);
    QVERIFY(host.log(v1::LogLine::OUT).find("leaving") != std::string::npos);
}

// What the program says goes through; where it says nothing, nothing is made up.
void AgentWebTest::nginxPassesOnWhatTheProgramAnswers()
{
    PlayingHost host;
    QVERIFY(startBehindFiles(host));
    QVERIFY(answers(host, "/503", "busy"));
    QVERIFY(answers(host, "/big", std::string(33'000, 'b')));
    const auto early = host.get("HttpIn", "/early");
    QVERIFY(early && early->starts_with("HTTP/1.1 200"));
    const auto nothing = host.get("HttpIn", "/nothing");
    QVERIFY(!nothing || nothing->empty());
}

bool AgentWebTest::startBehindFiles(PlayingHost &host)
{
    host.write("sitesroot/0/web.config", kIisNodeBehindFiles);
    host.write("sitesroot/0/server.js", kServer);
    host.startAgent();
    if (!QTest::qWaitFor([&] { return host.hasHello(); }, kPatience_ms))
        return false;
    host.send(webOrder());
    return QTest::qWaitFor([&] { return host.is(State::ReadyRole); }, kPatience_ms);
}

void AgentWebTest::takesTheSocketAwayWhileTheProgramIsDown_data()
{
    QTest::addColumn<QString>("config");
    QTest::newRow("directly") << QString::fromLatin1(kIisNode);
    QTest::newRow("behind nginx") << QString::fromLatin1(kIisNodeBehindFiles);
}

void AgentWebTest::takesTheSocketAwayWhileTheProgramIsDown()
{
    QFETCH(const QString, config);
    PlayingHost host;
    host.write("sitesroot/0/web.config", config.toStdString());
    host.write("sitesroot/0/server.js", kServer);
    host.startAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    host.send(webOrder());
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole), kPatience_ms);
    const int first_pid = host.status().program_pid();
    host.get("HttpIn", "/end");
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole) && host.status().program_pid() != first_pid,
                             kPatience_ms);
    QCOMPARE(host.status().restarts(), 1U);
    QCOMPARE(host.status().exit_code(), 1);
    QVERIFY(answers(host, "/again", "/again"));
    bool told = false;
    for (const v1::InstanceStatus &status : host.statuses())
        told = told || (status.state() == State::RestartingRole &&
                        status.reason() == "server.js ended with code 1; started again at once");
    QVERIFY(told);
    const auto happenings = host.happenings();
    QCOMPARE(happenings.size(), std::size_t(1));
    QCOMPARE(happenings[0].kind(), std::string("ProgramEnded"));
    QVERIFY(!happenings[0].reaction().empty());
}

void AgentWebTest::restartsTheWebServer()
{
    PlayingHost host;
    host.write("sitesroot/0/index.html", "<h1>Ahoy</h1>");
    host.startAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    host.send(webOrder());
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole), kPatience_ms);
    const int first_pid = host.status().program_pid();
    QCOMPARE(::kill(first_pid, SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::ReadyRole) && host.status().program_pid() != first_pid,
                             kPatience_ms);
    QVERIFY(answers(host, "/", "<h1>Ahoy</h1>"));
}

void AgentWebTest::saysWhyANetFxRoleCannotStart()
{
    PlayingHost host;
    host.startAgent();
    QTRY_VERIFY_WITH_TIMEOUT(host.hasHello(), kPatience_ms);
    v1::InstanceOrder order = webOrder();
    order.mutable_role()->mutable_entry_point()->set_net_fx_assembly("WebRole.dll");
    host.send(order);
    QTRY_VERIFY_WITH_TIMEOUT(host.is(State::FailedStartingRole), kPatience_ms);
    QVERIFY(host.status().reason().find("WebRole.dll") != std::string::npos);
    QCOMPARE(host.status().error_code(), std::string("NetFxEntryPoint"));
}

QTEST_GUILESS_MAIN(AgentWebTest)
#include "web_test.moc"
